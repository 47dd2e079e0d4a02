// Each of many hostile files and playlists costs itself only. `scripts/bench-video broken` runs as many as
// are asked for; the numbers here are those that a test has time for.
#include "clips.hpp"
#include "hostile.hpp"

#include "sandbox/worker_pool.hpp"
#include "tests/support/files.hpp"
#include "tests/support/process_use.hpp"
#include "tests/support/run.hpp"
#include "videos/playlist_choice.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

namespace stillwatch::videos::test {
namespace {

using stillwatch::test::read_file;

std::uint32_t number_from(const char* name, std::uint32_t otherwise)
{
    const char* told = std::getenv(name);
    return told == nullptr ? otherwise : static_cast<std::uint32_t>(std::stoul(told));
}

std::vector<std::filesystem::path> files_in(const std::string& folder)
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(STILLWATCH_CORPUS "/" + folder))
        files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

HostileFiles hostile_files()
{
    std::vector<std::pair<std::string, Bytes>> samples;
    for (const auto& file : files_in("video"))
        samples.emplace_back(file.filename().string(), read_file(file));
    return HostileFiles(std::move(samples));
}

// What a reading of one file came to.
struct Outcome {
    std::size_t frames = 0;
    std::optional<Error> refused{};
    double processor_seconds = 0;
    double peak_megabytes = 0;
};

Outcome read_as_the_daemon_does(const HostileFile& file)
{
    Player player(file.told_bytes);
    for (const auto& range : file.there) {
        const auto bytes = ByteView(file.bytes).subspan(range.from, range.bytes);
        if (auto put = player.reader().put(range.from, bytes); !put) return {0, put.error()};
    }
    Outcome outcome;
    for (const auto pass : {VideoPass::glance, VideoPass::look}) {
        std::int64_t after_ms = -1;
        while (true) {
            const auto reading = player.frames(pass, after_ms);
            if (!reading) {
                outcome.refused = reading.error();
                break;
            }
            outcome.frames += reading->frames.size();
            if (!reading->go_on_after_ms || *reading->go_on_after_ms <= after_ms) break;
            after_ms = *reading->go_on_after_ms;
        }
    }
    if (const auto near = player.frames_near({200, 3'000}); !near) outcome.refused = near.error();
    const auto reader = stillwatch::test::youngest_child();
    outcome.processor_seconds = stillwatch::test::processor_seconds(reader);
    outcome.peak_megabytes = stillwatch::test::peak_megabytes(reader);
    return outcome;
}

TEST(HostileVideos, EachFileCostsItselfOnly)
{
    const auto count = number_from("STILLWATCH_HOSTILE_FILES", 22);
    const auto seed = number_from("STILLWATCH_HOSTILE_SEED", 1);
    const auto files = hostile_files();
    const auto bounds = Player::default_settings();
    std::map<std::string, std::size_t> outcomes;
    double slowest = 0;
    double largest = 0;
    for (std::size_t number = 0; number < count; ++number) {
        const auto file = files.make(seed, number);
        const auto outcome = read_as_the_daemon_does(file);
        const auto what = fmt::format("seed {}, number {}: {}, {}", seed, number, file.sample, file.kind);
        if (outcome.refused) {
            const auto code = outcome.refused->code;
            EXPECT_TRUE(code == Errc::undecodable || code == Errc::too_large)
                << what << ": " << to_string(*outcome.refused);
        }
        EXPECT_LT(outcome.processor_seconds, 10) << what;
        EXPECT_LE(outcome.peak_megabytes, static_cast<double>(bounds.max_memory_bytes >> 20U)) << what;
        slowest = std::max(slowest, outcome.processor_seconds);
        largest = std::max(largest, outcome.peak_megabytes);
        ++outcomes[outcome.frames > 0 ? "gave frames" : outcome.refused ? "refused" : "gave none"];
    }
    fmt::print("{} files: {} gave frames, {} none, {} refused; at most {:.2f} processor seconds, {:.0f} MB\n",
               count, outcomes["gave frames"], outcomes["gave none"], outcomes["refused"], slowest, largest);
    EXPECT_GT(outcomes["gave frames"], count / 10) << "what was damaged is hardly damaged or never read";
}

TEST(HostileVideos, EachPlaylistCostsItselfOnly)
{
    const auto count = number_from("STILLWATCH_HOSTILE_PLAYLISTS", 200);
    const auto seed = number_from("STILLWATCH_HOSTILE_SEED", 1);
    std::vector<Bytes> samples;
    for (const auto* folder : {"hls", "dash"})
        for (const auto& file : files_in(folder))
            samples.push_back(read_file(file));
    asio::io_context io{1};
    sandbox::PoolSettings settings;
    settings.worker_program = STILLWATCH_WORKER;
    settings.workers = 1;
    sandbox::WorkerPool pool(io, settings);
    std::size_t read = 0;
    for (std::size_t number = 0; number < count; ++number) {
        const auto what = fmt::format("seed {}, number {}", seed, number);
        Document document{std::make_shared<const Bytes>(hostile_playlist(samples, seed, number))};
        io.restart();
        const auto playlist =
            stillwatch::test::run(io, pool.playlist(std::move(document), "https://board.example/v/l"));
        if (!playlist) {
            const auto code = playlist.error().code;
            EXPECT_TRUE(code == Errc::undecodable || code == Errc::too_large)
                << what << ": " << to_string(playlist.error());
            continue;
        }
        ++read;
        EXPECT_LE(playlist->variants.size(), Playlist::max_variants) << what;
        for (const auto pass : {VideoPass::glance, VideoPass::look})
            if (const auto* variant = choose_variant(*playlist, pass)) {
                const auto chosen = spread_segments(*variant);
                EXPECT_LE(chosen.size(), most_segments_fetched) << what;
                for (const auto segment : chosen)
                    EXPECT_TRUE(variant->segments.at(segment).url.starts_with("http")) << what;
            }
    }
    fmt::print("{} playlists: {} read, {} refused\n", count, read, count - read);
    EXPECT_GT(read, count / 4);
}

} // namespace
} // namespace stillwatch::videos::test
