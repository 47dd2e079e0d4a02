#pragma once

#include "core/result.hpp"
#include "core/video.hpp"
#include "videos/file_bytes.hpp"
#include "videos/limits.hpp"

#include <memory>
#include <span>

// FFmpeg behind plain values: what the program stillwatch-video does with one file.
namespace stillwatch::videos {

// Does once what the libraries do once with files; call it before the process is restricted.
void prepare_decoding();

// Reads one video as VideoReader promises; errors: undecodable, too_large, invalid_argument. Throws
// std::bad_alloc. A later call goes on where the one before ended, or goes back, at the price of a search.
class VideoDecoder {
public:
    // `file` must outlive it. Between two calls more of it may come.
    VideoDecoder(FileBytes& file, const VideoLimits& limits);
    VideoDecoder(const VideoDecoder&) = delete;
    VideoDecoder& operator=(const VideoDecoder&) = delete;
    ~VideoDecoder();

    Result<VideoReading> frames(VideoPass pass, std::int64_t after_ms, MoreBytes more);
    Result<VideoReading> frames_near(std::span<const std::int64_t> times_ms, MoreBytes more);

private:
    class State;
    std::unique_ptr<State> state_;
};

} // namespace stillwatch::videos
