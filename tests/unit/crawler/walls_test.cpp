#include "crawler/walls.hpp"

#include <gtest/gtest.h>

namespace stillwatch::crawler {
namespace {

Wall at(const std::string& target)
{
    return wall_at(Url::parse("https://board.example" + target).value());
}

TEST(Walls, AddressesForLoggingInAreKnownByTheirWords)
{
    for (const auto* target :
         {"/login", "/Login.php?next=/t/1", "/sign-in", "/user/sign_in/", "/member.php?action=login",
          "/ucp.php?mode=login&redirect=x", "/index.php?login", "/session/login/form"})
        EXPECT_EQ(at(target), Wall::login) << target;
    for (const auto* target : {"/age-gate", "/age", "/over18?dest=x", "/age_verification/"})
        EXPECT_EQ(at(target), Wall::age) << target;
}

TEST(Walls, OtherAddressesAreNone)
{
    for (const auto* target :
         {"/", "/t/1", "/login-troubles-thread-17", "/page.php?next=/login", "/agenda", "/?q=the+login"})
        EXPECT_EQ(at(target), Wall::none) << target;
}

TEST(Walls, HeadersTellAChallenge)
{
    Fetched answer{.url = Url::parse("https://board.example/").value()};
    EXPECT_FALSE(is_challenge(answer));
    answer.headers = {{"CF-Mitigated", "challenge"}};
    EXPECT_TRUE(is_challenge(answer));
    answer.headers = {{"x-amzn-waf-action", "captcha"}};
    EXPECT_TRUE(is_challenge(answer));
    answer.headers = {{"x-amzn-waf-action", "block"}};
    EXPECT_FALSE(is_challenge(answer));
}

} // namespace
} // namespace stillwatch::crawler
