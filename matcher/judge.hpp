#pragma once

#include "core/match.hpp"
#include "matcher/agreement.hpp"
#include "matcher/geometry.hpp"
#include "matcher/strip_order.hpp"

#include <optional>
#include <span>

namespace stillwatch::matcher {

// What is known of one reference in one picture when everything was measured.
struct Facts {
    bool is_exact = false;
    std::optional<int> distance_bits; // between fingerprints, where it was looked at
    bool is_near = false;             // distance_bits is close enough for fingerprints of their quality
    int inliers = 0;                  // 0 where it was not aligned by features
    int partners = 0;
    double shown_share = 1;             // of the reference
    double covered_share = 1;           // of the picture
    int corners_inside = 4;             // of the picture, that lie on the reference
    std::optional<Agreement> agreement; // nothing where no sign grid was taken
};

struct Verdict {
    std::optional<MatchStatus> status; // nothing: not even a lead
    Tier tier = Tier::derived;
    Relation relation = Relation::copy;
    double score = 0;
    Reason reason = Reason::too_little_agrees;

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

// Decides on measured facts alone. Thresholds and their measurement stand in the source.
Verdict judge(const Facts& facts);

// Whether two views that lay the middle of one reference at these places, in shares of the picture's sides,
// show things that were moved against each other.
bool is_elsewhere(Point a, Point b) noexcept;

// A part of a picture that shows a reference, and where that lays the middle of the reference in the whole
// picture, in shares of its sides.
struct Piece {
    Facts facts;
    Point middle;
};

// What several parts of a picture say together of one reference, as when it was cut into strips and these
// were put in another order: each says too little. `is_rearranged`: they lay it at several places, so that
// they are not what two photographs of a scene share.
struct Together {
    Verdict verdict;
    bool is_rearranged = false;
};
// Nothing where they are no match.
std::optional<Together> judge_pieces(std::span<const Piece> pieces);

// The same of a picture whose strips were looked for in every place; nothing where that is no match.
std::optional<Verdict> judge_strips(const StripOrder& order);

} // namespace stillwatch::matcher
