#pragma once

#include "core/binary.hpp"
#include "core/frame_times.hpp"

#include <optional>

// How the times of an animation's frames are written into an answer (sandbox/messages.hpp).
namespace stillwatch::sandbox {

void write_times(BinaryWriter& writer, const FrameTimes& times);

// Nothing where it is none: more frames than a picture is told of, a frame that ends before it begins or
// after the animation, one that begins before the one in front of it, or a length over
// FrameTimes::longest_ms.
std::optional<FrameTimes> read_times(BinaryReader& reader);

} // namespace stillwatch::sandbox
