#include "matcher/video_reference.hpp"

#include "features/weakness.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace stillwatch::matcher {

namespace {

// A feature that is searched for, and the number of its frame.
struct Searched {
    Descriptor descriptor;
    std::size_t frame;
};
using Pool = std::vector<Searched>; // by frame

[[gnu::always_inline]] inline std::size_t count_alike(const Pool& pool, const Descriptor& descriptor)
{
    std::size_t frames = 0;
    std::optional<std::size_t> last;
    for (const auto& other : pool) {
        if (last == other.frame || hamming(descriptor, other.descriptor) > alike_bits) continue;
        last = other.frame;
        if (++frames == most_alike_searched) break;
    }
    return frames;
}

#if defined(__x86_64__)
// Plain x86-64 counts bits by table.
[[gnu::target("popcnt")]] std::size_t count_alike_with_popcnt(const Pool& pool, const Descriptor& descriptor)
{
    return count_alike(pool, descriptor);
}
#endif

// How many frames have one that looks like it, at most most_alike_searched.
std::size_t alike_in(const Pool& pool, const Descriptor& descriptor)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("popcnt")) return count_alike_with_popcnt(pool, descriptor);
#endif
    return count_alike(pool, descriptor);
}

bool is_sound(const PictureFeatures& features)
{
    int quality = 0;
    for (const auto& frame : features.frames)
        quality = std::max(quality, frame.quality_percent);
    return quality >= features::min_quality_percent && !features::weakness_of(features);
}

// So many, spread evenly over all.
std::vector<ReferenceFrame> spread(std::vector<ReferenceFrame> frames, std::size_t most)
{
    if (frames.size() <= most) return frames;
    std::vector<ReferenceFrame> some;
    for (std::size_t i = 0; i < most; ++i)
        some.push_back(std::move(frames[i * frames.size() / most]));
    return some;
}

} // namespace

Result<ReferenceRecord> make_video_record(const Sha256& file_digest, std::vector<ReferenceFrame> frames)
{
    if (frames.empty()) return Error{Errc::invalid_argument, "no frame of the video can be compared"};
    for (const auto& frame : frames)
        if (frame.features.local.size() != 1 || frame.features.sign_grid.size() != 1)
            return Error{Errc::invalid_argument, "a frame of a video is one picture"};
    ReferenceRecord record;
    record.file_digest = file_digest;
    const auto is_weak = [](const ReferenceFrame& frame) { return !is_sound(frame.features); };
    if (std::ranges::all_of(frames, is_weak)) {
        record.weak = true;
        const auto reason = features::weakness_of(frames.front().features);
        record.weak_reason = "no frame of the video makes a good reference";
        if (reason) record.weak_reason += ": " + *reason;
    } else {
        std::erase_if(frames, is_weak);
    }
    frames = spread(std::move(frames), EnrolledReference::max_moments);
    auto& all = record.features;
    all.file_digest = all.data_digest = file_digest;
    all.format = frames.front().features.format;
    all.width_px = frames.front().features.width_px;
    all.height_px = frames.front().features.height_px;
    Pool pool;
    for (auto& frame : frames) {
        for (auto& fingerprints : frame.features.frames) {
            fingerprints.number = static_cast<int>(all.local.size());
            all.frames.push_back(fingerprints);
        }
        auto& local = frame.features.local.front();
        const auto rest =
            std::stable_partition(local.features.begin(), local.features.end(), [&](const auto& feature) {
                return alike_in(pool, feature.descriptor) < most_alike_searched;
            });
        const auto searched = static_cast<std::uint32_t>(rest - local.features.begin());
        // Only now: within one frame what looks alike is told apart by its place.
        for (std::uint32_t i = 0; i < searched; ++i)
            pool.push_back({local.features[i].descriptor, all.local.size()});
        record.moments.push_back({frame.time_ms, searched});
        all.local.push_back(std::move(local));
        all.sign_grid.push_back(std::move(frame.features.sign_grid.front()));
    }
    return record;
}

} // namespace stillwatch::matcher
