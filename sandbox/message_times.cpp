#include "sandbox/message_times.hpp"

#include "core/fingerprint.hpp"

namespace stillwatch::sandbox {

namespace {

constexpr std::uint8_t times_version = 1;

} // namespace

void write_times(BinaryWriter& writer, const FrameTimes& times)
{
    writer.number(times_version);
    writer.number(static_cast<std::uint32_t>(times.duration_ms));
    writer.clamped<std::uint8_t>(times.frames.size());
    for (const auto& frame : times.frames) {
        writer.number(static_cast<std::uint32_t>(frame.from_ms));
        writer.number(static_cast<std::uint32_t>(frame.to_ms));
    }
}

std::optional<FrameTimes> read_times(BinaryReader& reader)
{
    if (reader.number<std::uint8_t>() != times_version) return std::nullopt;
    FrameTimes times;
    times.duration_ms = reader.number<std::uint32_t>();
    const auto count = reader.count<std::uint8_t>(PictureFeatures::max_frames);
    std::int64_t after_ms = 0;
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        FrameTime frame;
        frame.from_ms = reader.number<std::uint32_t>();
        frame.to_ms = reader.number<std::uint32_t>();
        const bool is_sound =
            frame.from_ms >= after_ms && frame.to_ms >= frame.from_ms && frame.to_ms <= times.duration_ms;
        if (!is_sound) return std::nullopt;
        after_ms = frame.from_ms;
        times.frames.push_back(frame);
    }
    if (!reader.complete() || times.duration_ms > FrameTimes::longest_ms) return std::nullopt;
    return times;
}

} // namespace stillwatch::sandbox
