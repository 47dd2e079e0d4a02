#include "matcher/feature_tables.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

namespace stillwatch::matcher {

namespace {

constexpr int least_key_bits = 8;
constexpr int most_key_bits = 24;

// The bits that make a table's keys, a mask for each word. They are numbered by how seldom they change in
// altered copies (descriptor_comparisons.inc is in that order, mirror images 128 further on); the 96 surest
// are dealt out to the tables, in steps of 29 so that neighbours in the order, which resemble each other,
// part.
std::array<std::uint64_t, 4> masks_of(std::size_t table, int key_bits)
{
    std::array<std::uint64_t, 4> masks{};
    for (int position = 0; position < key_bits; ++position) {
        const int dealt = (static_cast<int>(table) * most_key_bits + position) * 29 % 96;
        const int bit = dealt < 48 ? dealt : dealt - 48 + 128;
        masks[static_cast<std::size_t>(bit) / 64] |= std::uint64_t{1} << (bit % 64);
    }
    return masks;
}

std::uint32_t count_of(std::span<const IndexedFrame> frames)
{
    std::uint32_t count = 0;
    for (const auto& frame : frames)
        count += static_cast<std::uint32_t>(frame.features.size());
    return count;
}

} // namespace

int FeatureTables::key_bits_for(std::size_t features) noexcept
{
    return std::clamp(static_cast<int>(std::bit_width(features)), least_key_bits, most_key_bits);
}

std::shared_ptr<const FeatureTables> FeatureTables::make(std::span<const IndexedFrame> frames, int key_bits,
                                                         std::pmr::memory_resource& memory,
                                                         const std::atomic<bool>* stop)
{
    return made(frames, key_bits, key_bits, memory, stop);
}

std::shared_ptr<const FeatureTables> FeatureTables::make_small(std::span<const IndexedFrame> frames,
                                                               int key_bits,
                                                               std::pmr::memory_resource& memory)
{
    const int bucket_bits = std::min(key_bits, static_cast<int>(std::bit_width(count_of(frames))));
    auto tables = made(frames, key_bits, bucket_bits, memory, nullptr);
    return tables;
}

std::shared_ptr<FeatureTables> FeatureTables::made(std::span<const IndexedFrame> frames, int key_bits,
                                                   int bucket_bits, std::pmr::memory_resource& memory,
                                                   const std::atomic<bool>* stop)
{
    auto tables = std::make_shared<FeatureTables>();
    tables->key_bits_ = key_bits;
    tables->shift_ = key_bits - bucket_bits;
    for (const auto& frame : frames) {
        if (frame.number >= max_frames) throw std::length_error("more references than a feature index holds");
        if (frame.number >= tables->has_.size()) tables->has_.resize(frame.number + 1);
        tables->has_[frame.number] = true;
    }
    const auto count = count_of(frames);
    std::pmr::vector<std::uint32_t> keys(count, &memory);
    for (std::size_t t = 0; t < table_count; ++t) {
        auto& table = tables->tables_.emplace_back(memory);
        table.masks = masks_of(t, key_bits);
        table.begins.assign((std::size_t{1} << static_cast<unsigned>(bucket_bits)) + 1, 0);
        table.ids.resize(count);
        if (tables->shift_ > 0) table.keys.resize(count);
        std::size_t at = 0;
        for (const auto& frame : frames) {
            if (stop && stop->load(std::memory_order_relaxed)) return nullptr;
            for (const auto& feature : frame.features)
                ++table.begins[(keys[at++] = tables->key_of(feature.descriptor, t)) >> tables->shift_];
        }
        std::uint32_t end = 0;
        for (auto& begin : table.begins)
            begin = end += begin;
        // Filled from the ends: each begin moves down to where its run begins.
        at = 0;
        for (const auto& frame : frames) {
            if (stop && stop->load(std::memory_order_relaxed)) return nullptr;
            for (std::uint32_t i = 0; i < frame.features.size(); ++i) {
                const auto key = keys[at++];
                const auto place = --table.begins[key >> tables->shift_];
                table.ids[place] = frame.number << place_bits | i;
                if (tables->shift_ > 0) table.keys[place] = key;
            }
        }
    }
    return tables;
}

std::shared_ptr<const FeatureTables> FeatureTables::merged(const FeatureTables& large,
                                                           const FeatureTables* small,
                                                           const std::vector<bool>& left,
                                                           std::pmr::memory_resource& memory)
{
    const auto is_left = [&](std::uint32_t id) { return frame_of(id) < left.size() && left[frame_of(id)]; };
    auto tables = std::make_shared<FeatureTables>();
    tables->key_bits_ = large.key_bits_;
    tables->has_ = large.has_;
    for (std::size_t number = 0; number < std::min(left.size(), tables->has_.size()); ++number)
        if (left[number]) tables->has_[number] = false;
    if (small != nullptr) {
        if (tables->has_.size() < small->has_.size()) tables->has_.resize(small->has_.size());
        for (std::size_t number = 0; number < small->has_.size(); ++number)
            if (small->has_[number]) tables->has_[number] = true;
    }
    const std::size_t keys = std::size_t{1} << static_cast<unsigned>(large.key_bits_);
    for (std::size_t t = 0; t < table_count; ++t) {
        const auto& from = large.tables_[t];
        std::pmr::vector<std::pair<std::uint32_t, std::uint32_t>> more(&memory); // keys and ids
        if (small != nullptr) {
            const auto& beside = small->tables_[t];
            more.reserve(beside.ids.size());
            if (small->shift_ == 0) {
                for (std::uint32_t key = 0; key < keys; ++key)
                    for (auto i = beside.begins[key]; i < beside.begins[key + 1]; ++i)
                        more.emplace_back(key, beside.ids[i]);
            } else {
                for (std::size_t i = 0; i < beside.ids.size(); ++i)
                    more.emplace_back(beside.keys[i], beside.ids[i]);
                std::ranges::sort(more);
            }
        }
        auto& table = tables->tables_.emplace_back(memory);
        table.masks = from.masks;
        const auto gone = left.empty() ? 0 : std::ranges::count_if(from.ids, is_left);
        table.begins.resize(keys + 1);
        table.ids.resize(from.ids.size() - static_cast<std::size_t>(gone) + more.size());
        auto* out = table.ids.data();
        std::size_t m = 0;
        for (std::size_t key = 0; key < keys; ++key) {
            table.begins[key] = static_cast<std::uint32_t>(out - table.ids.data());
            for (auto i = from.begins[key]; i < from.begins[key + 1]; ++i)
                if (left.empty() || !is_left(from.ids[i])) *out++ = from.ids[i];
            for (; m < more.size() && more[m].first == key; ++m)
                *out++ = more[m].second;
        }
        table.begins[keys] = static_cast<std::uint32_t>(out - table.ids.data());
    }
    return tables;
}

// The masked bits, closed up.
std::uint32_t FeatureTables::key_of(const Descriptor& descriptor, std::size_t table) const noexcept
{
    std::uint32_t key = 0;
    unsigned at = 0;
    for (std::size_t word = 0; word < 4; ++word)
        for (auto mask = tables_[table].masks[word]; mask != 0; mask &= mask - 1)
            key |= static_cast<std::uint32_t>(descriptor.words[word] >> std::countr_zero(mask) & 1U) << at++;
    return key;
}

std::size_t FeatureTables::bytes() const noexcept
{
    std::size_t bytes = 0;
    for (const auto& table : tables_)
        bytes += (table.begins.size() + table.ids.size() + table.keys.size()) * sizeof(std::uint32_t);
    return bytes;
}

} // namespace stillwatch::matcher
