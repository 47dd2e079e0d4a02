#pragma once

#include "core/local_features.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

namespace stillwatch::matcher {

// A frame of a reference under a number that no other frame had since the tables were made.
struct IndexedFrame {
    std::uint32_t number = 0; // below FeatureTables::max_frames
    std::span<const LocalFeature> features;
    // The video that it is a frame of, by a number that no other video has. Frames of one video may show the
    // same.
    std::optional<std::uint32_t> video{};
};

// The tables of a feature index over some frames. Immutable. Hold no descriptor, but some bits of each.
class FeatureTables {
public:
    static constexpr std::size_t table_count = 4;
    // A feature's id: its frame's number and its place there.
    static constexpr unsigned place_bits = 11;
    static_assert(LocalFeatures::max_features <= std::size_t{1} << place_bits);
    static constexpr std::size_t max_frames = std::size_t{1} << (32 - place_bits);
    static constexpr std::uint32_t frame_of(std::uint32_t id) noexcept { return id >> place_bits; }
    static constexpr std::uint32_t place_of(std::uint32_t id) noexcept
    {
        return id & ((1U << place_bits) - 1);
    }

    // About one feature a key.
    static int key_bits_for(std::size_t features) noexcept;

    // Tables with runs of whole keys; null when `stop` was set meanwhile.
    static std::shared_ptr<const FeatureTables> make(std::span<const IndexedFrame> frames, int key_bits,
                                                     std::pmr::memory_resource& memory,
                                                     const std::atomic<bool>* stop = nullptr);
    // The same in memory that follows the number of features; a run holds several keys.
    static std::shared_ptr<const FeatureTables> make_small(std::span<const IndexedFrame> frames, int key_bits,
                                                           std::pmr::memory_resource& memory);
    // Of `large` without the frames that `left` names by number, and of `small` (may be null), which has
    // other frames and keys as long.
    static std::shared_ptr<const FeatureTables> merged(const FeatureTables& large, const FeatureTables* small,
                                                       const std::vector<bool>& left,
                                                       std::pmr::memory_resource& memory);

    int key_bits() const noexcept { return key_bits_; }
    std::uint32_t key_of(const Descriptor& descriptor, std::size_t table) const noexcept;
    bool has(std::uint32_t number) const noexcept { return number < has_.size() && has_[number]; }
    std::size_t frames() const noexcept { return has_.size(); } // numbers are below
    std::size_t bytes() const noexcept;

    struct Run {
        const std::uint32_t* begin;
        const std::uint32_t* end;
    };
    // Ids under a key; of small tables the run that has them among others, see keys_of.
    Run run(std::size_t table, std::uint32_t key) const noexcept
    {
        const auto& one = tables_[table];
        const auto bucket = key >> shift_;
        return {one.ids.data() + one.begins[bucket], one.ids.data() + one.begins[bucket + 1]};
    }
    // Where the run of a key begins, to be asked for in advance.
    const std::uint32_t* begin_of(std::size_t table, std::uint32_t key) const noexcept
    {
        return &tables_[table].begins[key >> shift_];
    }
    // The keys of a run's ids; null where they all have the one that was asked for.
    const std::uint32_t* keys_of(std::size_t table, const Run& run) const noexcept
    {
        const auto& one = tables_[table];
        return one.keys.empty() ? nullptr : one.keys.data() + (run.begin - one.ids.data());
    }

private:
    struct Table {
        explicit Table(std::pmr::memory_resource& memory) : begins(&memory), ids(&memory), keys(&memory) {}
        std::array<std::uint64_t, 4> masks{};   // which bits make the key
        std::pmr::vector<std::uint32_t> begins; // of each bucket's run in ids; one more at the end
        std::pmr::vector<std::uint32_t> ids;
        std::pmr::vector<std::uint32_t> keys; // of small tables, of each id
    };

    static std::shared_ptr<FeatureTables> made(std::span<const IndexedFrame> frames, int key_bits,
                                               int bucket_bits, std::pmr::memory_resource& memory,
                                               const std::atomic<bool>* stop);

    int key_bits_ = 0;
    int shift_ = 0; // of a key to its bucket
    std::vector<bool> has_;
    std::vector<Table> tables_;
};

} // namespace stillwatch::matcher
