// Frames nearest to given times, for VideoDecoder.
#include "videos/decode/decoder_state.hpp"

#include <algorithm>
#include <cstdlib>

namespace stillwatch::videos {

namespace {

// A frame this far ahead is reached by decoding on rather than by a jump to a key frame.
constexpr std::int64_t near_ahead_ms = 2'000;

} // namespace

Result<VideoReading> VideoDecoder::State::frames_near(std::span<const std::int64_t> times_ms, MoreBytes more)
{
    const bool is_rising = std::ranges::is_sorted(times_ms) && (times_ms.empty() || times_ms.front() >= 0);
    if (!is_rising || times_ms.size() > VideoReading::max_times)
        return Error{Errc::invalid_argument, "video: times that do not rise, or too many"};
    VideoReading reading;
    begin(Mode::near);
    for (const auto time_ms : times_ms) {
        if (!near(time_ms, reading, more)) break;
        if (time_ms == times_ms.back() || !must_pause(reading)) continue;
        reading.go_on_after_ms = time_ms;
        break;
    }
    return finish(Mode::near, std::move(reading));
}

bool VideoDecoder::State::goes_on_to(std::int64_t wanted_ms) const
{
    return mode_ == Mode::near && !drained_ && reached_.time_ms >= 0 && reached_.time_ms < wanted_ms &&
           wanted_ms - reached_.time_ms < near_ahead_ms;
}

// False where the call ends: bytes are missing, or the time is used.
bool VideoDecoder::State::near(std::int64_t wanted_ms, VideoReading& reading, MoreBytes more)
{
    if (!goes_on_to(wanted_ms)) {
        reached_.time_ms = -1;
        if (!open_again(Mode::near, wanted_ms, reading, more)) return false;
    }
    while (reached_.time_ms < wanted_ms) {
        const auto step = next_frame(reading, more);
        if (step == Step::missing) return false;
        if (step == Step::through) break;
        const auto came_ms = demuxer_->time_of(frame_->best_effort_timestamp);
        if (came_ms < 0 || came_ms > limits_.max_length.count()) continue;
        const bool is_earlier_nearer = came_ms > wanted_ms && reached_.time_ms >= 0 &&
                                       wanted_ms - reached_.time_ms < came_ms - wanted_ms;
        if (is_earlier_nearer) tell_once(reading);
        std::swap(reached_.frame, frame_);
        reached_.time_ms = came_ms;
        reached_.origin = decoder_->origin_of(*reached_.frame);
        if (is_earlier_nearer) return !budget_.is_spent();
    }
    if (reached_.time_ms >= 0) tell_once(reading);
    return !budget_.is_spent();
}

void VideoDecoder::State::tell_once(VideoReading& reading)
{
    if (!reading.frames.empty() && reading.frames.back().time_ms >= reached_.time_ms) return;
    tell(*reached_.frame, reached_.time_ms, reached_.origin, Taking::whatever_it_shows, reading);
}

} // namespace stillwatch::videos
