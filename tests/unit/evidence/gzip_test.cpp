#include "evidence/gzip.hpp"

#include "tests/support/sample_capture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace stillwatch::evidence {
namespace {

TEST(Gzip, MembersAreReadBackOneByOne)
{
    auto file = gzip_member(as_bytes("first"));
    const auto large = test::noise(700'000);
    const auto second = gzip_member(large);
    file.insert(file.end(), second.begin(), second.end());
    ByteView rest = file;
    const auto one = gunzip_member(rest, 1U << 20U);
    ASSERT_TRUE(one);
    EXPECT_EQ(as_text(*one), "first");
    const auto two = gunzip_member(rest, 1U << 20U);
    ASSERT_TRUE(two);
    EXPECT_EQ(*two, large);
    EXPECT_TRUE(rest.empty());
}

// Packages that were made before are made again to the same bytes.
TEST(Gzip, AStoredMemberIsTheOneThatTheLibraryMakes)
{
    for (const std::size_t size : {0, 1, 65'534, 65'535, 65'536, 131'070, 200'000}) {
        const auto clear = test::noise(size);
        const auto member = gzip_member(clear, Effort::store);
        EXPECT_EQ(stored_member_size(size), member.size()) << size;
        for (const std::size_t cut : {std::size_t{0}, size / 3, size}) {
            const std::array parts{ByteView(clear).first(cut), ByteView(), ByteView(clear).subspan(cut)};
            auto file = to_bytes("before");
            append_stored_member(file, parts);
            EXPECT_TRUE(std::ranges::equal(ByteView(file).subspan(6), member)) << size << " cut at " << cut;
        }
    }
}

TEST(Gzip, EqualBytesGiveEqualMembersWithoutATime)
{
    const auto member = gzip_member(as_bytes("text"));
    EXPECT_EQ(member, gzip_member(as_bytes("text")));
    EXPECT_EQ(to_hex(ByteView(member).subspan(4, 4)), "00000000");
}

TEST(Gzip, ABombStopsAtTheLimit)
{
    const auto member = gzip_member(Bytes(4U << 20U));
    ByteView rest = member;
    const auto inflated = gunzip_member(rest, 1U << 20U);
    ASSERT_FALSE(inflated);
    EXPECT_EQ(inflated.error().code, Errc::too_large);
}

TEST(Gzip, DamageIsNoticed)
{
    const auto member = gzip_member(as_bytes("some text that is long enough"));
    for (std::size_t size = 0; size < member.size(); ++size) {
        auto rest = ByteView(member).first(size);
        EXPECT_FALSE(gunzip_member(rest, 1000)) << size;
    }
    auto changed = member;
    changed[changed.size() - 6] ^= std::byte{1}; // the checksum
    ByteView rest = changed;
    const auto inflated = gunzip_member(rest, 1000);
    ASSERT_FALSE(inflated);
    EXPECT_EQ(inflated.error().code, Errc::corrupt);
}

} // namespace
} // namespace stillwatch::evidence
