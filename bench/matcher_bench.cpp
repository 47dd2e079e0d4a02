#include "features/extract.hpp"
#include "features/pdq.hpp"
#include "matcher/reference_set.hpp"
#include "pictures/decode.hpp"
#include "pictures/metadata.hpp"
#include "tests/support/files.hpp"
#include "tests/unit/matcher/comparing.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <benchmark/benchmark.h>

#include <cstdio> // jpeglib.h needs FILE
#include <cstdlib>
#include <jpeglib.h>
#include <map>
#include <memory>
#include <random>
#include <string>

// What a picture costs. STILLWATCH_BENCH_PHOTO names a JPEG file to use instead of a drawn 500 x 375 one.
namespace stillwatch::matcher {
namespace {

const Bytes& small_jpeg()
{
    static const Bytes file = [] {
        const char* photo = std::getenv("STILLWATCH_BENCH_PHOTO");
        return photo != nullptr ? stillwatch::test::read_file(photo)
                                : pictures::test::encode_jpeg(pictures::test::scene(1, 500, 375),
                                                              pictures::test::JpegKind::colour, 85);
    }();
    return file;
}

const Bytes& large_jpeg()
{
    static const Bytes file =
        pictures::test::encode_jpeg(pictures::test::resized(pictures::test::scene(2, 2000, 1500), 4000, 3000),
                                    pictures::test::JpegKind::colour, 85);
    return file;
}

// libjpeg-turbo alone: the anchors for all other figures. Grey; grey at a quarter of the size; and colour,
// which is what cv::imdecode does.
void decode_alone(const Bytes& file, J_COLOR_SPACE colours, unsigned fraction)
{
    jpeg_decompress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(file.data()), file.size());
    (void)jpeg_read_header(&info, TRUE);
    info.out_color_space = colours;
    info.scale_num = 1;
    info.scale_denom = fraction;
    (void)jpeg_start_decompress(&info);
    const auto row_bytes = std::size_t{info.output_width} * static_cast<std::size_t>(info.output_components);
    std::vector<JSAMPLE> pixels(row_bytes * info.output_height);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = pixels.data() + info.output_scanline * row_bytes;
        (void)jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_destroy_decompress(&info);
    benchmark::DoNotOptimize(pixels.data());
}

void anchor_decode(benchmark::State& state, const Bytes& (*file)(), J_COLOR_SPACE colours, unsigned fraction)
{
    (void)file(); // drawn outside the measured time
    for ([[maybe_unused]] auto step : state)
        decode_alone(file(), colours, fraction);
}

void features(benchmark::State& state, const Bytes& (*file)(), Detail detail)
{
    (void)file();
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(features::extract_features(file(), {}, detail));
}

void decode(benchmark::State& state, const Bytes& (*file)())
{
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(pictures::decode_picture(file(), PictureFormat::jpeg, {}));
}

void digest(benchmark::State& state, const Bytes& (*file)())
{
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(pictures::data_digest(file(), PictureFormat::jpeg));
}

void hash(benchmark::State& state, const Bytes& (*file)())
{
    const auto picture = pictures::decode_picture(file(), PictureFormat::jpeg, {}).value();
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(features::fingerprint(picture.frames.front()));
}

// `count` references with the features of fifty drawn scenes, each time with an eighth of their bits turned.
const ReferenceSet& references(std::size_t count)
{
    static std::map<std::size_t, std::unique_ptr<const ReferenceSet>> sets;
    auto& set = sets[count];
    if (set) return *set;
    constexpr unsigned scenes = 50;
    std::vector<PictureFeatures> drawn;
    for (unsigned i = 0; i < scenes; ++i)
        drawn.push_back(
            features::extract_features(pictures::test::encode_jpeg(pictures::test::scene(100 + i, 640, 480),
                                                                   pictures::test::JpegKind::colour, 85),
                                       {}, Detail::reference)
                .value());
    std::mt19937_64 random(1);
    std::vector<EnrolledReference> enrolled;
    for (std::size_t i = 0; i < count; ++i) {
        EnrolledReference reference{ReferenceId{static_cast<std::int64_t>(i) + 1}, CaseId{1},
                                    Sha256::of(as_bytes(std::to_string(i))), drawn[i % scenes]};
        for (auto& frame : reference.features.frames)
            for (auto& fingerprint : frame.fingerprints)
                for (auto& word : fingerprint.words)
                    word = random();
        for (auto& feature : reference.features.local.front().features)
            for (auto& word : feature.descriptor.words)
                word ^= random() & random() & random();
        enrolled.push_back(std::move(reference));
    }
    set = std::make_unique<const ReferenceSet>(std::move(enrolled), 1, *std::pmr::new_delete_resource());
    return *set;
}

std::vector<Match> compare_with(const ReferenceSet& set, const features::Extracted& picture)
{
    const auto found = test::look_up(set, picture);
    return set.judge(found.shortlist, found.sign_grids);
}

// Search and verification of a picture that is none of them.
void compare(benchmark::State& state)
{
    const auto& set = references(static_cast<std::size_t>(state.range(0)));
    const auto picture = features::extract(small_jpeg(), {}, Detail::query).value();
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(compare_with(set, picture));
}

// Everything from the bytes of that picture to its verdict.
void all_stages(benchmark::State& state)
{
    const auto& set = references(static_cast<std::size_t>(state.range(0)));
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(
            compare_with(set, features::extract(small_jpeg(), {}, Detail::query).value()));
}

BENCHMARK_CAPTURE(anchor_decode, 500x375 colour, small_jpeg, JCS_RGB, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(anchor_decode, 500x375 grey, small_jpeg, JCS_GRAYSCALE, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode, 500x375, small_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(hash, 500x375, small_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(digest, 500x375, small_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(features, 500x375 hashes, small_jpeg, Detail::hashes)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(features, 500x375 query, small_jpeg, Detail::query)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(features, 500x375 reference, small_jpeg, Detail::reference)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(anchor_decode, 12 megapixels grey quarter, large_jpeg, JCS_GRAYSCALE, 4)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(features, 12 megapixels hashes, large_jpeg, Detail::hashes)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(features, 12 megapixels query, large_jpeg, Detail::query)->Unit(benchmark::kMillisecond);
BENCHMARK(compare)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK(all_stages)->Arg(1'000)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace stillwatch::matcher

BENCHMARK_MAIN();
