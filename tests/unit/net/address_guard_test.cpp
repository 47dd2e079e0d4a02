#include "net/address_guard.hpp"

#include <gtest/gtest.h>

#include <ifaddrs.h>
#include <net/if.h>

#include <array>
#include <cstring>

namespace stillwatch::net {
namespace {

namespace ip = boost::asio::ip;

class ClosedAddress : public testing::TestWithParam<const char*> {};

TEST_P(ClosedAddress, IsRefused)
{
    const auto address = ip::make_address(GetParam());
    EXPECT_FALSE(is_public(address)) << GetParam();
    EXPECT_FALSE(GuardPolicy{}.allows(address)) << GetParam();
}

constexpr std::array closed_v4{
    "0.0.0.0",         "0.1.2.3",       "10.0.0.0",    "10.255.255.255",  "100.64.0.1",    "100.127.255.255",
    "100.100.100.200", "127.0.0.1",     "127.1.2.3",   "127.255.255.254", "168.63.129.16", "169.254.0.1",
    "169.254.169.254", "169.254.170.2", "172.16.0.1",  "172.31.255.255",  "192.0.0.1",     "192.0.0.192",
    "192.0.2.1",       "192.88.99.1",   "192.168.0.1", "192.168.255.255", "198.18.0.1",    "198.19.255.255",
    "198.51.100.7",    "203.0.113.9",   "224.0.0.1",   "239.255.255.250", "240.0.0.1",     "255.255.255.255",
};
constexpr std::array closed_v6{
    "::",               // unspecified
    "::1",              // loopback
    "::127.0.0.1",      // IPv4-compatible
    "::ffff:127.0.0.1", // IPv4-mapped
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:93.184.216.34", // mapped, though the IPv4 address itself is public
    "::ffff:0:127.0.0.1",   // IPv4-translated
    "64:ff9b::127.0.0.1",   // NAT64
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::93.184.216.34",
    "64:ff9b:1::10.0.0.1", // NAT64 of the local network
    "100::1",              // discard
    "2001::1",             // Teredo
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",  // benchmarks
    "2001:10::1", // ORCHID
    "2001:20::1",
    "2001:db8::1",       // documentation
    "2002:7f00:1::",     // 6to4 of 127.0.0.1
    "2002:a00:1::1",     // 6to4 of 10.0.0.1
    "2002:a9fe:a9fe::1", // 6to4 of 169.254.169.254
    "3fff::1",           // documentation
    "5f00::1",           // segment routing
    "fc00::1",           // unique local
    "fd00::1",
    "fd00:ec2::254", // a metadata service
    "fdff:ffff:ffff:ffff::1",
    "fe80::1", // link-local
    "fe80::a9fe:a9fe",
    "febf::1",
    "fec0::1", // site-local
    "ff00::1", // multicast
    "ff02::1",
    "ff0e::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "4000::1", // not given out
    "1fff::1",
};
INSTANTIATE_TEST_SUITE_P(V4, ClosedAddress, testing::ValuesIn(closed_v4));
INSTANTIATE_TEST_SUITE_P(V6, ClosedAddress, testing::ValuesIn(closed_v6));

class OpenAddress : public testing::TestWithParam<const char*> {};

TEST_P(OpenAddress, IsPublic)
{
    EXPECT_TRUE(is_public(ip::make_address(GetParam()))) << GetParam();
}

// The neighbours of every closed block, so that no block is too wide.
constexpr std::array open{
    "1.0.0.1",           "1.1.1.1",         "9.255.255.255",        "11.0.0.0",       "93.184.216.34",
    "100.63.255.255",    "100.128.0.0",     "126.255.255.255",      "128.0.0.1",      "168.63.129.15",
    "168.63.129.17",     "169.253.255.255", "169.255.0.0",          "172.15.255.255", "172.32.0.0",
    "192.0.1.1",         "192.0.3.1",       "192.88.98.1",          "192.88.100.1",   "192.167.255.255",
    "192.169.0.0",       "198.17.255.255",  "198.20.0.0",           "198.51.99.255",  "198.51.101.0",
    "203.0.112.255",     "203.0.114.0",     "223.255.255.255",      "2000::1",        "2001:200::1",
    "2001:db7::1",       "2001:db9::1",     "2001:4860:4860::8888", "2003::1",        "2606:2800:220:1::1",
    "2a00:1450:4001::1", "3ffe::1",         "3fff:1000::1",
};
INSTANTIATE_TEST_SUITE_P(All, OpenAddress, testing::ValuesIn(open));

TEST(Guard, AllowsExactlyTheNetworksItNames)
{
    const GuardPolicy policy{{Cidr::parse("127.0.0.0/8").value(), Cidr::parse("fd12:3456::/32").value()}};
    EXPECT_TRUE(policy.allows(ip::make_address("127.0.0.1")));
    EXPECT_TRUE(policy.allows(ip::make_address("127.255.0.9")));
    EXPECT_TRUE(policy.allows(ip::make_address("fd12:3456::7")));
    EXPECT_TRUE(policy.allows(ip::make_address("93.184.216.34")));
    EXPECT_FALSE(policy.allows(ip::make_address("10.0.0.1")));
    EXPECT_FALSE(policy.allows(ip::make_address("fd12:3457::7")));
    EXPECT_FALSE(policy.allows(ip::make_address("::1")));
}

TEST(Guard, AnAllowedV4NetworkOpensNoV6FormOfIt)
{
    const GuardPolicy policy{{Cidr::parse("127.0.0.0/8").value()}};
    EXPECT_FALSE(policy.allows(ip::make_address("::ffff:127.0.0.1")));
    EXPECT_FALSE(policy.allows(ip::make_address("64:ff9b::127.0.0.1")));
    EXPECT_FALSE(policy.allows(ip::make_address("2002:7f00:1::")));
}

std::vector<Cidr> networks(std::initializer_list<const char*> texts)
{
    std::vector<Cidr> all;
    for (const auto* text : texts)
        all.push_back(Cidr::parse(text).value());
    return all;
}

bool is_ours(const ip::address& address)
{
    return address == ip::make_address("93.184.216.34") || address == ip::make_address("10.1.2.3") ||
           address == ip::make_address("2606:2800:220:1::1");
}

TEST(Guard, DeniedNetworksAreClosedWhateverOpensThem)
{
    GuardPolicy policy;
    policy.allowed_private_networks = networks({"10.0.0.0/8", "64:ff9b::/96"});
    policy.denied_networks = networks({"10.1.0.0/16", "93.184.216.0/24", "2606:2800::/32"});
    for (const auto* closed : {"10.1.2.3", "93.184.216.34", "2606:2800:220:1::1", "64:ff9b::93.184.216.34",
                               "64:ff9b::10.1.2.3", "::ffff:93.184.216.34", "2002:5db8:d822::1"})
        EXPECT_FALSE(policy.allows(ip::make_address(closed))) << closed;
    for (const auto* other : {"10.2.0.1", "93.184.217.1", "64:ff9b::93.184.217.1"})
        EXPECT_TRUE(policy.allows(ip::make_address(other))) << other;
    policy.exempted_networks = networks({"10.1.2.0/24"});
    EXPECT_TRUE(policy.allows(ip::make_address("10.1.2.3")));
    EXPECT_FALSE(policy.denies(ip::make_address("10.1.2.3")));
    EXPECT_TRUE(policy.denies(ip::make_address("10.1.3.3")));
    EXPECT_FALSE(policy.denies(ip::make_address("127.0.0.1"))) << "closed, yet not by the operator";
}

TEST(Guard, AddressesOfThisMachineAreClosedUnlessNamedAlone)
{
    GuardPolicy policy;
    policy.allowed_private_networks = networks({"10.0.0.0/8", "64:ff9b::/96"});
    for (const auto* own : {"93.184.216.34", "10.1.2.3", "2606:2800:220:1::1", "64:ff9b::93.184.216.34"})
        EXPECT_FALSE(policy.allows(ip::make_address(own), is_ours)) << own;
    for (const auto* other : {"93.184.216.35", "10.1.2.4", "2606:2800:220:1::2", "64:ff9b::93.184.216.35"})
        EXPECT_TRUE(policy.allows(ip::make_address(other), is_ours)) << other;
    policy.allowed_private_networks = networks({"10.1.2.3/32", "93.184.216.34/32"});
    EXPECT_TRUE(policy.allows(ip::make_address("10.1.2.3"), is_ours));
    EXPECT_TRUE(policy.allows(ip::make_address("93.184.216.34"), is_ours));
    policy.allowed_private_networks.clear();
    policy.exempted_networks = networks({"10.0.0.0/8"});
    EXPECT_TRUE(policy.allows(ip::make_address("10.1.2.3"), is_ours));
}

TEST(Guard, FindsTheV4AddressInsideEveryForm)
{
    for (const auto* form : {"::ffff:192.0.2.9", "::192.0.2.9", "::ffff:0:192.0.2.9", "64:ff9b::192.0.2.9",
                             "64:ff9b:1:2::192.0.2.9", "2002:c000:209::1", "2001:0:1:2:3:4:3fff:fdf6",
                             "2606:2800::5efe:192.0.2.9"})
        EXPECT_EQ(embedded_v4(ip::make_address(form)), ip::make_address_v4("192.0.2.9")) << form;
    EXPECT_FALSE(embedded_v4(ip::make_address("2606:2800::1")));
    EXPECT_FALSE(embedded_v4(ip::make_address("192.0.2.9")));
}

TEST(OwnAddress, LoopbackIsOursAndAStrangersIsNot)
{
    EXPECT_TRUE(is_own_address(ip::make_address("127.0.0.1")));
    EXPECT_FALSE(is_own_address(ip::make_address("93.184.216.34")));
    EXPECT_FALSE(is_own_address(ip::make_address("2606:2800:220:1::1")));
}

// Whatever interfaces this machine has: each of their addresses is known without asking for a list.
TEST(OwnAddress, EveryInterfacesAddressIsOurs)
{
    ifaddrs* first = nullptr;
    ASSERT_EQ(getifaddrs(&first), 0);
    for (const auto* one = first; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET || (one->ifa_flags & IFF_UP) == 0)
            continue;
        sockaddr_in v4{};
        std::memcpy(&v4, one->ifa_addr, sizeof v4);
        const ip::address_v4 address(ntohl(v4.sin_addr.s_addr));
        EXPECT_TRUE(is_own_address(address)) << address;
    }
    freeifaddrs(first);
}

TEST(Cidr, ReadsNetworksAndBareAddresses)
{
    EXPECT_EQ(Cidr::parse("127.0.0.0/8").value().text(), "127.0.0.0/8");
    EXPECT_EQ(Cidr::parse("10.1.2.3").value().text(), "10.1.2.3/32");
    EXPECT_EQ(Cidr::parse("fd00::/8").value().text(), "fd00::/8");
    EXPECT_EQ(Cidr::parse("::1").value().text(), "::1/128");
    EXPECT_EQ(Cidr::parse("0.0.0.0/0").value().text(), "0.0.0.0/0");
}

TEST(Cidr, PrefixesNeedNotEndAtAByte)
{
    const auto network = Cidr::parse("172.16.0.0/12").value();
    EXPECT_TRUE(network.contains(ip::make_address("172.31.255.255")));
    EXPECT_FALSE(network.contains(ip::make_address("172.32.0.0")));
    EXPECT_FALSE(network.contains(ip::make_address("::ffff:172.16.0.1")));
}

class BadCidr : public testing::TestWithParam<const char*> {};

TEST_P(BadCidr, IsMalformedAndSaysWhat)
{
    const auto result = Cidr::parse(GetParam());
    ASSERT_FALSE(result) << GetParam();
    EXPECT_EQ(result.error().code, Errc::malformed);
    EXPECT_NE(result.error().detail.find(GetParam()), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, BadCidr,
                         testing::Values("", "/", "localhost", "127.0.0.1/8", "10.0.0.0/33", "10.0.0.0/",
                                         "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8", "::/129", "fd00::1/8",
                                         "fe80::1%1/128", "0x7f.1", "10.0.0.0 /8"));

} // namespace
} // namespace stillwatch::net
