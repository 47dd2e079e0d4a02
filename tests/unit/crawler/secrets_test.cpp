#include "crawler/secrets.hpp"

#include <gtest/gtest.h>

namespace stillwatch::crawler {
namespace {

SiteRules site(std::vector<std::string> seeds)
{
    SiteRules rules;
    rules.hosts = {"board.example", "img.example", "board.example:8080", "abc.onion"};
    for (const auto& seed : seeds)
        rules.seeds.push_back(Url::parse(seed).value());
    return rules;
}

bool may(const SiteRules& rules, std::string_view url)
{
    return may_carry_secrets(rules, Url::parse(url).value());
}

TEST(Secrets, GoOverTlsToTheSitesHostsOnly)
{
    const auto rules = site({"https://board.example/"});
    EXPECT_TRUE(may(rules, "https://board.example/a"));
    EXPECT_TRUE(may(rules, "https://img.example/a"));
    EXPECT_FALSE(may(rules, "https://elsewhere.example/a"));
}

TEST(Secrets, DoNotGoInClearWhereTheSeedIsHttps)
{
    const auto rules = site({"https://board.example/"});
    EXPECT_FALSE(may(rules, "http://board.example/a"));
    EXPECT_FALSE(may(rules, "http://board.example:8080/a")) << "another port of the same host";
    EXPECT_FALSE(may(rules, "http://img.example/a")) << "no seed of its own, so the site's";
    EXPECT_FALSE(may(site({"https://board.example/", "http://board.example/old"}), "http://board.example/a"));
}

TEST(Secrets, GoInClearWhereTheSiteIsNamedSo)
{
    EXPECT_TRUE(may(site({"http://board.example/"}), "http://board.example/a"));
    EXPECT_TRUE(may(site({"http://board.example/"}), "http://img.example/a"));
    EXPECT_TRUE(
        may(site({"http://board.example:8080/", "https://board.example/"}), "http://board.example:8080/a"));
    EXPECT_TRUE(may(site({"https://board.example/", "http://abc.onion/"}), "http://abc.onion/a"));
    EXPECT_TRUE(may(site({}), "http://board.example/a"));
}

TEST(Secrets, WhoWeAreAndWhatWeReadIsNone)
{
    EXPECT_TRUE(is_harmless_header("user-agent"));
    EXPECT_TRUE(is_harmless_header("Accept-Language"));
    EXPECT_FALSE(is_harmless_header("Cookie"));
    EXPECT_FALSE(is_harmless_header("X-Api-Key"));
}

} // namespace
} // namespace stillwatch::crawler
