#pragma once

#include "core/local_features.hpp"

#include <array>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

namespace stillwatch::matcher {

// A feature of a reference that looks like one of the picture searched for.
struct FeatureHit {
    std::uint32_t query = 0;     // index into the picture's features
    std::uint32_t frame = 0;     // of the reference, and
    std::uint32_t feature = 0;   // its index there
    int distance_bits = 0;
    bool mirrored = false;       // it looks like the mirror image

    friend bool operator==(const FeatureHit&, const FeatureHit&) = default;
};

// Bits within which two descriptors may show the same point. Measured on copies of 120 pictures: nine of ten
// points that are found again lie within 58 bits.
constexpr int max_feature_bits = 72;
// Of the references that have a feature alike, so many of the most alike are told for a feature searched for...
constexpr std::size_t frames_a_feature = 3;
// ...when they are that much more alike than the next one: what many references have tells nothing.
constexpr double most_of_next = 0.92;

// Approximate search over the features of all references (bit sampling; Indyk and Motwani, 1998): four tables
// whose keys are bits that seldom change, each looked up with none and with one of some bits turned. Immutable;
// the descriptors stay with their references, whose spans must outlive the index.
class FeatureIndex {
public:
    FeatureIndex(std::vector<std::span<const LocalFeature>> frames, std::pmr::memory_resource& memory);

    // For every feature what is alike in at most frames_a_feature references; also for the first half of the mirrored
    // picture, which are its stronger features: a mirror image is rarely small as well, and this halves its price.
    std::vector<FeatureHit> search(std::span<const LocalFeature> picture) const;
    // The same by comparing with every feature: for tests and for measuring what the tables lose.
    std::vector<FeatureHit> search_all(std::span<const LocalFeature> picture) const;

    // Of the tables, without the descriptors.
    std::size_t bytes() const noexcept;

private:
    static constexpr std::size_t table_count = 4;

    struct Table {
        explicit Table(std::pmr::memory_resource& memory) : begins(&memory), ids(&memory) {}
        std::array<std::uint64_t, 4> masks{};   // which bits make the key
        std::pmr::vector<std::uint32_t> begins; // of each key's run in ids; one more at the end
        std::pmr::vector<std::uint32_t> ids;
    };

    static std::uint32_t key_of(const Descriptor& descriptor, const Table& table) noexcept;
    void look_up(std::span<const LocalFeature> picture, bool mirrored, std::vector<FeatureHit>& hits) const;

    std::vector<std::span<const LocalFeature>> frames_;
    int key_bits_ = 0;
    std::vector<Table> tables_;
};

} // namespace stillwatch::matcher
