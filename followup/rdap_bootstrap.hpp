#pragma once

#include "core/result.hpp"
#include "core/url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The lists of who answers RDAP for what (RFC 9224): files of the operator's, not of strangers.
namespace stillwatch::followup {

// Who answers for which names and addresses.
class RdapBootstrap {
public:
    // The three lists of IANA, dns.json, ipv4.json and ipv6.json. Errors: too_large, malformed.
    static Result<RdapBootstrap> parse(std::string_view names, std::string_view ipv4, std::string_view ipv6);
    // The large registries, as they answered on 23 November 2026; of addresses the one that leads on to the
    // others.
    static const RdapBootstrap& shipped();

    // Where to ask about the name of that suffix ("board.example" by "example"), the longest entry first; and
    // about the address. https only; nothing: nobody known answers.
    std::optional<Url> for_name(std::string_view name) const;
    std::optional<Url> for_address(std::string_view address) const;

private:
    struct Names {
        std::string suffix;
        std::string base;
    };
    struct Addresses {
        std::vector<std::uint8_t> bytes; // 4 or 16
        int prefix_bits = 0;
        std::string base;
    };
    static Result<void> take_addresses(std::string_view text, std::vector<Addresses>& out);

    std::vector<Names> names_;
    std::vector<Addresses> addresses_;
};

} // namespace stillwatch::followup
