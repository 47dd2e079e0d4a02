#include "comparing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

// Altered copies that fingerprints do not find, and pictures that are none.
namespace stillwatch::matcher {
namespace {

using namespace test;
using namespace pictures::test;

std::pmr::memory_resource& memory = *std::pmr::new_delete_resource();

std::vector<std::shared_ptr<const StoredReference>> stored(const std::vector<Drawing>& drawings)
{
    std::vector<std::shared_ptr<const StoredReference>> references;
    std::int64_t id = 0;
    for (const auto& drawing : drawings)
        references.push_back(
            std::make_shared<const StoredReference>(enrolled(++id, encode_png(drawing)), memory));
    return references;
}

struct DerivedCopies : testing::Test {
    // Made once, and not before the program begins: the matcher has tables that are ready only then.
    static const Drawing& drawn()
    {
        static const Drawing drawing = detailed_scene(1, 480, 360);
        return drawing;
    }
    static const std::vector<std::shared_ptr<const StoredReference>>& made()
    {
        static const auto all = stored({drawn(), detailed_scene(2, 480, 360), detailed_scene(3, 360, 480)});
        return all;
    }
    const Drawing& original = drawn();
    const std::vector<std::shared_ptr<const StoredReference>>& references = made();
    const ReferenceSet set{references, 1, memory};
    const ReferenceSet first_only{std::vector{references.front()}, 1, memory};

    // The one match there must be, of the first reference.
    Match only(const Bytes& file) const
    {
        const auto matches = compare(set, file);
        EXPECT_EQ(matches.size(), 1U);
        if (matches.empty()) return {};
        EXPECT_EQ(matches.front().reference.value, 1);
        return matches.front();
    }
    // The same, where the reference lies in the picture as `corners` say, clockwise from its upper left.
    Match only(const Drawing& found, const std::array<double, 8>& corners) const
    {
        const auto match = only(encode_jpeg(found));
        EXPECT_EQ(match.tier, Tier::derived);
        EXPECT_EQ(match.status, MatchStatus::match);
        EXPECT_GE(match.inliers, 4);
        EXPECT_FALSE(match.inverted);
        EXPECT_TRUE(match.placement);
        if (!match.placement) return match;
        for (std::size_t i = 0; i < corners.size(); ++i)
            EXPECT_NEAR(match.placement->quadrilateral[i], corners[i], 5) << i;
        return match;
    }
};

Drawing contact_sheet(const Drawing& original, int columns, int rows, int width_px, int place)
{
    const int height_px = width_px * 3 / 4;
    auto sheet = flat(20, columns * (width_px + 6) + 6, rows * (height_px + 6) + 6);
    for (int i = 0; i < columns * rows; ++i) {
        const auto cell = i == place ? original : detailed_scene(static_cast<unsigned>(100 + i), 480, 360);
        sheet = with_pasted(sheet, resized(cell, width_px, height_px), 6 + i % columns * (width_px + 6),
                            6 + i / columns * (height_px + 6));
    }
    return sheet;
}

TEST_F(DerivedCopies, OneOfThirtySmallPicturesOfAContactSheet)
{
    const auto match = only(encode_jpeg(contact_sheet(original, 5, 6, 180, 17)));
    EXPECT_EQ(match.status, MatchStatus::match);
    EXPECT_EQ(match.tier, Tier::derived);
    ASSERT_TRUE(match.placement);
    const double left = 6 + 2 * 186;
    const double top = 6 + 3 * 141;
    const std::array<double, 8> corners{left, top, left + 180, top, left + 180, top + 135, left, top + 135};
    for (std::size_t i = 0; i < corners.size(); ++i)
        EXPECT_NEAR(match.placement->quadrilateral[i], corners[i], 5) << i;
    EXPECT_NEAR(match.placement->covered_share, 180.0 * 135 / (936 * 852), 0.005);
}

TEST_F(DerivedCopies, AContactSheetOfOthersIsNone)
{
    EXPECT_TRUE(compare(set, encode_jpeg(contact_sheet(detailed_scene(50, 480, 360), 5, 6, 180, 3))).empty());
}

TEST_F(DerivedCopies, OneOfTwentyJoinedOneBelowTheOther)
{
    Drawing column(320, 20 * 240);
    for (int i = 0; i < 20; ++i)
        column = with_pasted(
            column,
            resized(i == 13 ? original : detailed_scene(static_cast<unsigned>(100 + i), 480, 360), 320, 240),
            0, i * 240);
    const auto match = only(encode_jpeg(column));
    EXPECT_EQ(match.tier, Tier::derived);
    EXPECT_EQ(match.status, MatchStatus::match);
}

TEST_F(DerivedCopies, EightStripsInAnotherOrder)
{
    constexpr std::array<int, 8> order{5, 2, 7, 0, 3, 6, 1, 4};
    Drawing mixed(480, 360);
    for (std::size_t i = 0; i < order.size(); ++i)
        mixed = with_pasted(mixed, cropped(original, 0, order[i] * 45, 480, 45), 0, static_cast<int>(i) * 45);
    EXPECT_EQ(only(encode_jpeg(mixed)).status, MatchStatus::match);
}

TEST_F(DerivedCopies, ACropIsFound)
{
    const auto match = only(cropped(original, 120, 80, 270, 220), {-120, -80, 360, -80, 360, 280, -120, 280});
    EXPECT_EQ(match.relation, Relation::copy);
    EXPECT_EQ(match.reason, Reason::layout_agrees);
    EXPECT_NEAR(match.placement->covered_share, 1, 0.02);
    EXPECT_NEAR(match.placement->shown_share, 270.0 * 220 / (480 * 360), 0.02);
}

TEST_F(DerivedCopies, AMirroredCropIsFound)
{
    const auto match =
        only(mirrored(cropped(original, 120, 80, 270, 220)), {390, -80, -90, -80, -90, 280, 390, 280});
    EXPECT_EQ(match.relation, Relation::copy);
    EXPECT_EQ(match.orientation, Orientation::flip_y);
}

// The corners of a caption are the strongest of the picture: they must not be all that is looked up.
TEST_F(DerivedCopies, AMirroredCropIsFoundBetweenCaptions)
{
    const auto faint = [](unsigned seed, int width_px, int height_px) {
        return brightened(detailed_scene(seed, width_px, height_px), 0.5, 80);
    };
    const ReferenceSet faint_set{stored({faint(1, 480, 360), faint(2, 480, 360), faint(3, 480, 360)}), 1,
                                 memory};
    const auto crop = resized(mirrored(cropped(faint(1, 480, 360), 100, 60, 240, 180)), 480, 360);
    for (unsigned seed = 1; seed <= 3; ++seed) {
        const auto caption = [&](unsigned line) {
            return resized(detailed_scene(100 * line + seed, 460, 80), 460, 40);
        };
        const auto found = with_pasted(with_pasted(crop, caption(1), 10, 8), caption(2), 10, 310);
        const auto matches = compare(faint_set, encode_jpeg(found));
        ASSERT_EQ(matches.size(), 1U) << seed;
        EXPECT_EQ(matches.front().reference.value, 1);
        EXPECT_EQ(matches.front().status, MatchStatus::match);
        EXPECT_EQ(matches.front().orientation, Orientation::flip_y);
    }
}

TEST_F(DerivedCopies, ATurnedCropIsFound)
{
    const auto match =
        only(rotated_right(cropped(original, 120, 80, 270, 220)), {300, -120, 300, 360, -60, 360, -60, -120});
    EXPECT_EQ(match.orientation, Orientation::rotate_270);
}

TEST_F(DerivedCopies, ACopyPastedIntoALargerPictureIsFound)
{
    const auto page = with_pasted(detailed_scene(20, 800, 640), original, 200, 150);
    const auto match = only(page, {200, 150, 680, 150, 680, 510, 200, 510});
    EXPECT_EQ(match.relation, Relation::copy);
    EXPECT_NEAR(match.placement->shown_share, 1, 0.02);
    EXPECT_NEAR(match.placement->covered_share, 480.0 * 360 / (800 * 640), 0.02);
}

TEST_F(DerivedCopies, ASmallerCopyPastedOntoAPlainPageIsFound)
{
    const auto page = with_pasted(flat(240, 700, 700), resized(original, 320, 240), 60, 50);
    only(page, {60, 50, 380, 50, 380, 290, 60, 290});
}

TEST_F(DerivedCopies, AnEditedRegionIsFoundAndBoxed)
{
    const auto part = cropped(detailed_scene(21, 480, 360), 0, 0, 200, 200);
    const auto edited = cropped(with_pasted(original, part, 240, 80), 40, 30, 420, 310);
    const auto match = only(edited, {-40, -30, 440, -30, 440, 330, -40, 330});
    EXPECT_EQ(match.relation, Relation::edited);
    const auto& box = match.placement->edited;
    EXPECT_NEAR(box[0], 0.5, 0.09);
    EXPECT_NEAR(box[1], 80.0 / 360, 0.12);
    EXPECT_NEAR(box[2], 440.0 / 480, 0.09);
    EXPECT_NEAR(box[3], 280.0 / 360, 0.12);
    EXPECT_GT(match.placement->disagreeing_share, 0.1);
}

TEST_F(DerivedCopies, OtherPicturesAreNeitherMatchNorLead)
{
    for (unsigned seed = 30; seed < 38; ++seed)
        EXPECT_TRUE(compare(set, encode_jpeg(detailed_scene(seed, 480, 360))).empty()) << seed;
}

TEST_F(DerivedCopies, OnlyTiersAskedForAreLookedAt)
{
    const auto crop = encode_jpeg(cropped(original, 120, 80, 270, 220));
    const auto whole = encode_jpeg(original);
    const auto bytes = encode_png(original);
    const auto tiers_of = [&](const Bytes& file, const std::set<Tier>& tiers) {
        std::set<Tier> found;
        for (const auto& match : compare(set, file, {}, tiers))
            found.insert(match.tier);
        return found;
    };
    EXPECT_EQ(tiers_of(bytes, {Tier::exact}), std::set{Tier::exact});
    EXPECT_EQ(tiers_of(whole, {Tier::exact}), std::set<Tier>{});
    EXPECT_EQ(tiers_of(whole, {Tier::exact, Tier::near}), std::set{Tier::near});
    EXPECT_EQ(tiers_of(bytes, {Tier::near}), std::set{Tier::near});
    EXPECT_EQ(tiers_of(crop, {Tier::exact, Tier::near}), std::set<Tier>{});
    EXPECT_EQ(tiers_of(crop, {Tier::derived}), std::set{Tier::derived});
    EXPECT_EQ(tiers_of(bytes, {}), std::set{Tier::exact});
}

TEST_F(DerivedCopies, WhereNoLayoutCanBeHadWhatNeedsNoneIsLeft)
{
    for (const auto& file : {encode_png(original), encode_jpeg(original)}) {
        const auto found = look_up(set, file);
        EXPECT_FALSE(found.sign_grids.empty());
        const auto matches = set.judge(found.shortlist, {});
        ASSERT_EQ(matches.size(), 1U);
        EXPECT_LE(matches.front().tier, Tier::near);
        EXPECT_EQ(matches.front().status, MatchStatus::match);
    }
    const auto crop = look_up(set, encode_jpeg(cropped(original, 120, 80, 270, 220)));
    EXPECT_TRUE(set.judge(crop.shortlist, {}).empty());
}

TEST_F(DerivedCopies, SignGridsOfTheWrongShapeEndInAnAnswer)
{
    const auto found = look_up(set, encode_jpeg(cropped(original, 120, 80, 270, 220)));
    for (const auto& sign_grid :
         {SignGrid{}, SignGrid{1, 1, std::vector<std::uint8_t>(8), std::vector<std::uint8_t>(8),
                               std::vector<std::uint8_t>(8), std::vector<std::uint8_t>(8)}}) {
        const std::vector<SignGrid> wrong(found.sign_grids.size() + 3, sign_grid);
        EXPECT_TRUE(set.judge(found.shortlist, wrong).empty());
        (void)set.parts_of_others(found.shortlist, wrong, {}, false);
    }
}

TEST_F(DerivedCopies, AWithdrawnReferenceIsNotFound)
{
    const std::vector others(references.begin() + 1, references.end());
    const ReferenceSet after(others, 2, memory);
    EXPECT_EQ(after.size(), 2U);
    for (const auto& file :
         {encode_png(original), encode_jpeg(original), encode_jpeg(cropped(original, 120, 80, 270, 220))})
        EXPECT_TRUE(compare(after, file).empty());
}

TEST_F(DerivedCopies, QueriesWithoutLocalFeaturesFindTheSureTiers)
{
    const auto file = encode_jpeg(original);
    const auto features = features::extract_features(file, {}, Detail::hashes).value();
    const auto shortlist = set.shortlist(features, {});
    EXPECT_EQ(set.judge(shortlist, {}).size(), 1U);
}

// --- what a site's template consists of ---

TEST_F(DerivedCopies, NothingIsLearntFromAMatch)
{
    const auto part = cropped(detailed_scene(21, 480, 360), 0, 0, 200, 200);
    for (const auto& drawing :
         {cropped(original, 120, 80, 270, 220), original, with_pasted(original, part, 240, 80)}) {
        const auto found = look_up(first_only, encode_jpeg(drawing));
        const auto matches = first_only.judge(found.shortlist, found.sign_grids);
        ASSERT_FALSE(matches.empty());
        EXPECT_TRUE(first_only.parts_of_others(found.shortlist, found.sign_grids, matches, false).empty());
    }
}

TEST_F(DerivedCopies, WhatAnotherPictureSharesIsLearntAndThenHasNoVoice)
{
    const auto crop = encode_jpeg(cropped(original, 120, 80, 270, 220));
    const auto found = look_up(first_only, crop);
    // As if it had been judged to be something else.
    const auto parts = first_only.parts_of_others(found.shortlist, found.sign_grids, {}, false);
    EXPECT_GT(parts.size(), 50U);
    const Templates templates(parts);
    for (const auto& match : compare(first_only, crop, templates))
        EXPECT_NE(match.status, MatchStatus::match);
    EXPECT_EQ(compare(first_only, encode_jpeg(original), templates).size(), 1U) << "fingerprints keep theirs";
}

TEST_F(DerivedCopies, WhatSeemsEditedIsLearntFromBackgroundOnly)
{
    const auto part = cropped(detailed_scene(21, 480, 360), 0, 0, 200, 200);
    const auto found =
        look_up(first_only, encode_jpeg(cropped(with_pasted(original, part, 240, 80), 40, 30, 420, 310)));
    const auto matches = first_only.judge(found.shortlist, found.sign_grids);
    ASSERT_EQ(matches.size(), 1U);
    ASSERT_EQ(matches.front().relation, Relation::edited);
    EXPECT_TRUE(first_only.parts_of_others(found.shortlist, found.sign_grids, matches, false).empty());
    EXPECT_FALSE(first_only.parts_of_others(found.shortlist, found.sign_grids, matches, true).empty());
}

// --- two photographs of one scene ---

TEST(SameScene, OverlappingPhotographsAreLeads)
{
    const auto street = detailed_scene(50, 1'000, 400);
    const ReferenceSet set(stored({cropped(street, 0, 0, 560, 400)}), 1, memory);
    for (const int left : {240, 320}) {
        const auto matches = compare(set, encode_jpeg(cropped(street, left, 0, 560, 400)));
        ASSERT_EQ(matches.size(), 1U) << left;
        EXPECT_EQ(matches[0].status, MatchStatus::candidate) << left;
        EXPECT_EQ(matches[0].relation, Relation::same_scene) << left;
        EXPECT_EQ(matches[0].tier, Tier::derived) << left;
    }
}

TEST(Shortlist, AsksForNoMoreViewsThanAWorkerTakes)
{
    Shortlist list;
    list.leads.resize(40);
    for (auto& lead : list.leads)
        lead.view = View{0, 1, 1, {1, 0, 0, 0, 1, 0}};
    EXPECT_EQ(list.views().size(), 16U);
    list.leads[0].view.reset();
    EXPECT_EQ(list.views().size(), 16U);
}

} // namespace
} // namespace stillwatch::matcher
