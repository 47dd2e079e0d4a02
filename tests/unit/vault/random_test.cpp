#include "vault/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace stillwatch::vault {
namespace {

TEST(Random, BytesDoNotRepeat)
{
    std::set<std::string> drawn;
    for (int i = 0; i < 100; ++i)
        drawn.insert(to_hex(random_bytes(16)));
    EXPECT_EQ(drawn.size(), 100U);
}

TEST(Random, UuidTextFollowsTheBytes)
{
    std::array<std::byte, 16> bytes{};
    bytes.fill(std::byte{0xff});
    EXPECT_EQ(uuid_from(bytes, 5), "ffffffff-ffff-5fff-bfff-ffffffffffff");
    bytes.fill(std::byte{0});
    EXPECT_EQ(uuid_from(bytes, 8), "00000000-0000-8000-8000-000000000000");
}

} // namespace
} // namespace stillwatch::vault
