#pragma once

#include "core/digest.hpp"
#include "core/result.hpp"
#include "core/video_reader.hpp"
#include "pipeline/video_comparison.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace stillwatch::cli {

// Whether a file is a video by its first bytes; not where it cannot be read.
bool is_video_file(const std::filesystem::path& file);

struct OpenVideo {
    std::unique_ptr<VideoReaders> readers; // whose end is that of `reader`
    std::unique_ptr<VideoReader> reader;   // has all of the file
    Sha256 digest;                         // of the file
};
// Hands a file to a restricted process of its own. Errors: not_found, io (the file cannot be read, or there
// is no program that reads videos), too_large.
Result<OpenVideo> open_video(asio::io_context& loop, const std::filesystem::path& file);

// The frame nearest to that time, as a picture file (PPM). Errors: as open_video, and those of VideoReader.
Task<Result<VideoFrame>> frame_of_video(asio::io_context& loop, std::filesystem::path file,
                                        std::int64_t time_ms);

// "12.4": seconds with one decimal.
std::string seconds(std::int64_t time_ms);
// "1:02:03.4", "2:03.4".
std::string clock_time(std::int64_t time_ms);

// How far the reading of a long video is, on a terminal, in place; nothing elsewhere.
class VideoScreen {
public:
    // Of a video by its name.
    void show(const std::string& name, const pipeline::VideoProgress& progress);
    // Before anything else is written.
    void clear();

private:
    bool is_shown_ = false;
    std::chrono::steady_clock::time_point last_{};
};

} // namespace stillwatch::cli
