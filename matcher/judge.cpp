#include "matcher/judge.hpp"

#include <algorithm>
#include <cmath>

namespace stillwatch::matcher {

namespace {

// Evidence is Agreement::evidence and what inliers add (sets of seed 1, as in docs/performance.md). What was
// neither a copy nor another frame of the scene and reached 15 was always broken: more than a quarter of its
// tiles disagreed. Broken, other people reached 41, once 51; other photographs of the same person in the same
// light 53 and, once, 133; copies whose body was replaced start at about 40. What keeps those apart is that
// the rest of an edited copy is the same: mostly more than a third of its agreeing tiles are identical, of
// the others with 40 and more at most a fifth.
constexpr double broken_share = 0.25;
constexpr double whole_evidence = 40;
constexpr double broken_evidence = 48;
constexpr double least_identical_share = 0.25; // of the agreeing tiles
constexpr double unlike_evidence =
    180;                              // broken and hardly a tile identical: screens photographed at an angle
constexpr double piece_evidence = 15; // of one that is not broken: see above
// Pieces that lay their reference farther apart than this, in shares of the picture's sides, were moved: fits
// to one part alone are off by a twentieth at most.
constexpr double elsewhere = 0.1;
constexpr double candidate_evidence = 36;
constexpr double natural_match_evidence = 54;
// What a pair of features that fits adds, where all tiles agree: smooth pictures have few tiles and many
// pairs.
constexpr double evidence_of_inlier = 1;
constexpr double least_agreeing = 0.1; // of the tiles; less is a detail that two pictures share
// Where a part does not agree, what agrees must be as photographed as the rest: of the evidence, this much of
// the share that photographed tiles have in the reference. Site frames, chats, keyboards and captions stay
// below, edited photographs above (docs/performance.md); a drawing is measured by its own measure.
constexpr double least_natural_share = 0.8;
// Where photographed tiles are the same to the bit, less of them is enough: what a site draws around two
// photographs leaves those as different as any two, and a body that was replaced leaves the room around it.
// With half as many identical tiles and a share of 0.5 no picture of the site templates (seed 3) would pass
// that does not pass without; edited photographs with a drawn part have 0.6 and more.
constexpr double least_natural_share_of_same = 0.6;
constexpr double least_natural_identical = 0.05; // of the photographed tiles
constexpr double whole_agreeing = 0.85;          // of the tiles: nothing but the losses of re-encoding
// A copy in the strict sense: no tile disagrees, nearly all agree, and nearly all of their bits do. Another
// exposure that is well laid onto the first comes close; a heavily compressed copy that stays below is called
// edited. Where the frames are the same, the next frame of a film is what comes closest: it reached 0.9901,
// whole copies at JPEG quality 30 had 0.9926 and more.
constexpr double copy_agreeing = 0.95;
constexpr double copy_mean_share = 0.98;
constexpr double whole_copy_mean_share = 0.991;
constexpr double same_frame_share = 0.93; // of both
// One lies whole in the other: a crop, or a copy inside something larger. Photographs taken one after the
// other differ by a few percent of their frame, an affine fit to a copy by less than one.
constexpr double whole_share = 0.985;
// Two photographs of one scene overlap at their borders and agree in all that they share; a part cut out and
// put elsewhere ends inside the reference's own frame, where other content follows, or is much smaller there.
constexpr double cut_agreeing = 0.85;
constexpr double cut_disagreeing = 0.08;
constexpr double cut_size = 0.5;

double near_score(int distance_bits) noexcept
{
    return 0.99 - 0.01 * distance_bits; // below any exact match, 0.68 at 31 bits
}

double derived_score(double evidence) noexcept
{
    return 0.95 * (1 - std::exp(-evidence / 500));
}

// Both frames go on beyond what they share, as when the camera was turned.
bool overlaps_partly(const Facts& facts, double agreeing, double disagreeing) noexcept
{
    return std::max(facts.shown_share, facts.covered_share) < whole_share && facts.corners_inside >= 1 &&
           facts.covered_share >= cut_size * facts.shown_share && agreeing >= cut_agreeing &&
           disagreeing <= cut_disagreeing;
}

// What agrees is rather drawn than photographed, as measured by the reference.
bool is_rather_drawn(const Agreement& agreement) noexcept
{
    const double natural = static_cast<double>(agreement.natural) / agreement.tiles;
    const bool is_same = agreement.natural_identical >= least_natural_identical * agreement.natural;
    const double least = is_same ? least_natural_share_of_same : least_natural_share;
    return agreement.natural_evidence < least * natural * agreement.evidence;
}

} // namespace

bool is_elsewhere(Point a, Point b) noexcept
{
    return std::hypot(a.x - b.x, a.y - b.y) > elsewhere;
}

std::optional<Together> judge_pieces(std::span<const Piece> pieces)
{
    std::vector<Piece> good;
    double sum = 0;
    for (const auto& piece : pieces) {
        if (!piece.facts.agreement || piece.facts.agreement->tiles == 0) continue;
        const auto& agreement = *piece.facts.agreement;
        const double natural = static_cast<double>(agreement.natural) / agreement.tiles;
        const bool is_broken = agreement.disagreeing > broken_share * agreement.tiles;
        const bool is_drawn = agreement.natural_evidence < least_natural_share * natural * agreement.evidence;
        if (is_broken || is_drawn || agreement.evidence < piece_evidence) continue;
        good.push_back(piece);
        sum += agreement.evidence;
    }
    if (good.size() < 2 || sum < natural_match_evidence) return std::nullopt;
    const bool is_rearranged = std::ranges::any_of(
        good, [&](const Piece& piece) { return is_elsewhere(piece.middle, good.front().middle); });
    const Verdict verdict{MatchStatus::match, Tier::derived, Relation::edited, derived_score(sum),
                          Reason::layout_agrees};
    return Together{verdict, is_rearranged};
}

std::optional<Verdict> judge_strips(const StripOrder& order)
{
    if (!is_reordered(order)) return std::nullopt;
    return Verdict{MatchStatus::match, Tier::derived, Relation::edited, derived_score(order.evidence),
                   Reason::layout_agrees};
}

Verdict judge(const Facts& facts)
{
    if (facts.is_exact) return {MatchStatus::match, Tier::exact, Relation::copy, 1, Reason::same_bytes};
    Verdict verdict;
    if (facts.is_near)
        verdict = {MatchStatus::match, Tier::near, Relation::copy, near_score(*facts.distance_bits),
                   Reason::fingerprints_agree};
    if (!facts.agreement || facts.agreement->tiles == 0) return verdict;
    const auto& agreement = *facts.agreement;
    const double agreeing = static_cast<double>(agreement.agreeing) / agreement.tiles;
    const double disagreeing = static_cast<double>(agreement.disagreeing) / agreement.tiles;
    const double paired = evidence_of_inlier * facts.inliers * agreeing;
    const double evidence = agreement.evidence + paired;
    const double natural_evidence = agreement.natural_evidence + paired;
    const bool is_enough = evidence >= candidate_evidence && agreeing >= least_agreeing;
    const bool is_broken = disagreeing > broken_share;
    if (!facts.is_near) {
        verdict.score = derived_score(evidence);
        if (!is_enough) return verdict;
        verdict.status = evidence >= (is_broken ? broken_evidence : whole_evidence) ? MatchStatus::match
                                                                                    : MatchStatus::candidate;
        verdict.reason = Reason::layout_agrees;
    }
    if (is_enough && overlaps_partly(facts, agreeing, disagreeing)) {
        verdict.status = MatchStatus::candidate;
        verdict.relation = Relation::same_scene;
        verdict.reason = Reason::partial_overlap;
        return verdict;
    }
    const bool is_same_frame = std::min(facts.shown_share, facts.covered_share) >= same_frame_share;
    if (agreement.disagreeing == 0 && agreeing >= copy_agreeing &&
        agreement.mean_share >= (is_same_frame ? whole_copy_mean_share : copy_mean_share))
        return verdict;
    verdict.relation = Relation::edited;
    if (facts.is_near) return verdict;
    if (agreeing >= whole_agreeing) return verdict;
    verdict.reason = Reason::background_agrees;
    const double natural = static_cast<double>(agreement.natural) / agreement.tiles;
    if (natural_evidence < natural_match_evidence * std::min(1.0, 2 * natural) ||
        is_rather_drawn(agreement)) {
        verdict.status = MatchStatus::candidate;
        verdict.reason = Reason::drawn_frame_only;
        return verdict;
    }
    const bool is_unlike = agreement.identical < least_identical_share * agreement.agreeing;
    if (is_broken && is_unlike && verdict.status == MatchStatus::match && evidence < unlike_evidence) {
        verdict.status = MatchStatus::candidate;
        verdict.relation = Relation::same_scene;
        verdict.reason = Reason::other_exposure;
    }
    return verdict;
}

} // namespace stillwatch::matcher
