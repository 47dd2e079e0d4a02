#include "cli/videos.hpp"

#include "core/printable.hpp"
#include "pictures/sniff.hpp"
#include "sandbox/video_process.hpp"
#include "sandbox/worker_program.hpp"
#include "videos/container.hpp"
#include "videos/video_file.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <span>

namespace stillwatch::cli {

namespace {

constexpr std::size_t part_bytes = 1U << 20U;
constexpr std::uint64_t max_file_bytes = std::uint64_t{4} << 30U; // in memory while it is read

} // namespace

bool is_video_file(const std::filesystem::path& file)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return false;
    std::ifstream stream(file, std::ios::binary);
    std::array<char, videos::container_head_bytes> head{};
    stream.read(head.data(), head.size());
    const std::string_view read(head.data(), static_cast<std::size_t>(stream.gcount()));
    // AVIF and HEIC stand in a container of videos.
    const auto bytes = as_bytes(read);
    return !pictures::sniff_picture(bytes) && videos::is_video(bytes) && !videos::is_playlist(bytes);
}

Result<OpenVideo> open_video(asio::io_context& loop, const std::filesystem::path& file)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error) return Error{Errc::not_found, fmt::format("{}: {}", file.string(), error.message())};
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return Error{Errc::io, fmt::format("{}: cannot be read", file.string())};
    const auto program = sandbox::find_video_program();
    if (!program) return Error{program.error().code, "not looked at: " + program.error().detail};
    sandbox::VideoSettings settings{*program};
    settings.max_bytes_there = max_file_bytes;
    if (size > max_file_bytes)
        return Error{Errc::too_large, fmt::format("{}: larger than {} bytes", file.string(), max_file_bytes)};
    auto videos = std::make_unique<sandbox::VideoProcesses>(loop, settings);
    auto reader = videos->open(size);
    if (!reader) return reader.error();
    OpenVideo video{std::move(videos), *std::move(reader), {}};
    Sha256Hasher hasher;
    std::vector<char> part(part_bytes);
    for (std::uint64_t at = 0; stream.read(part.data(), part_bytes) || stream.gcount() > 0;) {
        const auto view = as_bytes(std::string_view(part.data(), static_cast<std::size_t>(stream.gcount())));
        hasher.update(view);
        if (auto put = video.reader->put(at, view); !put) return put.error();
        at += view.size();
    }
    if (stream.bad()) return Error{Errc::io, fmt::format("{}: cannot be read", file.string())};
    video.digest = hasher.finish();
    return video;
}

Task<Result<VideoFrame>> frame_of_video(asio::io_context& loop, std::filesystem::path file,
                                        std::int64_t time_ms)
{
    const auto video = open_video(loop, file);
    if (!video) co_return video.error();
    std::vector<std::int64_t> times{time_ms};
    auto reading = co_await video->reader->frames_near(std::move(times), MoreBytes::cannot_come);
    if (!reading) co_return reading.error();
    if (reading->frames.empty())
        co_return Error{Errc::undecodable, fmt::format("no frame at {} can be read", clock_time(time_ms))};
    co_return std::move(reading->frames.front());
}

std::string seconds(std::int64_t time_ms)
{
    return fmt::format("{:.1f}", static_cast<double>(time_ms) / 1'000);
}

std::string clock_time(std::int64_t time_ms)
{
    const auto tenths = (time_ms + 50) / 100;
    const auto minutes = tenths / 600;
    const auto rest = fmt::format("{:02}.{}", tenths % 600 / 10, tenths % 10);
    if (minutes >= 60) return fmt::format("{}:{:02}:{}", minutes / 60, minutes % 60, rest);
    return fmt::format("{}:{}", minutes, rest);
}

void VideoScreen::show(const std::string& name, const pipeline::VideoProgress& progress)
{
    constexpr std::chrono::milliseconds step(500);
    if (::isatty(STDERR_FILENO) == 0) return;
    const auto now = std::chrono::steady_clock::now();
    if (last_ == std::chrono::steady_clock::time_point{}) last_ = now; // short ones need none
    if (now - last_ < step) return;
    last_ = now;
    const auto end = progress.duration_ms > 0 ? " of " + clock_time(progress.duration_ms) : std::string();
    fmt::print(stderr, "\r\033[K{}: at {}{}, {} frames", printable(name), clock_time(progress.time_ms), end,
               progress.frames);
    (void)std::fflush(stderr);
    is_shown_ = true;
}

void VideoScreen::clear()
{
    if (!is_shown_) return;
    fmt::print(stderr, "\r\033[K");
    (void)std::fflush(stderr);
    is_shown_ = false;
}

} // namespace stillwatch::cli
