#include "daemon/settings.hpp"

#include <gtest/gtest.h>

namespace stillwatch::daemon {
namespace {

boost::asio::ip::address address(const char* text)
{
    return boost::asio::ip::make_address(text);
}

TEST(Settings, AllConnectionsTogetherHaveAQuarterOfTheBytesFree)
{
    config::Config config;
    EXPECT_EQ(body_limits(config), (ByteBudget::Limits{192U << 20U, 1U << 20U}));
    config.network.max_connections = 4096;
    EXPECT_EQ(body_limits(config), (ByteBudget::Limits{192U << 20U, 16U << 10U}));
    config.network.max_connections = 1;
    EXPECT_EQ(body_limits(config), (ByteBudget::Limits{255U << 20U, 1U << 20U}))
        << "no more than a megabyte each";
}

TEST(Settings, DeniedNetworksBindSitesAndChannelsButForAChannelsOwn)
{
    config::Config config;
    config.network.allowed_private_networks = {"10.0.0.0/8"};
    config.network.denied_networks = {"10.1.0.0/16", "93.184.216.0/24"};
    config::Channel channel;
    const auto crawling = http_settings(config).value().guard;
    EXPECT_TRUE(crawling.allows(address("10.2.0.1")));
    EXPECT_FALSE(crawling.allows(address("10.1.0.1")));
    EXPECT_FALSE(crawling.allows(address("93.184.216.34")));
    EXPECT_FALSE(http_settings(config, channel).value().guard.allows(address("10.1.0.1")));
    channel.allowed_private_networks = {"10.1.0.1/32"};
    EXPECT_TRUE(http_settings(config, channel).value().guard.allows(address("10.1.0.1")));
    EXPECT_FALSE(http_settings(config, channel).value().guard.allows(address("10.1.0.2")));
}

TEST(Settings, ASiteTellsItsProxyAndItsSeeds)
{
    config::Config config;
    config::Site site;
    site.name = "s";
    site.seeds = {"https://board.example/"};
    site.proxy = "socks5h://127.0.0.1:9050";
    site.proxy_resolves_names = true;
    config.sites = {site};
    const auto rules = crawl_settings(config).value()->site("s");
    EXPECT_TRUE(rules->route.proxy_resolves_names);
    ASSERT_EQ(rules->seeds.size(), 1U);
    EXPECT_EQ(rules->seeds.front().scheme(), "https");
}

} // namespace
} // namespace stillwatch::daemon
