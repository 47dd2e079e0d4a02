#include "net/curl_error.hpp"

#include <fmt/format.h>

namespace stillwatch::net {

namespace {

constexpr std::size_t max_message_bytes = 300;

std::string one_line(std::string_view text)
{
    std::string line(text.substr(0, max_message_bytes));
    for (auto& c : line)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    return line;
}

} // namespace

Errc errc_of(CURLcode code) noexcept
{
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return Errc::timed_out;
    case CURLE_ABORTED_BY_CALLBACK: return Errc::cancelled;
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_FUNCTION_ARGUMENT: return Errc::invalid_argument;
    case CURLE_FILESIZE_EXCEEDED: return Errc::too_large;
    // HTTP and HTTPS are all we ask for, so "unsupported protocol" is an answer in HTTP/0.9.
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING: return Errc::malformed;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
    case CURLE_READ_ERROR:
    case CURLE_WRITE_ERROR: return Errc::io;
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_AUTH_ERROR: return Errc::refused;
    default: return Errc::unreachable; // name, connection, TLS, or the line broke
    }
}

Error to_error(CURLcode code, std::string_view tried, std::string_view message)
{
    if (message.empty()) message = curl_easy_strerror(code);
    return Error{errc_of(code), fmt::format("{}: {}", tried, one_line(message))};
}

} // namespace stillwatch::net
