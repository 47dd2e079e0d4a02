#pragma once

#include "core/video.hpp"
#include "sandbox/messages.hpp"
#include "videos/limits.hpp"

#include <cstdint>
#include <variant>
#include <vector>

// What daemon and stillwatch-video say to each other, in the datagrams and pipes of sandbox/messages.hpp:
// greeting, header of an answer and errors are the same. The first request of a process brings the file, as a
// sparse memfd; later ones bring nothing.
//
//   request
//     u32 "SVQ1"  u64 number (from 1)  u64 file_bytes  u8 more (can_come, cannot_come)  limits  u8 kind
//     kind 1 frames: u8 pass  u64 after_ms + 1
//     kind 2 near:   u8 count  { u64 time_ms } …
//     u16 count  { u64 from  u64 bytes } …   what of the file is there: rising, neither overlapping nor
//     touching limits: u64 glance_ms  u64 look_ms  u64 length_ms  u32 index_entries  u32 frames  u32 pixels
//             u32 missing_bytes
//   answer
//     u8 0 error
//     u8 6 reading: text container  text codec  u64 duration_ms  u32 width_px  u32 height_px
//                   u64 go_on_after_ms + 2 (0: nothing)  u32 frames_refused
//                   u8 count  { u64 from  u64 bytes } …   missing
//                   u8 count  { u8 bound } …
//                   u8 count  { u64 time_ms  u64 from  u64 bytes  32 bytes digest  u8 is_key
//                               u16 width_px  u16 height_px  the pixels } …
//     Of a picture only the pixels are sent: its header is made of its sides.
namespace stillwatch::sandbox {

constexpr std::size_t max_ranges_there = 512;

struct VideoFramesWork {
    VideoPass pass = VideoPass::glance;
    std::int64_t after_ms = -1;
};

struct VideoNearWork {
    std::vector<std::int64_t> times_ms; // rising, at most VideoReading::max_times
};

struct VideoRequest {
    std::uint64_t number = 0;
    std::uint64_t file_bytes = 0;
    MoreBytes more = MoreBytes::can_come;
    videos::VideoLimits limits{};
    std::variant<VideoFramesWork, VideoNearWork> work{};
    std::vector<ByteRange> there{}; // at most max_ranges_there
};

// Errors: invalid_argument (a value out of its bounds).
Result<Bytes> encode_video_request(const VideoRequest& request);
// Errors: malformed.
Result<VideoRequest> decode_video_request(ByteView message);

using VideoAnswer = std::variant<Refusal, VideoReading>;

// Header and payload.
Bytes encode_video_answer(std::uint64_t number, const VideoAnswer& answer);
// Errors: malformed (the worker lies or is broken).
Result<VideoAnswer> decode_video_answer(ByteView payload, const VideoRequest& request);

} // namespace stillwatch::sandbox
