#pragma once

#include "core/result.hpp"
#include "net/own_addresses.hpp"

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::net {

// A block of addresses: all that share the first `prefix_bits` bits with `network`. Only parse() makes one.
class Cidr {
public:
    // Reads "127.0.0.0/8", "fd00::/8" or a bare address (that address alone). Errors: malformed, also when
    // bits are set behind the prefix.
    static Result<Cidr> parse(std::string_view text);

    bool contains(const boost::asio::ip::address& address) const noexcept;
    bool is_single_address() const noexcept { return prefix_bits_ == (network_.is_v4() ? 32U : 128U); }
    std::string text() const;

    friend bool operator==(const Cidr&, const Cidr&) = default;

private:
    Cidr(boost::asio::ip::address network, unsigned prefix_bits)
        : network_(network), prefix_bits_(prefix_bits)
    {
    }
    boost::asio::ip::address network_;
    unsigned prefix_bits_;
};

// Whether the address is a global unicast address of one machine on the internet. Refused are the blocks that
// the IANA special-purpose registries (RFC 6890) list as not globally reachable, every IPv6 form that carries
// an IPv4 address (mapped, NAT64, 6to4, Teredo), multicast, and cloud metadata services.
bool is_public(const boost::asio::ip::address& address) noexcept;

// The IPv4 address inside an IPv6 one: mapped, compatible, translated (RFC 2765), NAT64 (RFC 6052, RFC 8215),
// 6to4, Teredo, ISATAP; nothing where there is none.
std::optional<boost::asio::ip::address_v4> embedded_v4(const boost::asio::ip::address& address) noexcept;

// Whom we may connect to: public addresses of other machines.
struct GuardPolicy {
    // Opened beside them, exactly as named: 127.0.0.0/8 does not open ::ffff:127.0.0.1. An address of this
    // machine that is not loopback is opened only where it is named alone, as a block of one address.
    std::vector<Cidr> allowed_private_networks{};
    // Closed whatever else opens them, in every form that carries an IPv4 address, too.
    std::vector<Cidr> denied_networks{};
    // Opened whatever else closes them.
    std::vector<Cidr> exempted_networks{};

    // `is_own` says whether an address is this machine's.
    bool allows(const boost::asio::ip::address& address,
                bool (*is_own)(const boost::asio::ip::address&) = is_own_address) const;
    // Whether the operator closed it: all that counts for a mail server, which only the operator names.
    bool denies(const boost::asio::ip::address& address) const noexcept;

    friend bool operator==(const GuardPolicy&, const GuardPolicy&) = default;
};

} // namespace stillwatch::net
