#pragma once

#include "core/clock.hpp"
#include "core/url.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Small judgements on single values. Each gives what the value means, or nothing when it is not acceptable.
namespace stillwatch::config {

// 1 to 64 letters, digits, '.', '_', '-', beginning with a letter or digit: names of sites and channels.
bool is_name(std::string_view text) noexcept;

// "desk@helpline.example": ASCII, without a display name, quotes or comments.
bool is_mail_address(std::string_view text) noexcept;

// Why a name or a contact cannot stand in the User-Agent; nothing where it can. `init` and the configuration
// take the same.
std::optional<std::string> organisation_problem(std::string_view name);
std::optional<std::string> contact_problem(std::string_view contact);

// A scope entry in the form Url::host_port() gives: "board.example", "127.0.0.1:8080". Nothing for other text
// and for the ports 80 and 443, which a host alone covers.
std::optional<std::string> scope_host(std::string_view text);

// "smtps://host[:port]" or "smtp://host[:port]" without anything else.
bool is_mail_server(std::string_view text);

// "127.0.0.1:9464" or "[::1]:9464".
bool is_loopback_listener(std::string_view text);

// An address block; IPv4 stands in the first four bytes.
struct AddressBlock {
    bool v6 = false;
    std::array<std::uint8_t, 16> bytes{};
    int prefix_bits = 0;

    bool contains(const AddressBlock& single) const noexcept;
};

// "10.1.0.0/16" or "fd00::/8"; nothing when host bits are set or the text is another.
std::optional<AddressBlock> parse_block(std::string_view text);

// The host of `url` as a block of one address, when it is an address and no name.
std::optional<AddressBlock> address_of(const Url& url);

// "localhost", 127.0.0.0/8 or ::1.
bool is_loopback(const Url& url);

// A path as robots.txt writes it: from '/' on, '*' for anything, '$' at the end; without blanks and '#'.
bool is_path_pattern(std::string_view text) noexcept;

// "name=value" of one cookie (RFC 6265 section 4.1.1).
bool is_cookie(std::string_view text) noexcept;

// "Name: value" of a request header that a site's operator may want. Not those which say who we are, what is
// asked and how it is sent, nor those which hold credentials and would stand here in clear.
bool is_extra_header(std::string_view text) noexcept;

// "socks5h://host:port": the proxy resolves names, so no lookup tells anybody what is watched.
bool is_socks_proxy(std::string_view text);

// "07:30" as minutes since midnight.
std::optional<int> minute_of_day(std::string_view text) noexcept;

// The end of the day "2027-01-31", UTC: the first moment after it.
std::optional<Timestamp> end_of_day(std::string_view text);

} // namespace stillwatch::config
