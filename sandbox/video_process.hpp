#pragma once

#include "core/video_reader.hpp"
#include "videos/limits.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

// Videos are read by stillwatch-video, one process a video. How it is used:
//
//     sandbox::VideoProcesses videos(io, {find_video_program().value()});
//     auto reader = videos.open(file.size());
//     (*reader)->put(0, file);
//     std::int64_t after_ms = -1;
//     while (true) {
//         auto reading = co_await (*reader)->frames(VideoPass::look, after_ms, MoreBytes::cannot_come);
//         if (!reading) ... ;
//         for (auto& frame : reading->frames) ...;   // frame.picture goes the way of a picture
//         if (!reading->go_on_after_ms) break;
//         after_ms = *reading->go_on_after_ms;
//     }
//
// Of a large file put() only its first megabyte, ask with can_come, and fetch and put() what the answers name
// as missing; ask with cannot_come when enough was fetched.
namespace stillwatch::sandbox {

class ForkServer;

struct VideoSettings {
    std::filesystem::path program;
    // Of one call, which takes 4 seconds of processor time at most; then the process is killed.
    std::chrono::milliseconds deadline{60'000};
    std::chrono::milliseconds start_deadline{20'000};       // to its greeting
    std::size_t max_memory_bytes = std::size_t{512} << 20U; // of the process, as RLIMIT_AS and RLIMIT_DATA
    std::uint64_t max_bytes_there = 256U << 20U;            // of one video that are put()
    videos::VideoLimits limits{};
};

// VideoReaders by processes. Belongs to the thread that runs `io`, which must live longer than every reader;
// a reader's process starts with its first question and dies with the reader or with that thread. A reader
// answers one question at a time; the answer to one that is asked meanwhile is invalid_argument.
class VideoProcesses final : public VideoReaders {
public:
    VideoProcesses(asio::io_context& io, VideoSettings settings);
    VideoProcesses(const VideoProcesses&) = delete;
    VideoProcesses& operator=(const VideoProcesses&) = delete;
    ~VideoProcesses() override;

    Result<std::unique_ptr<VideoReader>> open(std::uint64_t file_bytes) override;

private:
    VideoSettings settings_;
    std::shared_ptr<ForkServer> processes_;
};

} // namespace stillwatch::sandbox
