#include "net/curl_handle.hpp"

#include <fmt/format.h>

#include <csignal>
#include <new>
#include <stdexcept>

namespace stillwatch::net {

void start_curl()
{
    static const CURLcode code = [] {
        (void)std::signal(SIGPIPE, SIG_IGN); // fails only for numbers that are no signal
        return curl_global_init(CURL_GLOBAL_DEFAULT);
    }();
    if (code != CURLE_OK)
        throw std::runtime_error(fmt::format("libcurl cannot start: {}", curl_easy_strerror(code)));
}

EasyHandle make_easy()
{
    start_curl();
    EasyHandle easy(curl_easy_init());
    if (!easy) throw std::runtime_error("libcurl gives no transfer handle");
    return easy;
}

MultiHandle make_multi()
{
    start_curl();
    MultiHandle multi(curl_multi_init());
    if (!multi) throw std::runtime_error("libcurl gives no multi handle");
    return multi;
}

void LineList::add(const std::string& line)
{
    auto* longer = curl_slist_append(head_, line.c_str());
    if (!longer) throw std::bad_alloc();
    head_ = longer;
}

void check_option(CURLcode code, CURLoption option)
{
    if (code == CURLE_OK) return;
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    throw std::logic_error(
        fmt::format("libcurl option {}: {}", static_cast<int>(option), curl_easy_strerror(code)));
}

} // namespace stillwatch::net
