#pragma once

#include "core/result.hpp"

#include <boost/asio/ip/address.hpp>

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

// Whom we may connect to. `allowed_private_networks` opens exactly the addresses it names: 127.0.0.0/8 does
// not open ::ffff:127.0.0.1.
struct GuardPolicy {
    std::vector<Cidr> allowed_private_networks{};

    bool allows(const boost::asio::ip::address& address) const noexcept;

    friend bool operator==(const GuardPolicy&, const GuardPolicy&) = default;
};

} // namespace stillwatch::net
