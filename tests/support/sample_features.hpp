#pragma once

#include "core/fingerprint.hpp"

#include <functional>
#include <string>
#include <vector>

namespace stillwatch::test {

// Numbers that no other seed gives.
class SampleNumbers {
public:
    explicit SampleNumbers(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() { return state_ = state_ * 6364136223846793005U + 1442695040888963407U; }
    std::uint8_t byte() { return static_cast<std::uint8_t>(next() >> 56U); }
    int below(int end) { return static_cast<int>((next() >> 33U) % static_cast<std::uint64_t>(end)); }

private:
    std::uint64_t state_;
};

inline SignGrid sample_sign_grid(SampleNumbers& numbers, int tile_columns, int tile_rows)
{
    SignGrid sign_grid;
    sign_grid.tile_columns = tile_columns;
    sign_grid.tile_rows = tile_rows;
    for (auto* plane : {&sign_grid.right, &sign_grid.down, &sign_grid.right_clear, &sign_grid.down_clear}) {
        plane->resize(sign_grid.plane_bytes());
        for (auto& cells : *plane)
            cells = numbers.byte();
    }
    return sign_grid;
}

inline LocalFeatures sample_local(SampleNumbers& numbers, std::size_t count)
{
    LocalFeatures local{640, 480, {}};
    local.features.resize(count);
    for (auto& feature : local.features) {
        for (auto& word : feature.descriptor.words)
            word = numbers.next();
        feature.x = static_cast<std::uint16_t>(numbers.below(local.width_px * LocalFeature::units_per_px));
        feature.y = static_cast<std::uint16_t>(numbers.below(local.height_px * LocalFeature::units_per_px));
        feature.level = static_cast<std::uint8_t>(numbers.below(8));
        feature.angle = numbers.byte();
    }
    return local;
}

inline ReferenceSignGrid sample_reference_sign_grid(SampleNumbers& numbers)
{
    ReferenceSignGrid reference{sample_sign_grid(numbers, 4, 3), {}};
    reference.tiles.resize(12);
    for (auto& tile : reference.tiles)
        tile = {numbers.byte(), numbers.below(2) == 1};
    return reference;
}

// Features of a picture that no other seed resembles, as the extractor could give them: of each of `frames`
// working frames two fingerprints, the second trimmed, and some local features; for Detail::query one part
// more.
inline PictureFeatures sample_features(std::uint64_t seed, Detail detail, int frames = 1)
{
    SampleNumbers numbers(seed);
    PictureFeatures features;
    features.format = PictureFormat::png;
    features.width_px = 800;
    features.height_px = 600;
    features.file_digest = Sha256::of(as_bytes("file " + std::to_string(seed)));
    features.data_digest = Sha256::of(as_bytes("data " + std::to_string(seed)));
    for (int number = 0; number < frames; ++number) {
        for (const bool trimmed : {false, true}) {
            Frame frame;
            frame.quality_percent = 90;
            frame.number = number;
            frame.trimmed = trimmed;
            for (auto& fingerprint : frame.fingerprints)
                for (auto& word : fingerprint.words)
                    word = numbers.next();
            features.frames.push_back(frame);
        }
        features.local.push_back(sample_local(numbers, detail < Detail::query ? 0 : 5));
        if (detail == Detail::reference) features.sign_grid.push_back(sample_reference_sign_grid(numbers));
    }
    if (detail == Detail::query) { // and one part
        features.frames.push_back(features.frames.front());
        features.frames.back().number = frames;
        features.local.push_back(sample_local(numbers, 5));
        features.parts.push_back({10, 20, 300, 200});
    }
    return features;
}

// One thing wrong with features of Detail::reference.
struct Corruption {
    std::string what;
    std::function<void(PictureFeatures&)> apply;
};

inline std::vector<Corruption> corruptions()
{
    using Features = PictureFeatures;
    return {
        {"unknown format", [](Features& f) { f.format = static_cast<PictureFormat>(200); }},
        {"no width", [](Features& f) { f.width_px = 0; }},
        {"negative height", [](Features& f) { f.height_px = -1; }},
        {"no fingerprints", [](Features& f) { f.frames.clear(); }},
        {"too many fingerprints",
         [](Features& f) { f.frames.resize(Features::max_fingerprints + 1, f.frames.front()); }},
        {"quality over 100", [](Features& f) { f.frames[0].quality_percent = 101; }},
        {"quality that wraps", [](Features& f) { f.frames[0].quality_percent = 256; }},
        {"negative quality", [](Features& f) { f.frames[0].quality_percent = -1; }},
        {"fingerprint of no frame",
         [](Features& f) { f.frames[0].number = static_cast<int>(f.local.size()); }},
        {"negative frame", [](Features& f) { f.frames[0].number = -1; }},
        {"no working frame", [](Features& f) { f.local.clear(), f.sign_grid.clear(); }},
        {"too many working frames",
         [](Features& f) {
             f.local.resize(Features::max_frames + 1, f.local.front());
             f.sign_grid.resize(Features::max_frames + 1, f.sign_grid.front());
         }},
        {"working frame without width",
         [](Features& f) {
             f.local[0] = {0, 480, {}};
         }},
        {"working frame too wide", [](Features& f) { f.local[0].width_px = LocalFeatures::max_side_px + 1; }},
        {"working frame too high",
         [](Features& f) { f.local[0].height_px = LocalFeatures::max_side_px + 1; }},
        {"negative working frame", [](Features& f) { f.local[0].height_px = -1; }},
        {"too many local features",
         [](Features& f) {
             f.local[0].features.resize(LocalFeatures::max_features + 1, f.local[0].features.front());
         }},
        {"feature right of its frame",
         [](Features& f) {
             f.local[0].features[0].x = static_cast<std::uint16_t>(f.local[0].width_px * 64);
         }},
        {"feature below its frame",
         [](Features& f) {
             f.local[0].features[0].y = static_cast<std::uint16_t>(f.local[0].height_px * 64);
         }},
        {"level over the last", [](Features& f) { f.local[0].features[0].level = 32; }},
        {"no sign grid", [](Features& f) { f.sign_grid.clear(); }},
        {"a sign grid too many", [](Features& f) { f.sign_grid.push_back(f.sign_grid.front()); }},
        {"sign grid without columns", [](Features& f) { f.sign_grid[0] = {}; }},
        {"sign grid with too many columns",
         [](Features& f) {
             SampleNumbers numbers(1);
             f.sign_grid[0].sign_grid = sample_sign_grid(numbers, SignGrid::max_tiles_a_side + 1, 1);
             f.sign_grid[0].tiles.resize(SignGrid::max_tiles_a_side + 1);
         }},
        {"negative rows", [](Features& f) { f.sign_grid[0].sign_grid.tile_rows = -3; }},
        {"rows that the planes have not", [](Features& f) { f.sign_grid[0].sign_grid.tile_rows = 2; }},
        {"short plane", [](Features& f) { f.sign_grid[0].sign_grid.down.pop_back(); }},
        {"long plane", [](Features& f) { f.sign_grid[0].sign_grid.right_clear.push_back(0); }},
        {"tile without traits", [](Features& f) { f.sign_grid[0].tiles.pop_back(); }},
        {"traits without a tile", [](Features& f) { f.sign_grid[0].tiles.push_back({}); }},
    };
}

} // namespace stillwatch::test
