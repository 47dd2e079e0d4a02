#include "vault/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace stillwatch::vault {
namespace {

TEST(Random, TokensAre128BitsAndDoNotRepeat)
{
    std::set<std::string> tokens;
    for (int i = 0; i < 100; ++i)
        tokens.insert(random_token());
    EXPECT_EQ(tokens.size(), 100U);
    EXPECT_EQ(tokens.begin()->size(), 32U);
}

TEST(Random, UuidHasVersionFourAndItsVariant)
{
    for (int i = 0; i < 50; ++i) {
        const auto id = random_uuid();
        ASSERT_EQ(id.size(), 36U);
        EXPECT_EQ(id[14], '4');
        EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos);
    }
}

TEST(Random, UuidTextFollowsTheBytes)
{
    std::array<std::byte, 16> bytes{};
    bytes.fill(std::byte{0xff});
    EXPECT_EQ(uuid_from(bytes, 5), "ffffffff-ffff-5fff-bfff-ffffffffffff");
}

} // namespace
} // namespace stillwatch::vault
