#include "net/address_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace stillwatch::net {

namespace ip = boost::asio::ip;

namespace {

// The first `bits` bits of both are the same.
bool same_prefix(std::span<const unsigned char> a, std::span<const unsigned char> b, unsigned bits) noexcept
{
    const auto whole = bits / 8;
    if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
    if (bits % 8 == 0) return true;
    return ((a[whole] ^ b[whole]) >> (8 - bits % 8)) == 0;
}

bool is_zero_behind(std::span<const unsigned char> bytes, unsigned bits) noexcept
{
    for (unsigned bit = bits; bit < bytes.size() * 8; ++bit)
        if ((bytes[bit / 8] >> (7 - bit % 8)) & 1) return false;
    return true;
}

struct Block4 {
    ip::address_v4::bytes_type network;
    unsigned prefix_bits;
};

constexpr std::array<Block4, 16> closed_v4{{
    {{0, 0, 0, 0}, 8},        // this network, RFC 791
    {{10, 0, 0, 0}, 8},       // private, RFC 1918
    {{100, 64, 0, 0}, 10},    // shared by carriers (CGNAT), RFC 6598
    {{127, 0, 0, 0}, 8},      // loopback, RFC 1122
    {{168, 63, 129, 16}, 32}, // Azure's host agent and metadata service
    {{169, 254, 0, 0}, 16},   // link-local, RFC 3927; 169.254.169.254 is the usual metadata service
    {{172, 16, 0, 0}, 12},    // private, RFC 1918
    {{192, 0, 0, 0}, 24},     // protocol assignments, RFC 6890
    {{192, 0, 2, 0}, 24},     // documentation, RFC 5737
    {{192, 88, 99, 0}, 24},   // 6to4 relays, RFC 7526
    {{192, 168, 0, 0}, 16},   // private, RFC 1918
    {{198, 18, 0, 0}, 15},    // benchmarks, RFC 2544
    {{198, 51, 100, 0}, 24},  // documentation, RFC 5737
    {{203, 0, 113, 0}, 24},   // documentation, RFC 5737
    {{224, 0, 0, 0}, 4},      // multicast, RFC 5771
    {{240, 0, 0, 0}, 4},      // reserved, RFC 1112, and broadcast
}};

struct Block6 {
    ip::address_v6::bytes_type network;
    unsigned prefix_bits;
};

// Only 2000::/3 is global unicast (RFC 4291 section 2.4 and the IANA IPv6 address space), which leaves out
// loopback, mapped, NAT64, unique local, link-local and multicast by itself; these blocks inside are closed.
constexpr Block6 global_v6{{0x20}, 3};
constexpr std::array<Block6, 4> closed_v6{{
    {{0x20, 0x01, 0x00, 0x00}, 23}, // protocol assignments, RFC 2928: Teredo, ORCHID, benchmarks
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, // documentation, RFC 3849
    {{0x20, 0x02}, 16},             // 6to4, RFC 3056
    {{0x3f, 0xff, 0x00}, 20},       // documentation, RFC 9637
}};

bool is_public_v4(const ip::address_v4::bytes_type& bytes) noexcept
{
    return std::ranges::none_of(
        closed_v4, [&](const Block4& block) { return same_prefix(bytes, block.network, block.prefix_bits); });
}

bool is_public_v6(const ip::address_v6::bytes_type& bytes) noexcept
{
    const auto within = [&](const Block6& block) {
        return same_prefix(bytes, block.network, block.prefix_bits);
    };
    return within(global_v6) && std::ranges::none_of(closed_v6, within);
}

} // namespace

Result<Cidr> Cidr::parse(std::string_view text)
{
    const auto wrong = [&](std::string_view why) {
        return Error{Errc::malformed, fmt::format("network \"{}\": {}", text.substr(0, 60), why)};
    };
    const auto slash = text.find('/');
    boost::system::error_code error;
    const auto address = ip::make_address(std::string(text.substr(0, slash)), error);
    if (error) return wrong("not an IPv4 or IPv6 address");
    if (address.is_v6() && address.to_v6().scope_id() != 0) return wrong("has a scope");

    const unsigned width = address.is_v4() ? 32 : 128;
    unsigned bits = width;
    if (slash != std::string_view::npos) {
        const auto number = text.substr(slash + 1);
        const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), bits);
        if (failure != std::errc{} || end != number.data() + number.size() || bits > width)
            return wrong(fmt::format("the prefix is no number up to {}", width));
    }
    const bool clean = address.is_v4() ? is_zero_behind(address.to_v4().to_bytes(), bits)
                                       : is_zero_behind(address.to_v6().to_bytes(), bits);
    if (!clean) return wrong("has bits set behind its prefix");
    return Cidr(address, bits);
}

bool Cidr::contains(const ip::address& address) const noexcept
{
    if (address.is_v4() != network_.is_v4()) return false;
    if (address.is_v4())
        return same_prefix(address.to_v4().to_bytes(), network_.to_v4().to_bytes(), prefix_bits_);
    return same_prefix(address.to_v6().to_bytes(), network_.to_v6().to_bytes(), prefix_bits_);
}

std::string Cidr::text() const
{
    return fmt::format("{}/{}", network_.to_string(), prefix_bits_);
}

bool is_public(const ip::address& address) noexcept
{
    return address.is_v4() ? is_public_v4(address.to_v4().to_bytes())
                           : is_public_v6(address.to_v6().to_bytes());
}

std::optional<ip::address_v4> embedded_v4(const ip::address& address) noexcept
{
    if (!address.is_v6()) return std::nullopt;
    const auto bytes = address.to_v6().to_bytes();
    const auto at = [&](std::size_t first, unsigned char flipped = 0) {
        ip::address_v4::bytes_type inside;
        for (std::size_t i = 0; i < inside.size(); ++i)
            inside[i] = static_cast<unsigned char>(bytes[first + i] ^ flipped);
        return ip::address_v4(inside);
    };
    const auto within = [&](const Block6& block) {
        return same_prefix(bytes, block.network, block.prefix_bits);
    };
    static constexpr std::array<Block6, 5> at_the_end{{
        {{}, 96},                                         // compatible, RFC 4291
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, // mapped, RFC 4291
        {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96},       // translated, RFC 2765
        {{0x00, 0x64, 0xff, 0x9b}, 96},                   // NAT64, RFC 6052
        {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48},       // NAT64 of one's own, RFC 8215
    }};
    if (std::ranges::any_of(at_the_end, within)) return at(12);
    if (within({{0x20, 0x02}, 16})) return at(2);        // 6to4, RFC 3056
    if (within({{0x20, 0x01}, 32})) return at(12, 0xff); // Teredo, RFC 4380
    const bool is_isatap = (bytes[8] & 0xfc) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
    if (is_isatap) return at(12); // RFC 5214
    return std::nullopt;
}

namespace {

bool hold(const std::vector<Cidr>& networks, const ip::address& address) noexcept
{
    return std::ranges::any_of(networks, [&](const Cidr& network) { return network.contains(address); });
}

} // namespace

bool GuardPolicy::denies(const ip::address& address) const noexcept
{
    if (hold(exempted_networks, address)) return false;
    const auto inside = embedded_v4(address);
    return hold(denied_networks, address) || (inside && hold(denied_networks, *inside));
}

bool GuardPolicy::allows(const ip::address& address, bool (*is_own)(const ip::address&)) const
{
    if (hold(exempted_networks, address)) return true;
    if (denies(address)) return false;
    if (!is_public(address) && !hold(allowed_private_networks, address)) return false;
    const bool is_named = std::ranges::any_of(allowed_private_networks, [&](const Cidr& network) {
        return network.contains(address) && (network.is_single_address() || address.is_loopback());
    });
    const auto inside = embedded_v4(address);
    return is_named || !(is_own(address) || (inside && is_own(*inside)));
}

} // namespace stillwatch::net
