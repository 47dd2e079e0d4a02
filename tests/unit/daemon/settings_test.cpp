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

TEST(Settings, SeedsThatTheGuardClosesAreNamedWhereTheyAreAddresses)
{
    config::Config config;
    config::Site site;
    site.name = "s";
    site.seeds = {"http://127.0.0.77/", "http://[fd00::1]:8080/", "http://10.2.0.1/",
                  "https://board.example/"};
    EXPECT_EQ(closed_seeds(config, site), (std::vector<std::string>{"127.0.0.77", "fd00::1", "10.2.0.1"}));
    config.network.allowed_private_networks = {"127.0.0.0/8", "10.2.0.0/16"};
    EXPECT_EQ(closed_seeds(config, site), (std::vector<std::string>{"fd00::1"}));
}

TEST(Settings, WhatTheGuardOpensIsAskedAtOnce)
{
    config::Config config;
    config.sites.emplace_back().name = "s";
    const auto before = site_rows(config).at(0).sent;
    EXPECT_EQ(site_rows(config).at(0).sent, before);
    config.network.allowed_private_networks = {"127.0.0.0/8"};
    EXPECT_NE(site_rows(config).at(0).sent, before);
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

TEST(Settings, EveryEventThatAlertsKnowMayBeChosenAndNoOther)
{
    const auto problems_with = [](std::string_view event) {
        std::string text =
            "[organisation]\nname = \"H\"\ncontact = \"https://h.example/\"\n[evidence]\nrecipients = "
            "[\"age1x\"]\n[[channel]]\nname = \"desk\"\nkind = \"email\"\nto = [\"a@b.example\"]\n"
            "server = \"smtps://b.example\"\nevents = [\"";
        text += event;
        text += "\"]\n";
        return config::parse_config(text, "s.toml", {config::FileChecks::no}).problems.size();
    };
    for (const auto event : alerts::event_names())
        EXPECT_EQ(problems_with(event), 0U) << event;
    EXPECT_EQ(problems_with("match.open"), 1U);
}

TEST(Settings, AChannelTellsByTheRulesOfItsSection)
{
    config::Config config;
    config::Channel channel;
    channel.name = "desk";
    channel.quiet_hours = std::pair(22 * 60, 7 * 60);
    channel.time_zone = "Europe/Berlin";
    channel.digest = config::Digest::weekly;
    channel.disclosure = config::Disclosure::url;
    config.channels = {channel};
    const auto rules = channel_rules(config).at(0);
    EXPECT_EQ(rules.quiet, (alerts::QuietHours{22 * 60, 7 * 60}));
    EXPECT_EQ(rules.zone->offset_at(parse_utc("2026-07-01").value()), std::chrono::hours(2));
    EXPECT_EQ(rules.digest, alerts::DigestEvery::week);
    EXPECT_EQ(rules.disclosure, alerts::Disclosure::url);
}

} // namespace
} // namespace stillwatch::daemon
