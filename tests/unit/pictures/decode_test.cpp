#include "pictures/decode.hpp"

#include "encoders.hpp"
#include "features/extract.hpp"
#include "features/pdq.hpp"
#include "pictures/sniff.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace stillwatch::pictures {
namespace {

using namespace test;

constexpr int width = 200;
constexpr int height = 150;

struct Sample {
    const char* name;
    PictureFormat format;
    Bytes file;
};

// Mean difference in whole levels.
double mean_difference(const Luma& a, const Luma& b)
{
    if (a.width_px != b.width_px || a.height_px != b.height_px) return 1e9;
    double sum = 0;
    for (std::size_t i = 0; i < a.levels.size(); ++i)
        sum += std::abs(int{a.levels[i]} - int{b.levels[i]});
    return sum / 256.0 / static_cast<double>(a.levels.size());
}

std::vector<Sample> samples(const Drawing& drawing)
{
    return {
        {"JPEG", PictureFormat::jpeg, encode_jpeg(drawing)},
        {"grey JPEG", PictureFormat::jpeg, encode_jpeg(drawing, JpegKind::grey)},
        {"CMYK JPEG", PictureFormat::jpeg, encode_jpeg(drawing, JpegKind::cmyk)},
        {"progressive JPEG", PictureFormat::jpeg, encode_jpeg(drawing, JpegKind::progressive)},
        {"PNG", PictureFormat::png, encode_png(drawing)},
        {"16-bit PNG", PictureFormat::png, encode_png(drawing, PngKind::deep)},
        {"palette PNG", PictureFormat::png, encode_png(drawing, PngKind::palette)},
        {"interlaced PNG", PictureFormat::png, encode_png(drawing, PngKind::interlaced)},
        {"WebP", PictureFormat::webp, encode_webp(drawing)},
        {"lossless WebP", PictureFormat::webp, encode_webp(drawing, WebpKind::lossless)},
        {"GIF", PictureFormat::gif, encode_gif({drawing})},
        {"BMP", PictureFormat::bmp, encode_bmp(drawing)},
        {"masked BMP", PictureFormat::bmp, encode_bmp(drawing, BmpKind::bit_fields_32)},
        {"palette BMP", PictureFormat::bmp, encode_bmp(drawing, BmpKind::grey_8)},
        {"run-length BMP", PictureFormat::bmp, encode_bmp(drawing, BmpKind::grey_rle_8)},
        {"little-endian TIFF", PictureFormat::tiff, encode_tiff(drawing, TiffKind::little)},
        {"big-endian TIFF", PictureFormat::tiff, encode_tiff(drawing, TiffKind::big)},
        {"tiled TIFF", PictureFormat::tiff, encode_tiff(drawing, TiffKind::tiled)},
        {"AVIF", PictureFormat::avif, encode_avif(drawing)},
        {"HEIC", PictureFormat::heif, encode_heif({drawing})},
        {"10-bit HEIC", PictureFormat::heif, encode_heif({drawing}, HeifKind::ten_bits)},
        {"HEIC with a thumbnail", PictureFormat::heif, encode_heif({drawing}, HeifKind::with_thumbnail)},
        {"JPEG XL", PictureFormat::jxl, encode_jxl({drawing})},
        {"lossless JPEG XL", PictureFormat::jxl, encode_jxl({drawing}, JxlKind::lossless)},
        {"JPEG 2000", PictureFormat::jpeg2000, encode_jpeg2000(drawing)},
        {"bare JPEG 2000", PictureFormat::jpeg2000, encode_jpeg2000(drawing, Jpeg2000Kind::code_stream)},
        {"12-bit JPEG 2000", PictureFormat::jpeg2000, encode_jpeg2000(drawing, Jpeg2000Kind::deep)},
        {"ICO of PNG", PictureFormat::ico, encode_ico({encode_png(drawing)})},
        {"PPM", PictureFormat::ppm, encode_ppm(drawing)},
        {"ICO of BMP", PictureFormat::ico, encode_ico({encode_bmp(drawing)})},
    };
}

TEST(Decode, EveryFormatShowsTheSamePicture)
{
    const auto drawing = scene(11, width, height);
    const auto original = features::fingerprint(luma(drawing)).fingerprints[0];
    for (const auto& sample : samples(drawing)) {
        SCOPED_TRACE(sample.name);
        const auto picture = decode_picture(sample.file, sample.format, {});
        ASSERT_TRUE(picture) << to_string(picture.error());
        EXPECT_EQ(picture->frames.size(), 1U);
        EXPECT_LT(mean_difference(picture->frames.front(), luma(drawing)), 4);
        const auto features = features::extract_features(sample.file);
        ASSERT_TRUE(features) << to_string(features.error());
        EXPECT_EQ(features->format, sample.format);
        EXPECT_EQ(features->width_px, width);
        EXPECT_EQ(features->height_px, height);
        EXPECT_LE(hamming(features->frames.at(0).fingerprints[0], original), 10);
    }
}

// What lies beyond is looked at in full, so a coarse pass must stay well within (ReferenceSet::may_be_near).
TEST(Decode, ACoarsePassIsAFewBitsOff)
{
    constexpr int most_bits_off = 16;
    for (const auto kind : {JpegKind::colour, JpegKind::grey, JpegKind::cmyk, JpegKind::progressive})
        for (const auto& [wide, high] :
             {std::pair(200, 150), std::pair(500, 375), std::pair(640, 480), std::pair(1'300, 2'000)}) {
            SCOPED_TRACE(testing::Message() << static_cast<int>(kind) << ", " << wide << " x " << high);
            const auto file = encode_jpeg(scene(13, wide, high), kind);
            const auto coarse = features::extract_features(file, {}, Detail::coarse).value();
            const auto hashes = features::extract_features(file, {}, Detail::hashes).value();
            EXPECT_EQ(coarse.width_px, wide);
            EXPECT_EQ(coarse.file_digest, hashes.file_digest);
            EXPECT_EQ(coarse.data_digest, hashes.data_digest);
            EXPECT_LE(hamming(coarse.frames.at(0).fingerprints[0], hashes.frames.at(0).fingerprints[0]),
                      most_bits_off);
        }
}

TEST(Decode, AProgressiveFileIsReadToItsFirstScansInTheCoarsePass)
{
    const auto file = encode_jpeg(scene(14, 640, 480), JpegKind::progressive);
    auto broken = file;
    broken.resize(file.size() * 7 / 10); // the later scans are missing
    const auto whole = features::extract_features(file, {}, Detail::coarse).value();
    const auto cut = features::extract_features(broken, {}, Detail::coarse).value();
    EXPECT_EQ(whole.frames, cut.frames);
}

TEST(Decode, ExifOrientationIsApplied)
{
    const auto drawing = scene(12, width, height);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const auto stored = stored_for_orientation(drawing, orientation);
        const std::vector<Sample> files{
            {"JPEG", PictureFormat::jpeg, with_jpeg_exif(encode_jpeg(stored), orientation)},
            {"JPEG, big-endian", PictureFormat::jpeg, with_jpeg_exif(encode_jpeg(stored), orientation, true)},
            {"PNG", PictureFormat::png, with_png_chunk(encode_png(stored), "eXIf", exif_block(orientation))},
            {"WebP", PictureFormat::webp, with_webp_exif(encode_webp(stored), orientation)},
            {"TIFF", PictureFormat::tiff, encode_tiff(stored, TiffKind::little, orientation)},
        };
        for (const auto& sample : files) {
            SCOPED_TRACE(testing::Message() << sample.name << ", orientation " << orientation);
            const auto picture = decode_picture(sample.file, sample.format, {});
            ASSERT_TRUE(picture) << to_string(picture.error());
            EXPECT_EQ(picture->width_px, width);
            EXPECT_EQ(picture->height_px, height);
            EXPECT_LT(mean_difference(picture->frames.front(), luma(drawing)), 4);
        }
    }
}

// ISO/IEC 23008-12: irot and imir count, and what an EXIF block says of turning does not. Phones write both.
TEST(Decode, HeicIsTurnedOnceByItsProperties)
{
    const auto drawing = scene(12, width, height);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        SCOPED_TRACE(orientation);
        const auto stored = stored_for_orientation(drawing, orientation);
        for (const int by_exif : {0, orientation, 6}) {
            const auto picture =
                decode_file(encode_heif({stored}, HeifKind::plain, {orientation, by_exif}), {});
            ASSERT_TRUE(picture) << to_string(picture.error());
            EXPECT_EQ(picture->width_px, width);
            EXPECT_EQ(picture->height_px, height);
            EXPECT_LT(mean_difference(picture->frames.front(), luma(drawing)), 6);
        }
    }
    const auto only_exif = decode_file(encode_heif({drawing}, HeifKind::plain, {1, 6}), {});
    ASSERT_TRUE(only_exif) << to_string(only_exif.error());
    EXPECT_LT(mean_difference(only_exif->frames.front(), luma(drawing)), 6);
}

TEST(Decode, JpegXlIsTurnedOnceByItsHeader)
{
    const auto drawing = scene(12, width, height);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        SCOPED_TRACE(orientation);
        const auto stored = stored_for_orientation(drawing, orientation);
        const auto picture = decode_file(encode_jxl({stored}, JxlKind::lossless, orientation), {});
        ASSERT_TRUE(picture) << to_string(picture.error());
        EXPECT_EQ(picture->width_px, width);
        EXPECT_EQ(picture->height_px, height);
        EXPECT_LT(mean_difference(picture->frames.front(), luma(drawing)), 4);
    }
}

TEST(Decode, TransparentPartsShowAWhitePage)
{
    auto drawing = flat(0, 64, 64);
    for (std::size_t i = 3; i < drawing.rgba.size(); i += 4)
        drawing.rgba[i] = 0;
    for (const auto& file : {encode_png(drawing), encode_webp(drawing, WebpKind::lossless)}) {
        const auto picture = decode_picture(file, sniff_picture(file).value(), {});
        ASSERT_TRUE(picture);
        EXPECT_EQ(picture->frames.front().levels.front(), Luma::white);
    }
}

TEST(Decode, LargeJpegKeepsAShortSideOf512)
{
    const auto picture =
        decode_picture(encode_jpeg(resized(scene(13, 220, 110), 2200, 1100)), PictureFormat::jpeg, {});
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->width_px, 2200);
    EXPECT_EQ(picture->height_px, 1100);
    EXPECT_EQ(picture->frames.front().height_px, 550);
    EXPECT_EQ(picture->frames.front().width_px, 1100);
}

TEST(Decode, LargeJpeg2000LeavesOutItsFinestLevels)
{
    const auto picture = decode_file(encode_jpeg2000(resized(scene(13, 220, 110), 2200, 1100)), {});
    ASSERT_TRUE(picture) << to_string(picture.error());
    EXPECT_EQ(picture->width_px, 2200);
    EXPECT_EQ(picture->height_px, 1100);
    EXPECT_EQ(picture->frames.front().height_px, 550);
}

} // namespace
} // namespace stillwatch::pictures
