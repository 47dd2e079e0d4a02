#pragma once

#include "core/ascii.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// How addresses are written, and where their parts stand in those that need no repair. Of core/url.cpp.
namespace stillwatch::url_text {

constexpr bool is_unreserved(char c) noexcept
{
    return is_letter_or_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos;
}

// What may stand as it is in a path or query: `pchar` and '/' of RFC 3986 section 3.3; in a query also '?',
// but not the apostrophe, which browsers escape there.
enum Allowed : unsigned char { nowhere = 0, in_path = 1, in_query = 2 };

constexpr std::array<unsigned char, 256> allowed = [] {
    std::array<unsigned char, 256> table{};
    for (std::size_t i = 0; i < 128; ++i) {
        const char c = static_cast<char>(i);
        if (is_unreserved(c) || std::string_view("!$&()*+,;=:@/").find(c) != std::string_view::npos)
            table[i] = in_path | in_query;
    }
    table[static_cast<std::size_t>('\'')] = in_path;
    table[static_cast<std::size_t>('?')] = in_query;
    return table;
}();

std::uint16_t default_port(std::string_view scheme) noexcept;

// Whether the host is an IPv4 address or nothing: WHATWG URL section 3.5, "ends in a number".
bool ends_in_a_number(std::string_view host) noexcept;
// In small letters.
bool is_dns_name(std::string_view host) noexcept;

// Where the parts of an address stand in its text.
struct Layout {
    std::size_t host_begin = 0;
    std::size_t host_end = 0;
    std::size_t path_begin = 0;
    std::size_t path_end = 0;
    std::uint16_t port = 0;
};

// Names that begin with xn-- stand for others, which only libidn2 can tell.
enum class EncodedNames : std::uint8_t { have_to_be_checked, were_checked };

// Of an address that stands as it would be repaired: most do, links as a worker tells them and addresses as
// the store has them. Nothing where it would become another, and of hosts in brackets.
std::optional<Layout> layout_of_repaired(std::string_view text, EncodedNames names) noexcept;
// The length of the path where path and query stand repaired; they begin with '/'.
std::optional<std::size_t> path_of_repaired(std::string_view target) noexcept;

} // namespace stillwatch::url_text
