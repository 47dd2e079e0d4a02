#pragma once

#include "core/bytes.hpp"
#include "core/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A video as the rest of the program sees it: numbers, and pictures of its frames. What reads the file is a
// process of its own (sandbox/video_process.hpp).
namespace stillwatch {

// Bytes of a file, from the first one on.
struct ByteRange {
    std::uint64_t from = 0;
    std::uint64_t bytes = 0;

    std::uint64_t end() const noexcept { return from + bytes; }
    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// How much of a video is looked at: its key frames, or one frame a second as well.
enum class VideoPass : std::uint8_t { glance, look };
std::string_view name_of(VideoPass pass) noexcept;

// What kept a pass from seeing more of a video. Each one that was reached is told.
enum class VideoBound : std::uint8_t {
    processor_time, // of the pass
    length,         // what comes later in the video was not looked at
    frames,         // of the pass
    index_entries,  // later ones of the index were not looked at
    requests,       // key frames between those that were asked for were left out
    not_there       // bytes were missing, and no more were to be had
};
constexpr std::size_t video_bounds = 6;
std::string_view name_of(VideoBound bound) noexcept;

struct VideoFacts {
    std::string container{};      // names of FFmpeg, as "mov,mp4,m4a,3gp,3g2,mj2"
    std::string codec{};          // as "h264"
    std::int64_t duration_ms = 0; // 0: the file does not tell
    int width_px = 0;             // as shown: turned, and with square pixels
    int height_px = 0;

    friend bool operator==(const VideoFacts&, const VideoFacts&) = default;
};

// A frame that was chosen.
struct VideoFrame {
    std::int64_t time_ms = 0; // from the video's beginning, as the container tells; a player may differ by an
                              // edit list
    ByteRange packet{};       // where the container says that its packet begins, and how long it is; MPEG-TS
                              // and Ogg lay other bytes in between
    Sha256 packet_digest{};   // of the packet's own bytes
    bool is_key = false;
    int width_px = 0; // of the picture
    int height_px = 0;
    std::shared_ptr<const Bytes> picture{}; // a PPM file (P6) of at most max_side_px a side, upright

    static constexpr int max_side_px = 1280;
};

// What one call of a VideoReader gives.
struct VideoReading {
    VideoFacts facts{};                           // empty as long as too little of the file is there
    std::vector<VideoFrame> frames{};             // by rising time
    std::optional<std::int64_t> go_on_after_ms{}; // there may be more: frames() with this time; nothing: the
                                                  // pass is through
    std::vector<ByteRange> missing{};             // what is needed before the same call can give more, rising
    std::vector<VideoBound> bounds{};             // that were reached so far, rising
    std::uint32_t frames_refused = 0; // in this reading: not whole or damaged, so nothing is known of them

    static constexpr std::size_t max_frames = 64;
    static constexpr std::size_t max_missing = 24;
    static constexpr std::size_t max_times = 16;
};

// Whether a reader may be told more of the file later.
enum class MoreBytes : std::uint8_t { can_come, cannot_come };

} // namespace stillwatch
