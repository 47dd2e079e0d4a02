#pragma once

#include "core/result.hpp"
#include "core/url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What registries tell about names and networks: RDAP answers (RFC 9083) and the lists of who answers for
// what (RFC 9224). Bounded: what is larger, deeper or more than is useful is left out.
namespace stillwatch::followup {

constexpr std::size_t max_rdap_bytes = 512 << 10;

// An address that can be told of abuse. Placeholders of registries ("REDACTED FOR PRIVACY") are none.
struct RdapContact {
    std::string name; // of the entity, or of its parent where it has none
    std::vector<std::string> emails;
    std::vector<std::string> phones;

    friend bool operator==(const RdapContact&, const RdapContact&) = default;
};

struct RdapAnswer {
    std::string object; // "domain", "ip network", "autnum", "entity"
    std::string name;   // of the domain, or of the network
    std::string registrar{};
    std::vector<std::string> organisations{}; // names of registrants, networks' holders and the like
    std::vector<RdapContact> abuse{};         // entities of the role "abuse", however deep
    std::optional<Url> related{};             // where the registrar answers itself; https

    friend bool operator==(const RdapAnswer&, const RdapAnswer&) = default;
};

// Errors: too_large, malformed (no JSON, or no answer of RDAP).
Result<RdapAnswer> parse_rdap(std::string_view text);

// "abuse@host.example" as one may write to it; not what registries put there in its place.
bool is_mailbox(std::string_view text);

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
