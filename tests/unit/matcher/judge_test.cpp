#include "matcher/judge.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace stillwatch::matcher {
namespace {

// The thresholds of judge.cpp: a change there is made here, too.
constexpr double lead_from = 36;
constexpr double match_from = 40;
constexpr double broken_from = 48;
constexpr double natural_from = 54;
constexpr double unlike_from = 180;
constexpr double little = 0.1;

// Of 100 tiles, `natural` of them photographed.
Agreement agreement(int agreeing, int disagreeing, double evidence, double natural_evidence,
                    int natural = 100)
{
    Agreement result;
    result.tiles = 100;
    result.agreeing = agreeing;
    result.identical = agreeing;
    result.disagreeing = disagreeing;
    result.natural = natural;
    result.evidence = evidence;
    result.natural_evidence = natural_evidence;
    result.mean_share = 1;
    return result;
}

// A whole copy found by features alone, of plenty of evidence.
Facts copy()
{
    Facts facts;
    facts.agreement = agreement(100, 0, 500, 500);
    return facts;
}

Facts with(const std::function<void(Facts&)>& change)
{
    auto facts = copy();
    change(facts);
    return facts;
}

Facts near(int distance_bits, std::optional<Agreement> agreement = {})
{
    Facts facts;
    facts.is_near = true;
    facts.distance_bits = distance_bits;
    facts.agreement = agreement;
    return facts;
}

// Two photographs of one scene: each shows the larger part of the other.
Facts panorama()
{
    return with([](Facts& facts) {
        facts.shown_share = 0.6;
        facts.covered_share = 0.6;
        facts.corners_inside = 2;
    });
}

struct Row {
    const char* what;
    Facts facts;
    std::optional<MatchStatus> status;
    Tier tier;
    Relation relation;
    Reason reason;
};

void check(const std::vector<Row>& rows)
{
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        const auto verdict = judge(row.facts);
        EXPECT_EQ(verdict.status, row.status);
        EXPECT_EQ(verdict.tier, row.tier);
        EXPECT_EQ(verdict.relation, row.relation);
        EXPECT_EQ(verdict.reason, row.reason) << name_of(verdict.reason);
        EXPECT_GE(verdict.score, 0);
        EXPECT_LE(verdict.score, 1);
    }
}

constexpr auto match = MatchStatus::match;
constexpr auto candidate = MatchStatus::candidate;
constexpr auto none = std::nullopt;

TEST(Judge, WhatIsKnownWithoutALayout)
{
    auto exact = near(0);
    exact.is_exact = true;
    auto unplaced = near(40);
    unplaced.is_near = false;
    check({
        {"the same bytes", exact, match, Tier::exact, Relation::copy, Reason::same_bytes},
        {"near", near(31), match, Tier::near, Relation::copy, Reason::fingerprints_agree},
        {"near, no tile to compare", near(5, Agreement{}), match, Tier::near, Relation::copy,
         Reason::fingerprints_agree},
        {"neither near nor seen", unplaced, none, Tier::derived, Relation::copy, Reason::too_little_agrees},
        {"nothing at all", {}, none, Tier::derived, Relation::copy, Reason::too_little_agrees},
    });
}

TEST(Judge, EvidenceMakesAMatchOrALead)
{
    const auto of = [](double evidence, int inliers = 0) {
        return with([=](Facts& facts) {
            facts.agreement = agreement(100, 0, evidence, evidence);
            facts.inliers = inliers;
        });
    };
    check({
        {"no evidence", of(0), none, Tier::derived, Relation::copy, Reason::too_little_agrees},
        {"just too little", of(lead_from - little), none, Tier::derived, Relation::copy,
         Reason::too_little_agrees},
        {"just a lead", of(lead_from), candidate, Tier::derived, Relation::copy, Reason::layout_agrees},
        {"hardly no match", of(match_from - little), candidate, Tier::derived, Relation::copy,
         Reason::layout_agrees},
        {"just a match", of(match_from), match, Tier::derived, Relation::copy, Reason::layout_agrees},
        {"pairs of features make a lead", of(20, 16), candidate, Tier::derived, Relation::copy,
         Reason::layout_agrees},
        {"pairs of features make a match", of(match_from - 32, 32), match, Tier::derived, Relation::copy,
         Reason::layout_agrees},
    });
}

TEST(Judge, PairsOfFeaturesCountForWhatAgrees)
{
    const auto facts = with([](Facts& it) {
        it.agreement = agreement(50, 50, 30, 30);
        it.inliers = 11; // half of them make 35.5
    });
    EXPECT_EQ(judge(facts).status, none);
}

TEST(Judge, TheRestOfAnEditedCopyIsTheSame)
{
    const auto of = [](int disagreeing, int identical, double evidence) {
        return with([=](Facts& facts) {
            facts.agreement = agreement(60, disagreeing, evidence, evidence);
            facts.agreement->identical = identical;
        });
    };
    const auto found = [](const char* what, const Facts& facts) {
        return Row{what, facts, match, Tier::derived, Relation::edited, Reason::background_agrees};
    };
    const auto lead = [](const char* what, const Facts& facts, Relation relation, Reason reason) {
        return Row{what, facts, candidate, Tier::derived, relation, reason};
    };
    check({
        found("little is edited, no tile is the same", of(25, 0, natural_from)),
        found("a body is replaced, the background stayed", of(26, 15, natural_from)),
        lead("nothing stayed", of(26, 14, natural_from), Relation::same_scene, Reason::other_exposure),
        lead("nothing stayed, much is alike", of(40, 0, unlike_from - little), Relation::same_scene,
             Reason::other_exposure),
        found("so much is alike", of(40, 0, unlike_from)),
    });
    const auto drawn_enough = [&](double evidence) {
        auto facts = of(40, 60, evidence);
        facts.agreement->natural = 0;
        return judge(facts).status;
    };
    EXPECT_EQ(drawn_enough(broken_from), match);
    EXPECT_EQ(drawn_enough(broken_from - little), candidate);
    auto frame = of(40, 0, unlike_from - little);
    frame.agreement->natural_evidence = 0;
    EXPECT_EQ(judge(frame).reason, Reason::drawn_frame_only) << "no lead to another exposure";
}

TEST(Judge, WhatDoesNotAgreeWasEdited)
{
    const auto of = [](int agreeing, int disagreeing, double mean_share = 1) {
        return with([=](Facts& facts) {
            facts.agreement = agreement(agreeing, disagreeing, 500, 500);
            facts.agreement->mean_share = mean_share;
        });
    };
    const auto row = [](const char* what, const Facts& facts, Relation relation, Reason reason) {
        return Row{what, facts, match, Tier::derived, relation, reason};
    };
    check({
        row("losses of re-encoding", of(95, 0, 0.991), Relation::copy, Reason::layout_agrees),
        row("losses that the next frame of a film has too", of(100, 0, 0.990), Relation::edited,
            Reason::layout_agrees),
        row("such losses of a crop", with([&](Facts& facts) {
                facts = of(100, 0, 0.98);
                facts.shown_share = 0.5;
            }),
            Relation::copy, Reason::layout_agrees),
        row("too few tiles agree", of(94, 0), Relation::edited, Reason::layout_agrees),
        row("too few of their bits", of(100, 0, 0.97), Relation::edited, Reason::layout_agrees),
        row("one tile disagrees", of(99, 1), Relation::edited, Reason::layout_agrees),
        row("a small part", of(85, 15), Relation::edited, Reason::layout_agrees),
        row("a large part", of(84, 0), Relation::edited, Reason::background_agrees),
        row("most", of(10, 90), Relation::edited, Reason::background_agrees),
        {"all but a detail", of(9, 91), none, Tier::derived, Relation::copy, Reason::too_little_agrees},
    });
}

TEST(Judge, OfAnEditedPhotographMoreThanADrawnFrameMustAgree)
{
    const auto of = [](double evidence, double natural_evidence, int natural, int agreeing = 50) {
        return with([=](Facts& facts) {
            facts.agreement = agreement(agreeing, 100 - agreeing, evidence, natural_evidence, natural);
        });
    };
    const auto row = [](const char* what, const Facts& facts, bool is_match) {
        return Row{what,
                   facts,
                   is_match ? match : candidate,
                   Tier::derived,
                   Relation::edited,
                   is_match ? Reason::background_agrees : Reason::drawn_frame_only};
    };
    check({
        row("as photographed as the reference", of(200, 160, 100), true),
        row("more drawn than the reference", of(200, 159, 100), false),
        row("half of the reference is drawn", of(200, 80, 50), true),
        row("and more than half of what agrees", of(200, 79, 50), false),
        row("enough is photographed", of(natural_from + 8, natural_from, 100), true),
        row("too little is photographed", of(natural_from + 8, natural_from - little, 100), false),
        row("a mostly drawn reference asks for less", of(natural_from + 8, natural_from / 2, 25), true),
        row("but for something", of(natural_from + 8, natural_from / 2 - little, 25), false),
        row("a drawing is measured by its own measure", of(natural_from + 8, 0, 0), true),
        {"drawn and whole", of(200, 0, 100, 100), match, Tier::derived, Relation::copy,
         Reason::layout_agrees},
    });
}

TEST(Judge, OfPhotographedTilesThatAreTheSameLessIsEnough)
{
    const auto of = [](double natural_evidence, int natural_identical) {
        return with([=](Facts& facts) {
            facts.agreement = agreement(50, 50, 200, natural_evidence, 100);
            facts.agreement->natural_identical = natural_identical;
        });
    };
    const auto row = [](const char* what, const Facts& facts, bool is_match) {
        return Row{what,
                   facts,
                   is_match ? match : candidate,
                   Tier::derived,
                   Relation::edited,
                   is_match ? Reason::background_agrees : Reason::drawn_frame_only};
    };
    check({
        row("a room around a body, and a drawn wall", of(120, 5), true),
        row("a drawn frame and a hint of the room", of(120 - little, 5), false),
        row("no room that is the same", of(120, 4), false),
    });
}

TEST(Judge, FramesThatOverlapPartlyShowOneScene)
{
    const auto of = [](const std::function<void(Facts&)>& change) {
        auto facts = panorama();
        change(facts);
        return facts;
    };
    const auto agreeing = [&](int share, int disagreeing) {
        return of([=](Facts& facts) { facts.agreement = agreement(share, disagreeing, 500, 500); });
    };
    check({
        {"a turned camera", panorama(), candidate, Tier::derived, Relation::same_scene,
         Reason::partial_overlap},
        {"the whole reference is there", of([](Facts& facts) { facts.shown_share = 0.985; }), match,
         Tier::derived, Relation::copy, Reason::layout_agrees},
        {"almost the whole", of([](Facts& facts) { facts.shown_share = 0.984; }), candidate, Tier::derived,
         Relation::same_scene, Reason::partial_overlap},
        {"a crop of the reference", of([](Facts& facts) { facts.covered_share = 1; }), match, Tier::derived,
         Relation::copy, Reason::layout_agrees},
        {"no corner shared", of([](Facts& facts) { facts.corners_inside = 0; }), match, Tier::derived,
         Relation::copy, Reason::layout_agrees},
        {"one corner shared", of([](Facts& facts) { facts.corners_inside = 1; }), candidate, Tier::derived,
         Relation::same_scene, Reason::partial_overlap},
        {"a part put elsewhere, smaller", of([](Facts& facts) { facts.covered_share = 0.29; }), match,
         Tier::derived, Relation::copy, Reason::layout_agrees},
        {"half as large", of([](Facts& facts) { facts.covered_share = 0.3; }), candidate, Tier::derived,
         Relation::same_scene, Reason::partial_overlap},
        {"most of the shared part agrees", agreeing(85, 8), candidate, Tier::derived, Relation::same_scene,
         Reason::partial_overlap},
        {"too much of it disagrees", agreeing(85, 9), match, Tier::derived, Relation::edited,
         Reason::layout_agrees},
        {"too little of it agrees", agreeing(84, 8), match, Tier::derived, Relation::edited,
         Reason::background_agrees},
    });
}

TEST(Judge, LayoutTellsWhatANearCopyIs)
{
    auto shifted = panorama();
    shifted.is_near = true;
    shifted.distance_bits = 30;
    check({
        {"whole", near(10, agreement(100, 0, 500, 500)), match, Tier::near, Relation::copy,
         Reason::fingerprints_agree},
        {"with a caption", near(20, agreement(80, 20, 500, 500)), match, Tier::near, Relation::edited,
         Reason::fingerprints_agree},
        {"drawn, with a caption", near(20, agreement(80, 20, 500, 0)), match, Tier::near, Relation::edited,
         Reason::fingerprints_agree},
        {"without evidence", near(20, agreement(100, 0, 0, 0)), match, Tier::near, Relation::copy,
         Reason::fingerprints_agree},
        {"the next photograph of a series", shifted, candidate, Tier::near, Relation::same_scene,
         Reason::partial_overlap},
    });
}

TEST(Judge, ScoresFallWithDoubt)
{
    Facts exact;
    exact.is_exact = true;
    EXPECT_EQ(judge(exact).score, 1);
    EXPECT_NEAR(judge(near(0)).score, 0.99, 1e-12);
    EXPECT_NEAR(judge(near(31)).score, 0.68, 1e-12);
    const auto of = [](double evidence) {
        return judge(with([=](Facts& facts) { facts.agreement = agreement(100, 0, evidence, evidence); }))
            .score;
    };
    EXPECT_LT(of(match_from), of(match_from + 1));
    EXPECT_LE(of(1e9), 0.95);
}

TEST(Reason, EachHasItsName)
{
    EXPECT_EQ(name_of(Reason::same_bytes), "same_bytes");
    EXPECT_EQ(name_of(Reason::too_little_agrees), "too_little_agrees");
    EXPECT_EQ(name_of(static_cast<Reason>(99)), "unknown");
}

Piece piece(double evidence, int disagreeing = 20, Point middle = {0.5, 0.5})
{
    Piece piece{{}, middle};
    piece.facts.agreement = agreement(30, disagreeing, evidence, evidence);
    return piece;
}

TEST(JudgePieces, SeveralThatSayTooLittleAreAMatchTogether)
{
    const std::vector pieces{piece(20), piece(18), piece(16)};
    const auto together = judge_pieces(pieces);
    ASSERT_TRUE(together);
    EXPECT_EQ(together->verdict.status, MatchStatus::match);
    EXPECT_EQ(together->verdict.tier, Tier::derived);
    EXPECT_EQ(together->verdict.relation, Relation::edited);
    EXPECT_FALSE(together->is_rearranged) << "as when two photographs of a scene share them";
}

TEST(JudgePieces, ThoseThatLayTheReferenceAtSeveralPlacesWereMoved)
{
    const auto at = [](double x, double y) {
        return judge_pieces(std::vector{piece(30), piece(30, 20, {x, y})});
    };
    EXPECT_FALSE(at(0.52, 0.55)->is_rearranged);
    EXPECT_TRUE(at(0.5, 0.75)->is_rearranged);
    EXPECT_TRUE(at(0.2, 0.5)->is_rearranged);
    // What does not count as a piece moves nothing.
    EXPECT_FALSE(judge_pieces(std::vector{piece(30), piece(30), piece(30, 40, {0.1, 0.1})})->is_rearranged);
}

TEST(JudgePieces, OneAloneIsNone)
{
    EXPECT_FALSE(judge_pieces(std::vector{piece(natural_from - 1)}));
}

TEST(JudgePieces, WhatIsBrokenOrSaysHardlyAnythingDoesNotCount)
{
    EXPECT_FALSE(judge_pieces(std::vector{piece(30), piece(30, 40)}));
    EXPECT_FALSE(judge_pieces(std::vector{piece(50), piece(14), piece(14)}));
    auto drawn = piece(30);
    drawn.facts.agreement->natural_evidence = 5;
    EXPECT_FALSE(judge_pieces(std::vector{piece(30), drawn}));
}

} // namespace
} // namespace stillwatch::matcher
