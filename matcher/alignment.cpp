#include "matcher/alignment.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <unordered_set>

namespace stillwatch::matcher {

namespace {

constexpr double pi = std::numbers::pi;
constexpr std::size_t most_pairs = 400; // proposals are tried against all: quadratic

// A similarity grows less sure with the distance from the pair that proposed it: its scale comes in steps of
// 1.2 and its direction wavers by some degrees.
constexpr double near_tolerance_px = 3;
constexpr double tolerance_per_px = 0.12;
constexpr double scale_tolerance = 0.45;    // natural logarithm
constexpr double direction_tolerance = 0.5; // radians

// Rounds of refining: how far a pair may be off, as a share of the picture's longer side.
constexpr double refine_shares[] = {0.05, 0.02, 0.012};
constexpr double guided_shares[] = {0.012, 0.008};
constexpr double least_tolerance_px = 2.5;
constexpr int guided_bits = 90; // a place was foretold, so less likeness is asked than in a search
constexpr double most_anisotropy = 1.35;
constexpr double place_px = 5; // inliers nearer to each other than this count once

struct Placed {
    Point at;
    double scale = 1;
    double direction = 0;
};

Placed placed(const LocalFeature& feature, double mirror_width, bool mirrored)
{
    const double direction = feature.angle * 2 * pi / LocalFeature::angles;
    const double scale = std::pow(1.2, feature.level);
    if (!mirrored) return {{feature.x_px(), feature.y_px()}, scale, direction};
    return {{mirror_width - feature.x_px(), feature.y_px()}, scale, pi - direction};
}

double turn_between(double a, double b)
{
    return std::abs(std::remainder(a - b, 2 * pi));
}

double squared_distance(Point a, Point b)
{
    return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

std::uint32_t bits_of(Point p)
{
    const auto cell = [](double value) {
        return static_cast<std::uint32_t>(std::max(0.0, value) / place_px) & 0xFFFFU;
    };
    return cell(p.x) << 16U | cell(p.y);
}

// Pairs whose places are new on both sides.
int distinct(std::span<const Pair> pairs)
{
    std::unordered_set<std::uint32_t> from;
    std::unordered_set<std::uint32_t> to;
    int count = 0;
    for (const auto& pair : pairs) {
        const bool is_new_from = from.insert(bits_of(pair.from)).second;
        const bool is_new_to = to.insert(bits_of(pair.to)).second;
        if (is_new_from && is_new_to) ++count;
    }
    return count;
}

class Aligner {
public:
    Aligner(const FeatureFrame& query, const FeatureFrame& reference, std::vector<FeaturePair> pairs,
            bool mirrored)
        : query_(query), reference_(reference), mirrored_(mirrored), pairs_(std::move(pairs)),
          longer_side_(std::max(query.size.width, query.size.height))
    {
        if (pairs_.size() > most_pairs) {
            std::ranges::stable_sort(pairs_, {}, &FeaturePair::distance_bits);
            pairs_.resize(most_pairs);
        }
        for (const auto& pair : pairs_) {
            to_.push_back(placed(query.features[pair.query], query.size.width, mirrored));
            from_.push_back(placed(reference.features[pair.reference], 0, false));
        }
    }

    std::optional<Alignment> find()
    {
        if (!propose()) return std::nullopt;
        Alignment alignment;
        alignment.inliers = refine();
        if (alignment.inliers < min_inliers) return std::nullopt;
        sort_into_cells();
        for (const double share : guided_shares) {
            const auto found = guide(alignment, share);
            if (alignment.partners < min_inliers + 1) continue;
            const auto fitted = fit_affine(found);
            if (fitted && is_plausible(*fitted)) mapping_ = *fitted;
        }
        return finished(std::move(alignment));
    }

    Alignment in_place(int inliers)
    {
        mapping_ = {{query_.size.width / reference_.size.width, 0, 0, 0,
                     query_.size.height / reference_.size.height, 0}};
        Alignment alignment;
        alignment.inliers = inliers;
        sort_into_cells();
        (void)guide(alignment, guided_shares[1]);
        return finished(std::move(alignment));
    }

private:
    Affine similarity(std::size_t i) const
    {
        const double scale = to_[i].scale / from_[i].scale;
        const double turn = to_[i].direction - from_[i].direction;
        const double c = scale * std::cos(turn);
        const double s = scale * std::sin(turn);
        const auto& p = from_[i].at;
        return {{c, -s, to_[i].at.x - c * p.x + s * p.y, s, c, to_[i].at.y - s * p.x - c * p.y}};
    }

    bool fits(std::size_t i, std::size_t proposer, const Affine& mapping, double scale, double turn,
              double most) const
    {
        const double away = std::sqrt(squared_distance(from_[i].at, from_[proposer].at)) * scale;
        const double tolerance = std::min(near_tolerance_px + tolerance_per_px * away, most);
        return squared_distance(mapping(from_[i].at), to_[i].at) <= tolerance * tolerance &&
               turn_between(to_[i].direction - from_[i].direction, turn) < direction_tolerance &&
               std::abs(std::log(to_[i].scale / from_[i].scale / scale)) < scale_tolerance;
    }

    bool propose()
    {
        std::size_t most = 0;
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            const auto mapping = similarity(i);
            const double scale = to_[i].scale / from_[i].scale;
            const double turn = to_[i].direction - from_[i].direction;
            const double tolerance = std::max(12.0, 24 * scale);
            std::size_t fitting = 0;
            for (std::size_t k = 0; k < pairs_.size(); ++k)
                fitting += fits(k, i, mapping, scale, turn, tolerance) ? 1U : 0U;
            if (fitting > most) {
                most = fitting;
                proposer_ = i;
                mapping_ = mapping;
            }
        }
        return most >= 3;
    }

    static bool is_plausible(const Affine& mapping)
    {
        return mapping.determinant() > 1e-6 && mapping.anisotropy() < most_anisotropy;
    }

    int refine()
    {
        const double scale = to_[proposer_].scale / from_[proposer_].scale;
        const double turn = to_[proposer_].direction - from_[proposer_].direction;
        int inliers = 0;
        bool is_first = true;
        for (const double share : refine_shares) {
            std::vector<Pair> fitting;
            for (std::size_t i = 0; i < pairs_.size(); ++i) {
                const double away = std::sqrt(squared_distance(from_[i].at, from_[proposer_].at)) * scale;
                const double tolerance =
                    is_first ? std::min(near_tolerance_px + tolerance_per_px * away, share * longer_side_)
                             : std::max(near_tolerance_px, share * longer_side_);
                if (squared_distance(mapping_(from_[i].at), to_[i].at) <= tolerance * tolerance &&
                    turn_between(to_[i].direction - from_[i].direction, turn) < direction_tolerance)
                    fitting.push_back({from_[i].at, to_[i].at});
            }
            is_first = false;
            inliers = distinct(fitting);
            if (inliers < min_inliers) continue;
            const auto fitted = fit_affine(fitting);
            if (fitted && is_plausible(*fitted)) mapping_ = *fitted;
        }
        return inliers;
    }

    // Features of the picture by place, so that those near an expected place are at hand.
    void sort_into_cells()
    {
        cells_.assign(static_cast<std::size_t>(cells_a_side) * cells_a_side, {});
        for (std::uint32_t i = 0; i < query_.features.size(); ++i) {
            all_.push_back(placed(query_.features[i], query_.size.width, mirrored_));
            cells_[static_cast<std::size_t>(row_of(all_[i].at.y) * cells_a_side + column_of(all_[i].at.x))]
                .push_back(i);
        }
    }
    int column_of(double x) const { return cell_of(x, query_.size.width); }
    int row_of(double y) const { return cell_of(y, query_.size.height); }
    static int cell_of(double value, double side)
    {
        return std::clamp(static_cast<int>(value * cells_a_side / side), 0, cells_a_side - 1);
    }

    std::optional<std::uint32_t> partner(const LocalFeature& feature, const Placed& from, double scale,
                                         double turn, double tolerance) const
    {
        const auto expected = mapping_(from.at);
        const auto descriptor = mirrored_ ? mirrored(feature.descriptor) : feature.descriptor;
        int least = guided_bits + 1;
        std::optional<std::uint32_t> best;
        for (int row = row_of(expected.y - tolerance); row <= row_of(expected.y + tolerance); ++row)
            for (int column = column_of(expected.x - tolerance); column <= column_of(expected.x + tolerance);
                 ++column)
                for (const auto i : cells_[static_cast<std::size_t>(row * cells_a_side + column)]) {
                    const auto& to = all_[i];
                    if (squared_distance(expected, to.at) > tolerance * tolerance) continue;
                    if (std::abs(std::log(to.scale / from.scale / scale)) > 0.35) continue;
                    if (turn_between(to.direction - from.direction, turn) > 0.4) continue;
                    const int bits = hamming(query_.features[i].descriptor, descriptor);
                    if (bits < least) {
                        least = bits;
                        best = i;
                    }
                }
        return best;
    }

    // Every feature of the reference that has a partner where the mapping expects it.
    std::vector<Pair> guide(Alignment& alignment, double share) const
    {
        const double tolerance = std::max(least_tolerance_px, share * longer_side_);
        const double scale = std::sqrt(mapping_.determinant());
        const double turn = std::atan2(mapping_.a[3], mapping_.a[0]);
        std::vector<Pair> found;
        alignment.features.clear();
        int inside = 0;
        for (std::uint32_t f = 0; f < reference_.features.size(); ++f) {
            const auto& feature = reference_.features[f];
            const auto from = placed(feature, 0, false);
            const auto expected = mapping_(from.at);
            if (expected.x < 0 || expected.y < 0 || expected.x >= query_.size.width ||
                expected.y >= query_.size.height)
                continue;
            ++inside;
            const auto i = partner(feature, from, scale, turn, tolerance);
            if (!i) continue;
            found.push_back({from.at, all_[*i].at});
            alignment.features.push_back(f);
        }
        alignment.partners = distinct(found);
        alignment.unpaired = inside == 0 ? 0 : 1 - static_cast<double>(found.size()) / inside;
        return found;
    }

    Alignment finished(Alignment alignment) const
    {
        alignment.mirrored = mirrored_;
        alignment.mapping = mirrored_ ? combined({{-1, 0, query_.size.width, 0, 1, 0}}, mapping_) : mapping_;
        return alignment;
    }

    static constexpr int cells_a_side = 32;

    const FeatureFrame& query_;
    const FeatureFrame& reference_;
    bool mirrored_;
    std::vector<FeaturePair> pairs_;
    double longer_side_;
    std::vector<Placed> from_; // by pair
    std::vector<Placed> to_;
    std::vector<Placed> all_; // the picture's features
    std::vector<std::vector<std::uint32_t>> cells_;
    std::size_t proposer_ = 0;
    Affine mapping_; // to the picture as it was searched: mirrored when mirrored_
};

} // namespace

std::optional<Alignment> align(const FeatureFrame& query, const FeatureFrame& reference,
                               std::vector<FeaturePair> pairs, bool mirrored)
{
    if (pairs.size() < 3 || query.size.width <= 0 || query.size.height <= 0) return std::nullopt;
    return Aligner(query, reference, std::move(pairs), mirrored).find();
}

bool is_in_place(const FeatureFrame& query, const LocalFeature& of_query, const FeatureFrame& reference,
                 const LocalFeature& of_reference, bool mirrored) noexcept
{
    constexpr double most_away = 0.03;  // of a side
    constexpr double most_levels = 2.2; // between the sizes, in steps of 1.2
    constexpr int most_turned = LocalFeature::angles / 12;
    const double x = of_query.x_px() / query.size.width;
    const double dx = (mirrored ? 1 - x : x) - of_reference.x_px() / reference.size.width;
    const double dy = of_query.y_px() / query.size.height - of_reference.y_px() / reference.size.height;
    if (dx * dx + dy * dy > most_away * most_away) return false;
    const double larger = std::log(query.size.width / reference.size.width) / std::log(1.2);
    if (std::abs(of_query.level - of_reference.level - larger) > most_levels) return false;
    constexpr int angles = LocalFeature::angles;
    const int angle = mirrored ? angles / 2 - of_query.angle : of_query.angle;
    const int turned = ((angle - of_reference.angle) % angles + angles) % angles;
    return std::min(turned, angles - turned) <= most_turned;
}

Alignment aligned_in_place(const FeatureFrame& query, const FeatureFrame& reference, int inliers,
                           bool mirrored)
{
    return Aligner(query, reference, {}, mirrored).in_place(inliers);
}

} // namespace stillwatch::matcher
