#include "matcher/hash_index.hpp"

#include "features/pdq.hpp"
#include "pictures/decode.hpp"
#include "pictures/sniff.hpp"
#include "tests/support/files.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numbers>
#include <random>

// Finding near fingerprints among many. STILLWATCH_BENCH_PHOTOS names a folder of photographs, of which cuts
// are taken; without it smooth pictures are made up. Half of the queries are near a stored fingerprint.
namespace stillwatch::matcher {
namespace {

using Random = std::mt19937_64;
using Fingerprints = std::vector<Fingerprint>;

constexpr std::size_t most_stored = 1'000'000;
constexpr std::size_t other_count = 50'000; // beyond them, for queries

double fraction(Random& random)
{
    return std::uniform_real_distribution<>()(random);
}

// A part of a picture at another size, by the nearest pixel.
pictures::Luma cut(const pictures::Luma& picture, double left, double top, double width, double height,
                   int max_side_px)
{
    const double shrink = std::min(1.0, max_side_px / std::max(width, height));
    pictures::Luma result(std::max(32, static_cast<int>(width * shrink)),
                          std::max(32, static_cast<int>(height * shrink)));
    for (int y = 0; y < result.height_px; ++y) {
        const auto* const from = picture.row(static_cast<int>(top + y * height / result.height_px));
        for (int x = 0; x < result.width_px; ++x)
            result.row(y)[x] = from[static_cast<int>(left + x * width / result.width_px)];
    }
    return result;
}

std::vector<pictures::Luma> photographs(const std::filesystem::path& folder)
{
    std::vector<pictures::Luma> result;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        const auto file = stillwatch::test::read_file(entry.path());
        const auto format = pictures::sniff_picture(file);
        if (!format) continue;
        const auto picture = pictures::decode_picture(file, *format, {});
        if (!picture) continue;
        const auto& frame = picture->frames.front();
        result.push_back(cut(frame, 0, 0, frame.width_px, frame.height_px, 256));
    }
    return result;
}

// Waves whose strength falls with their frequency, as in photographs.
pictures::Luma smooth_picture(Random& random)
{
    pictures::Luma result(192, 160);
    std::vector<double> levels(result.levels.size());
    for (int wave = 0; wave < 60; ++wave) {
        const double frequency = std::pow(40.0, fraction(random));
        const double angle = 2 * std::numbers::pi * fraction(random);
        const double phase = 2 * std::numbers::pi * fraction(random);
        const double step_x = frequency * std::cos(angle) * 2 * std::numbers::pi / result.width_px;
        const double step_y = frequency * std::sin(angle) * 2 * std::numbers::pi / result.height_px;
        for (std::size_t i = 0; i < levels.size(); ++i) {
            const auto x = static_cast<double>(i % static_cast<std::size_t>(result.width_px));
            const auto y = static_cast<double>(i / static_cast<std::size_t>(result.width_px));
            levels[i] += std::sin(x * step_x + y * step_y + phase) / frequency;
        }
    }
    const auto [low, high] = std::ranges::minmax(levels);
    for (std::size_t i = 0; i < levels.size(); ++i)
        result.levels[i] =
            static_cast<std::uint16_t>((levels[i] - low) / (high - low) * pictures::Luma::white);
    return result;
}

Fingerprints of_pictures()
{
    Random random(1);
    std::vector<pictures::Luma> pictures;
    if (const char* folder = std::getenv("STILLWATCH_BENCH_PHOTOS")) pictures = photographs(folder);
    const bool real = !pictures.empty();
    while (!real && pictures.size() < 1'000)
        pictures.push_back(smooth_picture(random));
    Fingerprints result;
    while (result.size() < most_stored + other_count) {
        const auto& picture = pictures[random() % pictures.size()];
        const double share = 0.35 + 0.65 * fraction(random);
        const double width = picture.width_px * share;
        const double height = picture.height_px * std::min(1.0, share * (0.8 + 0.4 * fraction(random)));
        const auto frame =
            features::fingerprint(cut(picture, (picture.width_px - width) * fraction(random),
                                      (picture.height_px - height) * fraction(random), width, height, 128));
        if (frame.quality_percent >= 50)
            result.insert(result.end(), frame.fingerprints.begin(), frame.fingerprints.end());
    }
    return result;
}

Fingerprints at_random()
{
    Random random(2);
    Fingerprints result(most_stored + other_count);
    for (auto& fingerprint : result)
        for (auto& word : fingerprint.words)
            word = random();
    return result;
}

enum class Kind { uniform, pictures };

const Fingerprints& fingerprints(Kind kind)
{
    if (kind == Kind::pictures) {
        static const auto pictures = of_pictures();
        return pictures;
    }
    static const auto uniform = at_random();
    return uniform;
}

std::vector<StoredHash> stored(Kind kind, std::size_t count)
{
    std::vector<StoredHash> result;
    for (std::uint32_t owner = 0; owner < count; ++owner)
        result.push_back({fingerprints(kind)[owner], owner});
    return result;
}

Fingerprints queries(Kind kind, std::size_t stored_count)
{
    Random random(3);
    Fingerprints result;
    for (std::size_t i = 0; i < 20'000; ++i) {
        if (i % 2 == 0) {
            result.push_back(fingerprints(kind)[most_stored + random() % other_count]);
            continue;
        }
        auto& near = result.emplace_back(fingerprints(kind)[random() % stored_count]);
        for (auto turns = random() % 26; turns > 0; --turns) {
            const auto bit = random() % 256;
            near.words[bit / 64] ^= std::uint64_t{1} << (bit % 64);
        }
    }
    return result;
}

void ask(benchmark::State& state, const HashIndex& index, const Fingerprints& all)
{
    std::vector<HashHit> hits;
    std::size_t next = 0;
    std::size_t hit_count = 0;
    for ([[maybe_unused]] auto step : state) {
        hits.clear();
        index.within(all[next], HashIndex::max_radius_bits, hits);
        hit_count += hits.size();
        next = next + 1 < all.size() ? next + 1 : 0;
    }
    state.SetItemsProcessed(state.iterations());
    state.counters["hits_per_query"] =
        benchmark::Counter(static_cast<double>(hit_count), benchmark::Counter::kAvgIterations);
    state.counters["bytes_per_hash"] = static_cast<double>(index.bytes()) / static_cast<double>(index.size());
}

void within(benchmark::State& state, Kind kind)
{
    const auto count = static_cast<std::size_t>(state.range(0));
    const HashIndex index(*std::pmr::new_delete_resource(), stored(kind, count));
    ask(state, index, queries(kind, count));
}

// As `within`, of an index to which pictures were added in small numbers: several segments.
void within_after_adding(benchmark::State& state, Kind kind)
{
    const auto count = static_cast<std::size_t>(state.range(0));
    const auto hashes = stored(kind, count);
    const std::span<const StoredHash> all(hashes);
    HashIndex index(*std::pmr::new_delete_resource());
    for (std::size_t done = 0; done < count; done += 300)
        index = index.with(all.subspan(done, std::min<std::size_t>(300, count - done)));
    ask(state, index, queries(kind, count));
}

void build(benchmark::State& state, Kind kind)
{
    const auto hashes = stored(kind, static_cast<std::size_t>(state.range(0)));
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(HashIndex(*std::pmr::new_delete_resource(), hashes));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

// One picture at a time, until all are in.
void add(benchmark::State& state, Kind kind)
{
    const auto hashes = stored(kind, static_cast<std::size_t>(state.range(0)));
    for ([[maybe_unused]] auto step : state) {
        HashIndex index(*std::pmr::new_delete_resource());
        for (const auto& hash : hashes)
            index = index.with({&hash, 1});
        benchmark::DoNotOptimize(index);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

// One picture taken out of many.
void without(benchmark::State& state, Kind kind)
{
    const HashIndex index(*std::pmr::new_delete_resource(),
                          stored(kind, static_cast<std::size_t>(state.range(0))));
    const std::uint32_t owner = 77;
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(index.without({&owner, 1}));
}

BENCHMARK_CAPTURE(within, random, Kind::uniform)->Arg(400)->Arg(10'000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(within, pictures, Kind::pictures)->Arg(400)->Arg(10'000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(within_after_adding, pictures, Kind::pictures)->Arg(1'000'000);
BENCHMARK_CAPTURE(build, pictures, Kind::pictures)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(add, pictures, Kind::pictures)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(without, pictures, Kind::pictures)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace stillwatch::matcher

BENCHMARK_MAIN();
