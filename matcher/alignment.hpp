#pragma once

#include "core/local_features.hpp"
#include "matcher/geometry.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace stillwatch::matcher {

// A feature of the picture searched for and one of a reference that look alike.
struct FeaturePair {
    std::uint32_t query = 0;
    std::uint32_t reference = 0;
    int distance_bits = 0;
};

// The features of one frame, as they are compared.
struct FeatureFrame {
    Size size; // of the working frame
    std::span<const LocalFeature> features;
};

// How a reference lies in a picture.
struct Alignment {
    Affine mapping; // reference's working frame to the picture's, mirroring included
    bool mirrored = false;
    int inliers = 0;     // pairs of features that fit it, distinct places in both pictures
    int partners = 0;    // features of the reference with a similar one at the expected place
    double unpaired = 0; // share without one, of the reference's features that lie inside the picture
    std::vector<std::uint32_t> features; // of the reference, that have a partner
};

// The similarity that most pairs agree on (each pair proposes one, by places, scales and directions), refined
// to an affine mapping, then with every feature that has a partner where it is expected. Nothing when fewer
// than min_inliers pairs agree. `mirrored`: the pairs were found in the mirrored picture.
std::optional<Alignment> align(const FeatureFrame& query, const FeatureFrame& reference,
                               std::vector<FeaturePair> pairs, bool mirrored);

// Whether a pair lies at the same place in both pictures, as when one is the other, altered in some parts; at
// about the same size and turned by little.
bool is_in_place(const FeatureFrame& query, const LocalFeature& of_query, const FeatureFrame& reference,
                 const LocalFeature& of_reference, bool mirrored) noexcept;

// The alignment that lays the whole reference onto the whole picture. `inliers`: pairs known to fit it.
Alignment aligned_in_place(const FeatureFrame& query, const FeatureFrame& reference, int inliers,
                           bool mirrored);

// Fewer pairs fit together by accident: of 1 600 other photographs against 60 references each third has four.
constexpr int min_inliers = 4;

} // namespace stillwatch::matcher
