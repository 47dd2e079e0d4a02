#include "matcher/feature_index.hpp"

#include <algorithm>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace stillwatch::matcher {

namespace {

// A longer run holds what many pictures show (plain edges, fonts, logos): it costs most of the time and finds
// nobody. Left out, a search over 1 000 references took a sixth of the time and kept 95 % of the true hits.
constexpr std::ptrdiff_t most_in_run = 8;
// Keys are looked up as they are and with one of so many bits turned. All of them would keep a tenth more of
// the true hits for twice the time.
constexpr std::uint32_t turned_bits = 8;

constexpr auto frame_of = FeatureTables::frame_of;
constexpr auto place_of = FeatureTables::place_of;

// Below so many features tables are made anew for each change: it takes a few milliseconds.
constexpr std::size_t least_shared = 1U << 16U;
// Small tables beside larger ones than this part of them would slow every search.
constexpr std::size_t most_beside = 8;

struct Alike {
    std::uint32_t id; // as of a feature's, with the frame's rank in place of its number
    int bits;
};

// What one feature tells: at most one feature of each of frames_a_feature references, if it is more alike
// than the next reference's; of a video, of frames_a_video frames. `sources`: which reference a frame is of.
void tell(std::vector<Alike>& alike, std::span<const std::uint32_t> sources, std::uint32_t query,
          bool mirrored, std::vector<FeatureHit>& hits)
{
    std::ranges::sort(alike, [](const Alike& a, const Alike& b) {
        return a.bits != b.bits ? a.bits < b.bits : a.id < b.id;
    });
    std::array<Alike, frames_a_feature + 1> best{}; // of each reference, and of the one after them
    std::size_t count = 0;
    std::array<Alike, frames_a_feature*(frames_a_video - 1)> further{}; // frames of the same videos
    std::size_t further_count = 0;
    const auto source_of = [&](const Alike& one) { return sources[frame_of(one.id)]; };
    for (const auto& one : alike) {
        const auto is_same_frame = [&](const Alike& other) { return frame_of(other.id) == frame_of(one.id); };
        const auto is_same_source = [&](const Alike& other) { return source_of(other) == source_of(one); };
        const auto known = std::span(best).first(count);
        const auto beside = std::span(further).first(further_count);
        if (std::ranges::any_of(known, is_same_frame)) continue;
        if (std::ranges::none_of(known, is_same_source)) {
            best[count++] = one;
            if (count == best.size()) break;
        } else if (further_count < further.size() && std::ranges::none_of(beside, is_same_frame) &&
                   std::ranges::count_if(beside, is_same_source) + 1 < std::ptrdiff_t{frames_a_video}) {
            further[further_count++] = one;
        }
    }
    const double limit = count == best.size() ? most_of_next * best.back().bits : 257;
    const auto tell_one = [&](const Alike& one) {
        if (one.bits < limit) hits.push_back({query, frame_of(one.id), place_of(one.id), one.bits, mirrored});
    };
    std::ranges::for_each(std::span(best).first(std::min(count, frames_a_feature)), tell_one);
    std::ranges::for_each(std::span(further).first(further_count), tell_one);
}

// What is looked up for the mirrored picture.
std::span<const LocalFeature> mirrored_part(std::span<const LocalFeature> picture)
{
    return picture.first((picture.size() + 1) / 2);
}

// Works on the index's places, which only it can name.
template <class Places>
[[gnu::always_inline]] inline void measure(const Descriptor& query, const Places& places,
                                           std::span<const std::uint32_t> ids, std::vector<Alike>& alike)
{
    for (const auto id : ids) {
        const auto& frame = places[frame_of(id)];
        const int bits = hamming(query, frame.features[place_of(id)].descriptor);
        if (bits <= max_feature_bits)
            alike.push_back({frame.rank << FeatureTables::place_bits | place_of(id), bits});
    }
}

#if defined(__x86_64__)
// Plain x86-64 counts bits by table.
template <class Places>
[[gnu::target("popcnt")]] void measure_with_popcnt(const Descriptor& query, const Places& places,
                                                   std::span<const std::uint32_t> ids,
                                                   std::vector<Alike>& alike)
{
    measure(query, places, ids, alike);
}
#endif

template <class Places>
void measure_on_this_processor(const Descriptor& query, const Places& places,
                               std::span<const std::uint32_t> ids, std::vector<Alike>& alike)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("popcnt")) return measure_with_popcnt(query, places, ids, alike);
#endif
    measure(query, places, ids, alike);
}

std::vector<IndexedFrame> numbered(std::span<const std::span<const LocalFeature>> frames)
{
    std::vector<IndexedFrame> all;
    for (const auto& frame : frames)
        all.push_back({static_cast<std::uint32_t>(all.size()), frame});
    return all;
}

} // namespace

FeatureIndex::FeatureIndex(std::vector<std::span<const LocalFeature>> frames,
                           std::pmr::memory_resource& memory)
    : FeatureIndex(memory, numbered(frames))
{
}

FeatureIndex::FeatureIndex(std::pmr::memory_resource& memory, const std::vector<IndexedFrame>& frames)
    : FeatureIndex(frames, nullptr, memory)
{
}

FeatureIndex::FeatureIndex(const std::vector<IndexedFrame>& frames,
                           std::shared_ptr<const FeatureTables> large, std::pmr::memory_resource& memory)
    : large_(std::move(large))
{
    std::unordered_map<std::uint32_t, std::uint32_t> first_of_video;
    for (const auto& frame : frames) {
        if (frame.number >= FeatureTables::max_frames)
            throw std::length_error("more references than a feature index holds");
        if (frame.number >= places_.size()) places_.resize(frame.number + 1);
        const auto rank = static_cast<std::uint32_t>(&frame - frames.data());
        places_[frame.number] = {frame.features, rank, true, frame.video};
        sources_.push_back(frame.video ? first_of_video.emplace(*frame.video, rank).first->second : rank);
        count_ += frame.features.size();
    }
    if (!large_) {
        if (count_ > 0) large_ = FeatureTables::make(frames, FeatureTables::key_bits_for(count_), memory);
        return; // no references: no tables, no memory
    }
    std::vector<IndexedFrame> beside;
    for (const auto& frame : frames)
        if (!large_->has(frame.number)) beside.push_back(frame);
    if (!beside.empty()) small_ = FeatureTables::make_small(beside, large_->key_bits(), memory);
    for (std::uint32_t number = 0; number < large_->frames(); ++number) {
        if (!large_->has(number) || (number < places_.size() && places_[number].is_in)) continue;
        left_.resize(large_->frames());
        left_[number] = true;
    }
}

FeatureIndex FeatureIndex::changed(const std::vector<IndexedFrame>& frames,
                                   std::pmr::memory_resource& memory) const
{
    std::size_t count = 0;
    std::size_t beside = 0;
    for (const auto& frame : frames) {
        count += frame.features.size();
        if (!large_ || !large_->has(frame.number)) beside += frame.features.size();
    }
    if (count < least_shared || beside > count / most_beside) return FeatureIndex(memory, frames);
    return FeatureIndex(frames, large_, memory);
}

FeatureIndex FeatureIndex::over(std::shared_ptr<const FeatureTables> large,
                                std::pmr::memory_resource& memory) const
{
    return FeatureIndex(frames(), std::move(large), memory);
}

std::vector<IndexedFrame> FeatureIndex::frames() const
{
    std::vector<IndexedFrame> all;
    for (std::uint32_t number = 0; number < places_.size(); ++number)
        if (places_[number].is_in) all.push_back({number, places_[number].features, places_[number].video});
    std::ranges::sort(all, {}, [this](const IndexedFrame& frame) { return places_[frame.number].rank; });
    return all;
}

bool FeatureIndex::is_merged() const noexcept
{
    return !large_ || (!small_ && left_.empty() && large_->key_bits() == FeatureTables::key_bits_for(count_));
}

std::optional<FeatureIndex::Parts> FeatureIndex::parts() const
{
    if (!large_ || large_->key_bits() != FeatureTables::key_bits_for(count_)) return std::nullopt;
    return Parts{large_, small_, left_};
}

std::shared_ptr<const FeatureTables> FeatureIndex::merged(const Parts& parts,
                                                          std::pmr::memory_resource& memory)
{
    return FeatureTables::merged(*parts.large, parts.small.get(), parts.left, memory);
}

std::shared_ptr<const FeatureTables> FeatureIndex::indexed_anew(std::pmr::memory_resource& memory,
                                                                const std::atomic<bool>& stop) const
{
    return FeatureTables::make(frames(), FeatureTables::key_bits_for(count_), memory, &stop);
}

// Each step of a look-up waits for memory: the run's bounds, its ids, the descriptors. So each is asked for
// over a whole batch of features before the next one needs it.
void FeatureIndex::look_up(std::span<const LocalFeature> picture, bool mirrored,
                           std::vector<FeatureHit>& hits) const
{
    if (!large_) return;
    constexpr std::size_t batch_size = 8;
    constexpr std::size_t probes = turned_bits + 1;
    constexpr auto table_count = FeatureTables::table_count;
    std::array<Descriptor, batch_size> descriptors;
    std::array<std::uint32_t, batch_size * table_count> keys;
    std::vector<FeatureTables::Run> runs;
    std::vector<std::uint32_t> ids;
    std::array<std::size_t, batch_size + 1> id_ends{};
    std::vector<Alike> alike;
    const bool is_plain = !small_ && left_.empty();
    const auto key_of_probe = [](std::uint32_t key, std::size_t probe) {
        return probe == 0 ? key : key ^ (1U << (probe - 1));
    };
    for (std::size_t first = 0; first < picture.size(); first += batch_size) {
        const auto size = std::min(batch_size, picture.size() - first);
        for (std::size_t i = 0; i < size; ++i) {
            const auto& own = picture[first + i].descriptor;
            descriptors[i] = mirrored ? stillwatch::mirrored(own) : own;
            for (std::size_t t = 0; t < table_count; ++t) {
                const auto key = keys[i * table_count + t] = large_->key_of(descriptors[i], t);
                for (std::size_t probe = 0; probe < probes; ++probe)
                    __builtin_prefetch(large_->begin_of(t, key_of_probe(key, probe)));
            }
        }
        runs.clear();
        ids.clear();
        if (is_plain)
            for (std::size_t i = 0; i < size; ++i)
                for (std::size_t t = 0; t < table_count; ++t)
                    for (std::size_t probe = 0; probe < probes; ++probe) {
                        auto run = large_->run(t, key_of_probe(keys[i * table_count + t], probe));
                        if (run.end - run.begin > most_in_run) run.end = run.begin;
                        runs.push_back(run);
                        __builtin_prefetch(run.begin);
                    }
        for (std::size_t i = 0; i < size; ++i) {
            const auto before = ids.size();
            if (is_plain)
                for (std::size_t r = i * table_count * probes; r < (i + 1) * table_count * probes; ++r)
                    ids.insert(ids.end(), runs[r].begin, runs[r].end);
            else
                for (std::size_t t = 0; t < table_count; ++t)
                    for (std::size_t probe = 0; probe < probes; ++probe)
                        collect(t, key_of_probe(keys[i * table_count + t], probe), ids);
            for (std::size_t n = before; n < ids.size(); ++n)
                __builtin_prefetch(&places_[frame_of(ids[n])].features[place_of(ids[n])]);
            id_ends[i + 1] = ids.size();
        }
        for (std::size_t i = 0; i < size; ++i) {
            alike.clear();
            measure_on_this_processor(descriptors[i], places_,
                                      std::span(ids).subspan(id_ends[i], id_ends[i + 1] - id_ends[i]), alike);
            tell(alike, sources_, static_cast<std::uint32_t>(first + i), mirrored, hits);
        }
    }
}

// What a run of both tables together would hold, or nothing where it would be too long.
void FeatureIndex::collect(std::size_t table, std::uint32_t key, std::vector<std::uint32_t>& ids) const
{
    const auto before = ids.size();
    for (const auto* tables : {large_.get(), small_.get()}) {
        if (tables == nullptr) continue;
        const auto run = tables->run(table, key);
        const auto* keys = tables->keys_of(table, run);
        for (const auto* id = run.begin; id != run.end; ++id) {
            if (keys != nullptr && keys[id - run.begin] != key) continue;
            if (tables == large_.get() && !left_.empty() && left_[frame_of(*id)]) continue;
            ids.push_back(*id);
            if (std::cmp_less_equal(ids.size() - before, most_in_run)) continue;
            ids.resize(before);
            return;
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
    for (std::uint32_t f = 0; f < places_.size(); ++f)
        for (std::uint32_t i = 0; i < places_[f].features.size(); ++i)
            ids.push_back(f << FeatureTables::place_bits | i);
    std::vector<FeatureHit> hits;
    std::vector<Alike> alike;
    for (const bool is_mirrored : {false, true})
        for (std::uint32_t q = 0; q < (is_mirrored ? mirrored_part(picture) : picture).size(); ++q) {
            const auto& own = picture[q].descriptor;
            alike.clear();
            measure_on_this_processor(is_mirrored ? stillwatch::mirrored(own) : own, places_, ids, alike);
            tell(alike, sources_, q, is_mirrored, hits);
        }
    return hits;
}

std::size_t FeatureIndex::bytes() const noexcept
{
    return places_.size() * sizeof(Place) + (large_ ? large_->bytes() : 0) + (small_ ? small_->bytes() : 0);
}

} // namespace stillwatch::matcher
