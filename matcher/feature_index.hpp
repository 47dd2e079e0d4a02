#pragma once

#include "core/local_features.hpp"
#include "matcher/feature_tables.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

namespace stillwatch::matcher {

// A feature of a reference that looks like one of the picture searched for.
struct FeatureHit {
    std::uint32_t query = 0;   // index into the picture's features
    std::uint32_t frame = 0;   // of the reference, and
    std::uint32_t feature = 0; // its index there
    int distance_bits = 0;
    bool mirrored = false; // it looks like the mirror image

    friend bool operator==(const FeatureHit&, const FeatureHit&) = default;
};

// Bits within which two descriptors may show the same point. Measured on copies of 120 pictures: nine of ten
// points that are found again lie within 58 bits.
constexpr int max_feature_bits = 72;
// Of the references that have a feature alike, so many of the most alike are told for a feature searched
// for...
constexpr std::size_t frames_a_feature = 3;
// ...when they are that much more alike than the next one: what many references have tells nothing.
constexpr double most_of_next = 0.92;
// Frames of one video count as one reference there, of which so many of the most alike are told.
constexpr std::size_t frames_a_video = 3;

// Approximate search over the features of all references (bit sampling; Indyk and Motwani, 1998): four tables
// whose keys are bits that seldom change, each looked up with none and with one of some bits turned.
// Immutable; the descriptors stay with their references, whose spans must outlive the index.
//
// A change shares the large tables: what came since they were made stands in small ones beside them, what
// left is passed over. Answers are those of tables made anew with keys as long; merging gives tables without
// what left, and is to be done soon.
class FeatureIndex {
public:
    // Hits tell a frame by its place in `frames`. Numbers are the places.
    FeatureIndex(std::vector<std::span<const LocalFeature>> frames, std::pmr::memory_resource& memory);
    FeatureIndex(std::pmr::memory_resource& memory, const std::vector<IndexedFrame>& frames);
    // These frames and no others.
    FeatureIndex changed(const std::vector<IndexedFrame>& frames, std::pmr::memory_resource& memory) const;

    // Whether all stands in the large tables and nothing else does, under keys of the right length.
    bool is_merged() const noexcept;
    // What merging takes; holds no reference.
    struct Parts {
        std::shared_ptr<const FeatureTables> large;
        std::shared_ptr<const FeatureTables> small; // may be null
        std::vector<bool> left;                     // by number: frames of `large` that are gone
    };
    // Nothing where the keys have another length than so many features want: then all is to be indexed anew.
    std::optional<Parts> parts() const;
    static std::shared_ptr<const FeatureTables> merged(const Parts& parts, std::pmr::memory_resource& memory);
    // All frames indexed anew; null when `stop` was set meanwhile.
    std::shared_ptr<const FeatureTables> indexed_anew(std::pmr::memory_resource& memory,
                                                      const std::atomic<bool>& stop) const;
    // The same frames over other large tables, which may have some more and some less.
    FeatureIndex over(std::shared_ptr<const FeatureTables> large, std::pmr::memory_resource& memory) const;

    // For every feature what is alike in at most frames_a_feature references; also for the first half of the
    // mirrored picture, which are its stronger features: a mirror image is rarely small as well, and this
    // halves its price.
    std::vector<FeatureHit> search(std::span<const LocalFeature> picture) const;
    // The same by comparing with every feature: for tests and for measuring what the tables lose.
    std::vector<FeatureHit> search_all(std::span<const LocalFeature> picture) const;

    // Of the tables, without the descriptors.
    std::size_t bytes() const noexcept;

private:
    struct Place {
        std::span<const LocalFeature> features;
        std::uint32_t rank = 0; // in the order of the frames; hits tell it
        bool is_in = false;
        std::optional<std::uint32_t> video{}; // as in IndexedFrame
    };

    FeatureIndex() = default;
    FeatureIndex(const std::vector<IndexedFrame>& frames, std::shared_ptr<const FeatureTables> large,
                 std::pmr::memory_resource& memory);
    std::vector<IndexedFrame> frames() const; // by rank
    void look_up(std::span<const LocalFeature> picture, bool mirrored, std::vector<FeatureHit>& hits) const;
    void collect(std::size_t table, std::uint32_t key, std::vector<std::uint32_t>& ids) const;

    std::vector<Place> places_; // by number
    // Of each frame by rank what it counts as: that of the first frame of its video, or its own rank.
    std::vector<std::uint32_t> sources_;
    std::size_t count_ = 0; // of features
    std::shared_ptr<const FeatureTables> large_;
    std::shared_ptr<const FeatureTables> small_; // null where there is nothing beside them
    std::vector<bool> left_;                     // by number; empty where nothing left
};

} // namespace stillwatch::matcher
