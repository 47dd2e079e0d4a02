#pragma once

#include "core/fetch.hpp"
#include "crawler/cookies/set_cookie.hpp"

#include <span>
#include <string>
#include <vector>

namespace stillwatch::crawler {

// The cookies that one site of the watch list handed out, for as long as the program runs (RFC 6265 section
// 5.3 and 5.4). Bounded: what a site sets beyond it pushes out what was used longest ago.
class CookieJar {
public:
    static constexpr std::size_t max_of_domain = 50; // what RFC 6265 section 6.1 wants at least
    static constexpr std::size_t max_cookies = 300;
    // Of one request. nginx and Apache refuse header lines of 8 KiB: a site, or a stranger below its domain,
    // would shut us out of it with cookies.
    static constexpr std::size_t max_header_bytes = 7U << 10U;

    // Takes up what an answer of `url` sets: for its host or a domain that it lies in and that is nobody's in
    // particular, and as Secure only over https. Whether one of a name is among it that was not there.
    bool take(const Url& url, std::span<const HeaderField> headers, Timestamp now);

    // What to send to `url` as the value of Cookie; empty where there is nothing. Without cookies of the
    // names `except`.
    std::string header_for(const Url& url, Timestamp now, std::span<const std::string> except = {});

    std::size_t size() const noexcept { return cookies_.size(); }

private:
    struct Cookie {
        SetCookie set; // its domain and path are never empty
        bool is_host_only = true;
        Timestamp last_use{};
    };

    bool store(Cookie cookie, Timestamp now);
    void make_room(const std::string& domain);

    std::vector<Cookie> cookies_; // in the order in which their names were set first
};

} // namespace stillwatch::crawler
