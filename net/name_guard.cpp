#include "net/name_guard.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::net {

namespace {

constexpr std::array<std::string_view, 12> private_suffixes{"localhost", "local",   "localdomain", "internal",
                                                            "intranet",  "private", "corp",        "home",
                                                            "lan",       "arpa",    "invalid",     "domain"};

} // namespace

bool may_ask_proxy(std::string_view host, const GuardPolicy& policy, bool resolves_names)
{
    while (host.ends_with('.'))
        host.remove_suffix(1);
    auto literal = host;
    if (literal.starts_with('[') && literal.ends_with(']')) literal = literal.substr(1, literal.size() - 2);
    boost::system::error_code no_address;
    const auto address = boost::asio::ip::make_address(literal, no_address);
    if (!no_address) return policy.allows(address);

    const auto dot = host.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return false;
    const auto last = host.substr(dot + 1);
    if (last == "onion") return true; // RFC 7686
    if (!resolves_names) return false;
    // A number at the end makes the whole an address (WHATWG URL, "ends in a number").
    const bool hexadecimal = last.starts_with("0x");
    if (hexadecimal || std::ranges::all_of(last, is_digit)) return false;
    return std::ranges::find(private_suffixes, last) == private_suffixes.end();
}

} // namespace stillwatch::net
