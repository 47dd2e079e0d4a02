#include "vault/pin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::vault {
namespace {

TEST(Pin, EightDigitsThatDiffer)
{
    const auto one = make_pin();
    EXPECT_THAT(one, testing::MatchesRegex("[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]"));
    EXPECT_NE(one, make_pin() + make_pin());
    EXPECT_NE(make_pin() + make_pin(), make_pin() + make_pin());
}

TEST(Pin, OnlyTheRightOneIsTaken)
{
    const auto hash = hash_pin("12345678");
    EXPECT_THAT(hash, testing::StartsWith("$argon2id$"));
    EXPECT_EQ(hash.find("12345678"), std::string::npos);
    EXPECT_NE(hash, hash_pin("12345678")); // a salt of its own
    EXPECT_TRUE(is_pin(hash, "12345678"));
    EXPECT_TRUE(is_pin(hash, "1234-56 78"));
    for (const auto* pin : {"", "12345679", "1234567", "123456789"})
        EXPECT_FALSE(is_pin(hash, pin)) << pin;
}

TEST(Pin, WithoutAHashNoneIsRight)
{
    EXPECT_FALSE(is_pin("", ""));
    EXPECT_FALSE(is_pin("no hash", "12345678"));
    EXPECT_FALSE(is_pin("", std::string(1'000'000, '1')));
}

} // namespace
} // namespace stillwatch::vault
