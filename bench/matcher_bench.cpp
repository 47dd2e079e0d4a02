#include "encoders.hpp"
#include "matcher/decode.hpp"
#include "matcher/extract.hpp"
#include "matcher/metadata.hpp"
#include "matcher/pdq.hpp"
#include "matcher/reference_set.hpp"
#include "tests/support/files.hpp"

#include <benchmark/benchmark.h>

#include <cstdio> // jpeglib.h needs FILE
#include <cstdlib>
#include <jpeglib.h>
#include <random>

// What a picture costs. STILLWATCH_BENCH_PHOTO names a JPEG file to use instead of a drawn 500 x 375 one.
namespace stillwatch::matcher {
namespace {

const Bytes& small_jpeg()
{
    static const Bytes file = [] {
        const char* photo = std::getenv("STILLWATCH_BENCH_PHOTO");
        return photo != nullptr ? stillwatch::test::read_file(photo)
                                : test::encode_jpeg(test::scene(1, 500, 375), test::JpegKind::colour, 85);
    }();
    return file;
}

const Bytes& large_jpeg()
{
    static const Bytes file =
        test::encode_jpeg(test::resized(test::scene(2, 2000, 1500), 4000, 3000), test::JpegKind::colour, 85);
    return file;
}

// libjpeg-turbo alone, grey, no scaling: the anchor for all other figures.
void decode_grey(const Bytes& file)
{
    jpeg_decompress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(file.data()), file.size());
    (void)jpeg_read_header(&info, TRUE);
    info.out_color_space = JCS_GRAYSCALE;
    (void)jpeg_start_decompress(&info);
    std::vector<JSAMPLE> pixels(std::size_t{info.output_width} * info.output_height);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = pixels.data() + std::size_t{info.output_scanline} * info.output_width;
        (void)jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_destroy_decompress(&info);
    benchmark::DoNotOptimize(pixels.data());
}

void anchor_grey_decode(benchmark::State& state, const Bytes& (*file)())
{
    (void)file(); // drawn outside the measured time
    for ([[maybe_unused]] auto step : state)
        decode_grey(file());
}

void extract(benchmark::State& state, const Bytes& (*file)())
{
    (void)file();
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(extract_features(file()));
}

void decode(benchmark::State& state, const Bytes& (*file)())
{
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(decode_picture(file(), PictureFormat::jpeg, {}));
}

void digest(benchmark::State& state, const Bytes& (*file)())
{
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(data_digest(file(), PictureFormat::jpeg));
}

void hash(benchmark::State& state, const Bytes& (*file)())
{
    const auto picture = decode_picture(file(), PictureFormat::jpeg, {}).value();
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(fingerprint(picture.frames.front()));
}

// A picture that matches nothing, against random references of full quality.
void compare(benchmark::State& state)
{
    std::mt19937_64 random(1);
    std::vector<EnrolledReference> references(static_cast<std::size_t>(state.range(0)));
    for (auto& reference : references) {
        reference.features.frames.resize(1);
        reference.features.frames[0].quality_percent = 100;
        for (auto& word : reference.features.frames[0].fingerprints[0].words)
            word = random();
    }
    const ReferenceSet set(std::move(references), 1, *std::pmr::new_delete_resource());
    const auto query = extract_features(small_jpeg()).value();
    const auto file_digest = Sha256::of(small_jpeg());
    for ([[maybe_unused]] auto step : state)
        benchmark::DoNotOptimize(set.compare(file_digest, query));
}

BENCHMARK_CAPTURE(anchor_grey_decode, 500x375, small_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode, 500x375, small_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(hash, 500x375, small_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(digest, 500x375, small_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(extract, 500x375, small_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(anchor_grey_decode, 12 megapixels, large_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(extract, 12 megapixels, large_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK(compare)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace stillwatch::matcher

BENCHMARK_MAIN();
