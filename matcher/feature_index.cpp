#include "matcher/feature_index.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace stillwatch::matcher {

namespace {

constexpr int least_key_bits = 8;
constexpr int most_key_bits = 24;
// A longer run holds what many pictures show (plain edges, fonts, logos): it costs most of the time and finds
// nobody. Left out, a search over 1 000 references took a sixth of the time and kept 95 % of the true hits.
constexpr std::uint32_t most_in_run = 8;
// Keys are looked up as they are and with one of so many bits turned. All of them would keep a tenth more of the
// true hits for twice the time.
constexpr std::uint32_t turned_bits = 8;

// A feature's id: its reference's frame and its index there.
constexpr unsigned index_bits = 11;
static_assert(LocalFeatures::max_features <= std::size_t{1} << index_bits);
constexpr std::size_t max_frames = std::size_t{1} << (32 - index_bits);

constexpr std::uint32_t frame_of(std::uint32_t id) noexcept { return id >> index_bits; }
constexpr std::uint32_t index_of(std::uint32_t id) noexcept { return id & ((1U << index_bits) - 1); }

// The bits that make a table's keys, a mask for each word. They are numbered by how seldom they change in altered
// copies (descriptor_comparisons.inc is in that order, mirror images 128 further on); the 96 surest are dealt out
// to the tables, in steps of 29 so that neighbours in the order, which resemble each other, part.
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

struct Alike {
    std::uint32_t id;
    int bits;
};

// What one feature tells: at most one feature of each of frames_a_feature references, if it is more alike
// than the next reference's.
void tell(std::vector<Alike>& alike, std::uint32_t query, bool mirrored, std::vector<FeatureHit>& hits)
{
    std::ranges::sort(alike, [](const Alike& a, const Alike& b) { return a.bits != b.bits ? a.bits < b.bits : a.id < b.id; });
    std::array<Alike, frames_a_feature + 1> best{};
    std::size_t count = 0;
    for (const auto& one : alike) {
        const auto is_same_frame = [&](const Alike& other) { return frame_of(other.id) == frame_of(one.id); };
        const auto end = best.begin() + static_cast<std::ptrdiff_t>(count);
        if (std::find_if(best.begin(), end, is_same_frame) != end) continue;
        best[count++] = one;
        if (count == best.size()) break;
    }
    const double limit = count == best.size() ? most_of_next * best.back().bits : 257;
    for (std::size_t i = 0; i < std::min(count, frames_a_feature); ++i)
        if (best[i].bits < limit)
            hits.push_back({query, frame_of(best[i].id), index_of(best[i].id), best[i].bits, mirrored});
}

// What is looked up for the mirrored picture.
std::span<const LocalFeature> mirrored_part(std::span<const LocalFeature> picture)
{
    return picture.first((picture.size() + 1) / 2);
}

using Frames = std::span<const std::span<const LocalFeature>>;

[[gnu::always_inline]] inline void measure(const Descriptor& query, Frames frames, std::span<const std::uint32_t> ids,
                                           std::vector<Alike>& alike)
{
    for (const auto id : ids) {
        const int bits = hamming(query, frames[frame_of(id)][index_of(id)].descriptor);
        if (bits <= max_feature_bits) alike.push_back({id, bits});
    }
}

#if defined(__x86_64__)
// Plain x86-64 counts bits by table.
[[gnu::target("popcnt")]] void measure_with_popcnt(const Descriptor& query, Frames frames,
                                                   std::span<const std::uint32_t> ids, std::vector<Alike>& alike)
{
    measure(query, frames, ids, alike);
}
#endif

void measure_on_this_processor(const Descriptor& query, Frames frames, std::span<const std::uint32_t> ids,
                               std::vector<Alike>& alike)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("popcnt")) return measure_with_popcnt(query, frames, ids, alike);
#endif
    measure(query, frames, ids, alike);
}

} // namespace

FeatureIndex::FeatureIndex(std::vector<std::span<const LocalFeature>> frames, std::pmr::memory_resource& memory)
    : frames_(std::move(frames))
{
    if (frames_.size() > max_frames) throw std::length_error("more references than a feature index holds");
    std::uint32_t count = 0;
    for (const auto& frame : frames_)
        count += static_cast<std::uint32_t>(frame.size());
    if (count == 0) return; // no references: no tables, no memory
    // About one feature a key.
    key_bits_ = std::clamp(static_cast<int>(std::bit_width(count)), least_key_bits, most_key_bits);
    std::pmr::vector<std::uint32_t> keys(count, &memory);
    for (std::size_t t = 0; t < table_count; ++t) {
        auto& table = tables_.emplace_back(memory);
        table.masks = masks_of(t, key_bits_);
        table.begins.assign((std::size_t{1} << static_cast<unsigned>(key_bits_)) + 1, 0);
        table.ids.resize(count);
        std::size_t at = 0;
        for (const auto& frame : frames_)
            for (const auto& feature : frame)
                ++table.begins[keys[at++] = key_of(feature.descriptor, table)];
        std::uint32_t end = 0;
        for (auto& begin : table.begins)
            begin = end += begin;
        // Filled from the ends: each begin moves down to where its run begins.
        at = 0;
        for (std::uint32_t f = 0; f < frames_.size(); ++f)
            for (std::uint32_t i = 0; i < frames_[f].size(); ++i)
                table.ids[--table.begins[keys[at++]]] = f << index_bits | i;
    }
}

// The masked bits, closed up.
std::uint32_t FeatureIndex::key_of(const Descriptor& descriptor, const Table& table) noexcept
{
    std::uint32_t key = 0;
    unsigned at = 0;
    for (std::size_t word = 0; word < 4; ++word)
        for (auto mask = table.masks[word]; mask != 0; mask &= mask - 1)
            key |= static_cast<std::uint32_t>(descriptor.words[word] >> std::countr_zero(mask) & 1U) << at++;
    return key;
}

// Each step of a look-up waits for memory: the run's bounds, its ids, the descriptors. So each is asked for over
// a whole batch of features before the next one needs it.
void FeatureIndex::look_up(std::span<const LocalFeature> picture, bool mirrored, std::vector<FeatureHit>& hits) const
{
    if (tables_.empty()) return;
    constexpr std::size_t batch_size = 8;
    constexpr std::size_t probes = turned_bits + 1;
    struct Run {
        const std::uint32_t* begin;
        const std::uint32_t* end;
    };
    std::array<Descriptor, batch_size> descriptors;
    std::array<std::uint32_t, batch_size * table_count> keys;
    std::vector<Run> runs;
    std::vector<std::uint32_t> ids;
    std::array<std::size_t, batch_size + 1> id_ends{};
    std::vector<Alike> alike;
    const auto key_of_probe = [](std::uint32_t key, std::size_t probe) {
        return probe == 0 ? key : key ^ (1U << (probe - 1));
    };
    for (std::size_t first = 0; first < picture.size(); first += batch_size) {
        const auto size = std::min(batch_size, picture.size() - first);
        for (std::size_t i = 0; i < size; ++i) {
            const auto& own = picture[first + i].descriptor;
            descriptors[i] = mirrored ? stillwatch::mirrored(own) : own;
            for (std::size_t t = 0; t < table_count; ++t) {
                const auto key = keys[i * table_count + t] = key_of(descriptors[i], tables_[t]);
                for (std::size_t probe = 0; probe < probes; ++probe)
                    __builtin_prefetch(&tables_[t].begins[key_of_probe(key, probe)]);
            }
        }
        runs.clear();
        ids.clear();
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t t = 0; t < table_count; ++t)
                for (std::size_t probe = 0; probe < probes; ++probe) {
                    const auto key = key_of_probe(keys[i * table_count + t], probe);
                    const auto begin = tables_[t].begins[key];
                    const auto next = tables_[t].begins[key + 1];
                    const auto end = next - begin <= most_in_run ? next : begin;
                    const auto* run = tables_[t].ids.data();
                    runs.push_back({run + begin, run + end});
                    __builtin_prefetch(run + begin);
                }
        for (std::size_t i = 0; i < size; ++i) {
            for (std::size_t r = i * table_count * probes; r < (i + 1) * table_count * probes; ++r)
                for (const auto* id = runs[r].begin; id != runs[r].end; ++id) {
                    ids.push_back(*id);
                    __builtin_prefetch(&frames_[frame_of(*id)][index_of(*id)]);
                }
            id_ends[i + 1] = ids.size();
        }
        for (std::size_t i = 0; i < size; ++i) {
            alike.clear();
            measure_on_this_processor(descriptors[i], frames_, std::span(ids).subspan(id_ends[i], id_ends[i + 1] - id_ends[i]),
                                      alike);
            tell(alike, static_cast<std::uint32_t>(first + i), mirrored, hits);
        }
    }
}

std::vector<FeatureHit> FeatureIndex::search(std::span<const LocalFeature> picture) const
{
    std::vector<FeatureHit> hits;
    look_up(picture, false, hits);
    look_up(mirrored_part(picture), true, hits);
    return hits;
}

std::vector<FeatureHit> FeatureIndex::search_all(std::span<const LocalFeature> picture) const
{
    std::vector<std::uint32_t> ids;
    for (std::uint32_t f = 0; f < frames_.size(); ++f)
        for (std::uint32_t i = 0; i < frames_[f].size(); ++i)
            ids.push_back(f << index_bits | i);
    std::vector<FeatureHit> hits;
    std::vector<Alike> alike;
    for (const bool is_mirrored : {false, true})
        for (std::uint32_t q = 0; q < (is_mirrored ? mirrored_part(picture) : picture).size(); ++q) {
            const auto& own = picture[q].descriptor;
            alike.clear();
            measure_on_this_processor(is_mirrored ? stillwatch::mirrored(own) : own, frames_, ids, alike);
            tell(alike, q, is_mirrored, hits);
        }
    return hits;
}

std::size_t FeatureIndex::bytes() const noexcept
{
    std::size_t bytes = frames_.size() * sizeof frames_.front();
    for (const auto& table : tables_)
        bytes += (table.begins.size() + table.ids.size()) * sizeof(std::uint32_t);
    return bytes;
}

} // namespace stillwatch::matcher
