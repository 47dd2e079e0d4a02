#include "net/name_guard.hpp"

#include <gtest/gtest.h>

namespace stillwatch::net {
namespace {

bool may_ask(std::string_view host, const GuardPolicy& policy = {})
{
    return may_ask_proxy(host, policy, true);
}

TEST(NameGuard, LetsPublicNamesPassWhereTheProxyResolvesThem)
{
    for (const auto* host : {"board.example", "abc.onion", "a.b.c.example", "board.example.",
                             "xn--bcher-kva.example", "1.example"})
        EXPECT_TRUE(may_ask(host)) << host;
}

TEST(NameGuard, LetsOnionServicesPassAlone)
{
    for (const auto* host : {"abc.onion", "www.abc.onion", "abc.onion."})
        EXPECT_TRUE(may_ask_proxy(host, {}, false)) << host;
    for (const auto* host :
         {"board.example", "onion", "abc.onion.example", "abconion", ".onion", "xn--bcher-kva.example"})
        EXPECT_FALSE(may_ask_proxy(host, {}, false)) << host;
}

TEST(NameGuard, RefusesNamesOfOneMachineOrNetwork)
{
    for (const auto* host : {"localhost", "localhost.", "a.localhost", "printer.local", "x.internal", "x.lan",
                             "x.home.arpa", "router", "", ".", "x.corp"})
        EXPECT_FALSE(may_ask(host)) << host;
}

TEST(NameGuard, RefusesWhatIsReadAsAnAddress)
{
    for (const auto* host :
         {"127.1", "0x7f.1", "1.0x7f", "2130706433", "0x7f000001", "10.0.0.1", "[::1]", "[fe80::1]"})
        EXPECT_FALSE(may_ask(host)) << host;
    EXPECT_TRUE(may_ask("93.184.216.34"));
    const GuardPolicy open{{Cidr::parse("10.0.0.0/8").value()}};
    EXPECT_TRUE(may_ask("10.0.0.1", open));
}

} // namespace
} // namespace stillwatch::net
