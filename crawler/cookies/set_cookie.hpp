#pragma once

#include "core/clock.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch::crawler {

// What one Set-Cookie line asks for, read as browsers do (RFC 6265 section 5.2 and its revision,
// draft-ietf-httpbis-rfc6265bis); whether it is granted is the jar's to say. HttpOnly and SameSite ask
// nothing of us: no script runs here, and every address is asked for as by a person who opens it.
struct SetCookie {
    static constexpr std::size_t max_bytes = 4096; // name and value
    static constexpr std::size_t max_attribute_bytes = 1024;

    std::string name; // may be empty: then the value stands alone
    std::string value;
    std::string domain{}; // lower case, without a dot before it; empty: this host only
    std::string path{};   // begins with '/'; empty: follows from the address
    bool is_secure = false;
    std::optional<Timestamp> expires{}; // nothing: ends with the session; Max-Age goes before Expires

    friend bool operator==(const SetCookie&, const SetCookie&) = default;
};

// Nothing where the line sets no cookie: control characters, neither name nor value, too long.
std::optional<SetCookie> parse_set_cookie(std::string_view line, Timestamp now);

// The date of an Expires attribute, whatever its form (RFC 6265 section 5.1.1).
std::optional<Timestamp> parse_cookie_date(std::string_view text);

} // namespace stillwatch::crawler
