#include "pictures/frame_chooser.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace stillwatch::pictures {

namespace {

constexpr int cells_a_side = 16;
constexpr int samples_a_cell = 4; // a side

// In mean grey levels. Below the first two frames have the same fingerprint, but for a few bits; from the
// second on they are two pictures rather than two moments of one.
constexpr float same_picture = 2;
constexpr float other_picture = 8;
// So many frames of one scene do.
constexpr std::size_t moments_of_a_scene = 4;
// What browsers make of a frame of no length (Chromium and Firefox alike).
constexpr std::int64_t no_time_ms = 10;
constexpr std::int64_t instead_ms = 100;
// A frame without any structure shows nothing to compare.
constexpr float flat_range = 4;

std::size_t bytes_of(const Luma& frame) noexcept
{
    return frame.levels.size() * sizeof(frame.levels.front());
}

} // namespace

FrameChooser::Sketch FrameChooser::sketch_of(const Luma& frame)
{
    constexpr int samples = cells_a_side * samples_a_cell;
    const auto at = [](int index, int side) {
        return static_cast<int>((std::int64_t{2 * index + 1} * side) / (2 * samples));
    };
    Sketch sketch{};
    for (int y = 0; y < samples; ++y) {
        const auto* row = frame.row(at(y, frame.height_px));
        for (int x = 0; x < samples; ++x)
            sketch[static_cast<std::size_t>(y / samples_a_cell * cells_a_side + x / samples_a_cell)] +=
                static_cast<float>(row[at(x, frame.width_px)]);
    }
    for (auto& mean : sketch)
        mean /= 256 * samples_a_cell * samples_a_cell;
    return sketch;
}

float FrameChooser::distance(const Sketch& a, const Sketch& b) noexcept
{
    float sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += std::abs(a[i] - b[i]);
    return sum / static_cast<float>(a.size());
}

bool FrameChooser::is_flat(const Sketch& sketch) noexcept
{
    const auto [least, most] = std::ranges::minmax(sketch);
    return most - least < flat_range;
}

FrameChooser::Pair FrameChooser::closest_pair() const noexcept
{
    Pair closest{0, std::numeric_limits<float>::max()};
    for (std::size_t later = 1; later < kept_.size(); ++later)
        for (std::size_t earlier = 0; earlier < later; ++earlier)
            if (const float apart = distance(kept_[earlier].sketch, kept_[later].sketch);
                apart < closest.distance)
                closest = {later, apart};
    return closest;
}

bool FrameChooser::makes_room_for(const Sketch& sketch, const Luma& frame)
{
    if (kept_.empty()) return true;
    if (is_flat(sketch)) return false;
    auto nearest = std::numeric_limits<float>::max();
    for (const auto& each : kept_)
        nearest = std::min(nearest, distance(each.sketch, sketch));
    if (nearest < same_picture) return false;
    std::size_t used = bytes_of(frame);
    for (const auto& each : kept_)
        used += bytes_of(each.frame);
    const auto most = nearest < other_picture ? moments_of_a_scene : PictureFeatures::max_frames;
    if (kept_.size() < most && used <= most_bytes_) return true;
    has_left_out_ = has_left_out_ || nearest >= other_picture;
    // The two that are most alike are one too many, if the new one is less like any.
    const auto closest = closest_pair();
    if (closest.later == 0 || closest.distance >= nearest) return false;
    if (used - bytes_of(kept_[closest.later].frame) > most_bytes_) return false;
    kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(closest.later));
    return true;
}

void FrameChooser::show_for(std::int64_t milliseconds) noexcept
{
    const auto lasts =
        milliseconds <= no_time_ms ? instead_ms : std::min(milliseconds, FrameTimes::longest_ms);
    shown_ = {shown_.to_ms, std::min(shown_.to_ms + lasts, FrameTimes::longest_ms)};
    ++shows_;
}

// What is left out and looks like the frame that was seen right before goes on showing that one.
void FrameChooser::note_again(const Sketch& sketch) noexcept
{
    Kept* nearest = nullptr;
    auto least = other_picture;
    for (auto& each : kept_)
        if (const float apart = distance(each.sketch, sketch); apart < least) {
            least = apart;
            nearest = &each;
        }
    if (nearest != nullptr && nearest->time.to_ms == shown_.from_ms) nearest->time.to_ms = shown_.to_ms;
}

FrameTimes FrameChooser::times() const
{
    FrameTimes times;
    if (shows_ < 2) return times;
    times.duration_ms = shown_.to_ms;
    for (const auto& each : kept_)
        times.frames.push_back(each.time);
    return times;
}

void FrameChooser::offer(Luma&& frame)
{
    const auto sketch = sketch_of(frame);
    if (makes_room_for(sketch, frame))
        kept_.push_back({sketch, std::move(frame), shown_});
    else
        note_again(sketch);
}

void FrameChooser::offer(const Luma& frame)
{
    const auto sketch = sketch_of(frame);
    if (makes_room_for(sketch, frame))
        kept_.push_back({sketch, frame, shown_});
    else
        note_again(sketch);
}

std::vector<Luma> FrameChooser::take() &&
{
    std::vector<Luma> frames;
    for (auto& each : kept_)
        frames.push_back(std::move(each.frame));
    return frames;
}

} // namespace stillwatch::pictures
