#include "core/bytes.hpp"
#include "core/finding.hpp"

#include <gtest/gtest.h>

namespace stillwatch {
namespace {

FoundPicture found(const char* bytes, int bits, Tier tier = Tier::near, Relation relation = Relation::copy)
{
    FoundPicture picture;
    picture.content = Sha256::of(as_bytes(bytes));
    picture.fingerprint = Fingerprint{};
    picture.fingerprint->words[1] = (std::uint64_t{1} << bits) - 1;
    picture.match.tier = tier;
    picture.match.relation = relation;
    picture.match.status = relation == Relation::same_scene ? MatchStatus::candidate : MatchStatus::match;
    return picture;
}

TEST(PictureClass, IsTheSameBytesWhateverElse)
{
    auto other = found("a", 60, Tier::derived, Relation::edited);
    EXPECT_TRUE(is_same_class(found("a", 0), other));
    other.fingerprint.reset();
    EXPECT_TRUE(is_same_class(found("a", 0), other));
}

TEST(PictureClass, IsFingerprintsWithinEightBits)
{
    EXPECT_TRUE(is_same_class(found("a", 0), found("b", 8)));
    EXPECT_TRUE(is_same_class(found("a", 0, Tier::exact), found("b", 8)));
    EXPECT_FALSE(is_same_class(found("a", 0), found("b", 9)));
}

TEST(PictureClass, OfPartsHasOneTierAndRelation)
{
    EXPECT_TRUE(is_same_class(found("a", 0, Tier::derived), found("b", 0, Tier::derived)));
    EXPECT_FALSE(is_same_class(found("a", 0, Tier::derived), found("b", 0)));
    EXPECT_FALSE(is_same_class(found("a", 0, Tier::derived), found("b", 0, Tier::derived, Relation::edited)));
}

TEST(PictureClass, NeverJoinsALeadWithAMatch)
{
    EXPECT_FALSE(
        is_same_class(found("a", 0, Tier::derived), found("a", 0, Tier::derived, Relation::same_scene)));
}

TEST(PictureClass, WithoutAFingerprintIsTheBytes)
{
    auto other = found("b", 0);
    other.fingerprint.reset();
    EXPECT_FALSE(is_same_class(found("a", 0), other));
}

} // namespace
} // namespace stillwatch
