// What reading a video costs its process: `bench_video [--glance|--look] FILE...` prints for each file and
// pass the frames told, the processor seconds and the peak of resident memory.
#include "sandbox/video_process.hpp"
#include "tests/support/files.hpp"
#include "tests/support/process_use.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace stillwatch;

void measure(const std::string& path, VideoPass pass)
{
    asio::io_context io{1};
    sandbox::VideoSettings settings;
    settings.program = STILLWATCH_VIDEO;
    sandbox::VideoProcesses videos(io, settings);
    const auto file = test::read_file(path);
    const auto reader = videos.open(file.size()).value();
    reader->put(0, file).value();
    std::size_t frames = 0;
    std::int64_t after_ms = -1;
    VideoFacts facts;
    std::string bounds;
    while (true) {
        io.restart();
        const auto reading = test::run(io, reader->frames(pass, after_ms, MoreBytes::cannot_come)).value();
        frames += reading.frames.size();
        facts = reading.facts;
        bounds.clear();
        for (const auto bound : reading.bounds)
            bounds += " " + std::string(name_of(bound));
        if (!reading.go_on_after_ms) break;
        after_ms = *reading.go_on_after_ms;
    }
    const auto pid = test::youngest_child();
    const auto seconds = test::processor_seconds(pid);
    const auto minutes = static_cast<double>(facts.duration_ms) / 60'000;
    fmt::print(
        "{:<28} {:<6} {:>4}x{:<4} {:<6} {:>4} frames  {:>6.2f} s  {:>6.2f} s a minute  {:>4.0f} MB{}\n",
        path.substr(path.rfind('/') + 1), facts.codec, facts.width_px, facts.height_px, name_of(pass), frames,
        seconds, minutes > 0 ? seconds / minutes : 0, test::peak_megabytes(pid), bounds);
    (void)std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv)
{
    std::vector<VideoPass> passes{VideoPass::glance, VideoPass::look};
    for (const std::string word : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
        if (word == "--glance")
            passes = {VideoPass::glance};
        else if (word == "--look")
            passes = {VideoPass::look};
        else
            for (const auto pass : passes)
                measure(word, pass);
    }
    return 0;
}
