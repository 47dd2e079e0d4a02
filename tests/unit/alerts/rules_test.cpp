#include "alerts/rules.hpp"

#include <gtest/gtest.h>

namespace stillwatch::alerts {

namespace {

ChannelRules channel(std::string name, std::vector<std::string> events = {},
                     std::vector<std::string> cases = {})
{
    ChannelRules rules;
    rules.channel = std::move(name);
    rules.events = std::move(events);
    rules.cases = std::move(cases);
    return rules;
}

using Names = std::vector<std::string>;

} // namespace

TEST(AlertRouting, AChannelThatChoosesNothingIsToldOfEverything)
{
    EXPECT_EQ(routed({channel("desk")}, "match.opened", "", "C-1"), Names{"desk"});
    EXPECT_EQ(routed({channel("desk")}, "problem.began", "site", ""), Names{"desk"});
}

TEST(AlertRouting, EventsGoWhereTheyAreWanted)
{
    const std::vector channels{channel("desk", {"match.opened"}),
                               channel("tech", {"crawl.degraded", "heartbeat"})};
    EXPECT_EQ(routed(channels, "match.opened", "", "C-1"), Names{"desk"});
    EXPECT_EQ(routed(channels, "problem.began", "site", ""), Names{"tech"});
    EXPECT_EQ(routed(channels, "problem.ended", "site", ""), Names{"tech"});
    EXPECT_EQ(routed(channels, "heartbeat", "", ""), Names{"tech"});
    EXPECT_EQ(routed(channels, "problem.began", "workers", ""), Names{});
}

TEST(AlertRouting, ACaseGoesToItsOwnChannels)
{
    const std::vector channels{channel("anna", {}, {"C-1"}), channel("ben", {}, {"C-2"})};
    EXPECT_EQ(routed(channels, "match.opened", "", "C-2"), Names{"ben"});
    EXPECT_EQ(routed(channels, "heartbeat", "", ""), (Names{"anna", "ben"}));
}

TEST(AlertRouting, AMatchThatNoChannelChoseGoesOverAllOfThem)
{
    const std::vector channels{channel("anna", {}, {"C-1"}), channel("tech", {"heartbeat"})};
    EXPECT_EQ(routed(channels, "match.opened", "", "C-9"), (Names{"anna", "tech"}));
}

} // namespace stillwatch::alerts
