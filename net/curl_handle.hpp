#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>
#include <utility>

// Owners of libcurl's handles. Only sources of net/ include this header.
namespace stillwatch::net {

// Prepares libcurl for this process, once, and makes the process ignore SIGPIPE: OpenSSL writes to sockets
// without MSG_NOSIGNAL. Throws std::runtime_error when libcurl cannot start.
void start_curl();

struct EasyDeleter {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;

struct MultiDeleter {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
using MultiHandle = std::unique_ptr<CURLM, MultiDeleter>;

// Both throw std::runtime_error when libcurl gives none.
EasyHandle make_easy();
MultiHandle make_multi();

// A list of lines as libcurl wants headers and recipients.
class LineList {
public:
    LineList() = default;
    LineList(const LineList&) = delete;
    LineList& operator=(const LineList&) = delete;
    LineList(LineList&& other) noexcept : head_(std::exchange(other.head_, nullptr)) {}
    LineList& operator=(LineList&& other) noexcept
    {
        std::swap(head_, other.head_);
        return *this;
    }
    ~LineList() { curl_slist_free_all(head_); }

    void add(const std::string& line);
    curl_slist* get() const noexcept { return head_; }

private:
    curl_slist* head_ = nullptr;
};

// Throws std::logic_error naming the option: a value that libcurl does not take is our bug.
void check_option(CURLcode code, CURLoption option);

template <class Value>
void set_option(CURL* easy, CURLoption option, Value value)
{
    check_option(curl_easy_setopt(easy, option, value), option);
}

} // namespace stillwatch::net
