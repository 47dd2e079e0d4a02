#include "features/extract.hpp"
#include "features/plausible.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <random>

// Files that lie, break off or want too much.
namespace stillwatch::features {
namespace {

using namespace pictures::test;

Errc error_of(const Bytes& file, const pictures::PictureLimits& limits = {})
{
    const auto features = extract_features(file, limits);
    EXPECT_FALSE(features);
    return features ? Errc::io : features.error().code;
}

Bytes first_part(const Bytes& file, double share)
{
    return {file.begin(),
            file.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(file.size()) * share)};
}

void put(Bytes& file, std::size_t at, std::initializer_list<unsigned> values)
{
    for (const auto value : values)
        file.at(at++) = static_cast<std::byte>(value);
}

std::vector<Bytes> one_of_each()
{
    const auto drawing = scene(31, 160, 120);
    return {encode_jpeg(drawing),
            encode_jpeg(drawing, JpegKind::progressive),
            encode_png(drawing),
            encode_png(drawing, PngKind::interlaced),
            encode_webp(drawing),
            encode_animated_webp({drawing, scene(32, 160, 120)}),
            encode_gif({drawing}),
            encode_bmp(drawing),
            encode_bmp(drawing, BmpKind::grey_rle_8),
            encode_tiff(drawing),
            encode_avif(drawing),
            encode_heif({drawing}),
            encode_jxl({drawing}),
            encode_jpeg2000(drawing),
            encode_ico({encode_bmp(drawing)}),
            encode_apng({drawing, scene(32, 160, 120)}),
            encode_tiff_pages({drawing, scene(32, 160, 120)}),
            joined({encode_jpeg(drawing), encode_jpeg(scene(32, 160, 120))})};
}

TEST(HostilePictures, SizesInHeadersAreCheckedBeforeDecoding)
{
    const auto drawing = scene(33, 64, 64);
    auto png = encode_png(drawing);
    put(png, 16, {0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50}); // 50 000 x 50 000
    const auto header = png_chunk("IHDR", ByteView(png).subspan(16, 13));
    std::ranges::copy(header, png.begin() + 8);
    EXPECT_EQ(error_of(png), Errc::too_large);
    auto gif = encode_gif({drawing});
    put(gif, 6, {0xFF, 0xFF, 0xFF, 0xFF});
    EXPECT_EQ(error_of(gif), Errc::too_large);
    auto bmp = encode_bmp(drawing);
    put(bmp, 18, {0, 0, 0, 0x40, 0, 0, 0, 0x80}); // 2^30 x -2^31
    EXPECT_EQ(error_of(bmp), Errc::too_large);
    auto jpeg = encode_jpeg(drawing, JpegKind::grey);
    const std::string_view text = as_text(jpeg);
    const auto frame_header = text.find("\xFF\xC0");
    ASSERT_NE(frame_header, std::string_view::npos);
    put(jpeg, frame_header + 5, {0xFF, 0xDC, 0xFF, 0xDC}); // 65 500 x 65 500
    EXPECT_EQ(error_of(jpeg), Errc::too_large);
}

TEST(HostilePictures, PixelBombIsRefusedQuickly)
{
    pictures::PictureLimits limits;
    limits.max_pixels = 10'000;
    for (const auto& file : one_of_each()) {
        const auto features = extract_features(file, limits);
        ASSERT_FALSE(features);
        EXPECT_TRUE(features.error().code == Errc::too_large || features.error().code == Errc::undecodable);
    }
}

TEST(HostilePictures, WorkingMemoryIsBounded)
{
    pictures::PictureLimits limits;
    limits.max_working_bytes = 30'000; // 160 x 120 pixels of two bytes need more
    for (const auto& file : one_of_each())
        EXPECT_EQ(error_of(file, limits), Errc::too_large);
}

// Nothing of the pixels need be there to refuse them; of HEIC the place of its bytes is asked for first.
TEST(HostilePictures, PicturesOfPhonesAreRefusedByTheirHeaders)
{
    const auto drawing = scene(31, 400, 300);
    pictures::PictureLimits few_pixels;
    few_pixels.max_pixels = 100'000;
    pictures::PictureLimits little_memory;
    little_memory.max_working_bytes = 200'000; // less than two bytes a pixel
    pictures::PictureLimits short_sides;
    short_sides.max_side_px = 399;
    auto heif = encode_heif({drawing});
    const auto pixels = as_text(heif).find("mdat") + 4;
    std::fill(heif.begin() + static_cast<std::ptrdiff_t>(pixels), heif.end(), std::byte{0});
    for (const auto& head : {heif, first_part(encode_jxl({drawing}), 0.5),
                             first_part(encode_jxl({drawing}, JxlKind::lossless), 0.5),
                             first_part(encode_jpeg2000(drawing), 0.5)}) {
        EXPECT_EQ(error_of(head, few_pixels), Errc::too_large);
        EXPECT_EQ(error_of(head, little_memory), Errc::too_large);
        EXPECT_EQ(error_of(head, short_sides), Errc::too_large);
    }
}

// Some hundred bytes that unfold to megabytes of even pixels.
TEST(HostilePictures, JxlThatUnfoldsIsRefusedByWhatItWouldTake)
{
    const auto bomb = encode_jxl({flat(200, 800, 800)}, JxlKind::lossless);
    ASSERT_LT(bomb.size(), 4'000U);
    pictures::PictureLimits limits;
    limits.max_working_bytes = 8U << 20U;
    EXPECT_EQ(error_of(bomb, limits), Errc::too_large);
    EXPECT_TRUE(extract_features(bomb));
}

TEST(HostilePictures, TinyPicturesAreNotCompared)
{
    EXPECT_EQ(error_of(encode_png(scene(34, 16, 16))), Errc::invalid_argument);
    EXPECT_EQ(error_of(encode_png(scene(34, 1, 2'000))), Errc::invalid_argument);
}

TEST(HostilePictures, LongStripsAreRead)
{
    const auto tall = resized(scene(35, 32, 500), 32, 20'000);
    for (const auto& file : {encode_jpeg(tall), encode_png(rotated_right(tall))}) {
        const auto features = extract_features(file);
        ASSERT_TRUE(features) << to_string(features.error());
        EXPECT_EQ(std::max(features->width_px, features->height_px), 20'000);
    }
}

// Pictures made to have as much to find as there can be, or nothing.
TEST(HostilePictures, WhatIsFoundInThemStaysWithinBounds)
{
    std::mt19937 random(31);
    Drawing noise(2'000, 2'000); // a million corners
    for (std::size_t i = 0; i < noise.rgba.size(); i += 4)
        std::fill_n(noise.rgba.begin() + static_cast<std::ptrdiff_t>(i), 3,
                    static_cast<std::uint8_t>(random()));
    Drawing board(600, 450); // every pixel is one
    for (int y = 0; y < board.height_px; ++y)
        for (int x = 0; x < board.width_px; ++x)
            std::fill_n(board.at(x, y), 3, static_cast<std::uint8_t>((x + y) % 2 * 255));
    struct Hostile {
        const char* what;
        Bytes file;
    };
    const Hostile all[] = {
        {"strip", encode_png(resized(scene(35, 32, 500), 32, 20'000))},
        {"16 bits", encode_png(scene(36, 320, 240), PngKind::deep)},
        {"noise", encode_png(noise)},
        {"small noise", encode_png(cropped(noise, 0, 0, 500, 400))},
        {"smallest noise", encode_png(cropped(noise, 0, 0, 32, 32))},
        {"black", encode_png(flat(0, 1'000, 800))},
        {"chequerboard", encode_png(board)},
        {"noise in motion", encode_gif({cropped(noise, 0, 0, 200, 200), cropped(noise, 300, 0, 200, 200),
                                        cropped(noise, 600, 0, 200, 200), cropped(noise, 900, 0, 200, 200)})},
    };
    for (const auto& [what, file] : all)
        for (const auto detail : {Detail::coarse, Detail::hashes, Detail::query, Detail::reference}) {
            SCOPED_TRACE(testing::Message() << what << ", detail " << static_cast<int>(detail));
            const auto extracted = extract(file, {}, detail);
            ASSERT_TRUE(extracted) << to_string(extracted.error());
            EXPECT_TRUE(plausible(extracted->features, detail));
            for (const auto& local : extracted->features.local)
                EXPECT_LE(local.features.size(), LocalFeatures::max_features);
            EXPECT_LE(extracted->features.frames.size(), PictureFeatures::max_fingerprints);
            ASSERT_EQ(extracted->decoded.frames.size(),
                      detail < Detail::query ? 0 : extracted->features.local.size());
            for (const auto& frame : extracted->decoded.frames)
                EXPECT_LE(std::max(frame.width_px, frame.height_px), LocalFeatures::max_side_px);
        }
}

TEST(HostilePictures, MoreThanHalfOfACutJpegCounts)
{
    const auto whole = encode_jpeg(scene(36, 320, 240));
    EXPECT_TRUE(extract_features(first_part(whole, 0.9)));
    EXPECT_EQ(error_of(first_part(whole, 0.3)), Errc::undecodable);
    const auto png = encode_png(scene(36, 320, 240));
    EXPECT_TRUE(extract_features(first_part(png, 0.9)));
    EXPECT_EQ(error_of(first_part(png, 0.3)), Errc::undecodable);
}

TEST(HostilePictures, CutProgressiveJpegKeepsTheWholePicture)
{
    const auto whole = encode_jpeg(scene(37, 320, 240), JpegKind::progressive);
    const auto features = extract_features(whole);
    const auto cut = extract_features(first_part(whole, 0.6));
    ASSERT_TRUE(features && cut);
    EXPECT_LE(hamming(features->frames[0].fingerprints[0], cut->frames[0].fingerprints[0]), 31);
}

TEST(HostilePictures, EveryPrefixEndsInAnAnswer)
{
    for (const auto& file : one_of_each())
        for (std::size_t size = 0; size < file.size(); size += std::max<std::size_t>(1, file.size() / 40)) {
            const auto features = extract_features(ByteView(file).first(size));
            EXPECT_TRUE(!features || !features->frames.empty());
        }
}

TEST(HostilePictures, FlippedBytesEndInAnAnswer)
{
    for (const auto& file : one_of_each())
        for (std::size_t i = 0; i < 60; ++i) {
            auto broken = file;
            broken[i * 7919 % std::min<std::size_t>(broken.size(), 400)] ^=
                static_cast<std::byte>(1U << (i % 8));
            const auto features = extract_features(broken);
            EXPECT_TRUE(!features || plausible(*features, Detail::query));
        }
}

TEST(HostilePictures, GifOfManyFramesIsBounded)
{
    const auto frame = encode_gif({scene(38, 64, 64)});
    const auto next = encode_gif({scene(38, 64, 64), flat(10, 64, 64)});
    const auto one = ByteView(next).subspan(frame.size() - 1, next.size() - frame.size());
    Bytes file(frame.begin(), frame.end() - 1);
    for (int i = 0; i < 20'000; ++i)
        file.insert(file.end(), one.begin(), one.end());
    file.push_back(std::byte{0x3B});
    const auto features = extract_features(file);
    ASSERT_TRUE(features) << to_string(features.error());
    EXPECT_EQ(features->frames.size(), 1U) << "flat frames, all alike, show nothing";
}

// The restricted worker may write to its answer pipe only: one printed line would end it.
TEST(HostilePictures, NothingIsPrintedAboutBrokenFiles)
{
    testing::internal::CaptureStderr();
    for (const auto& file : one_of_each())
        for (std::size_t i = 1; i < 40; ++i) {
            auto broken = file;
            broken[broken.size() - 1 - i * broken.size() / 42] ^= std::byte{0xFF};
            (void)extract_features(broken);
        }
    auto avif = encode_avif(scene(39, 64, 64));
    put(avif, as_text(avif).find("mdat") + 4, {0xFF, 0xFF, 0xFF}); // not a unit of AV1
    EXPECT_EQ(error_of(avif), Errc::undecodable);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(HostilePictures, OtherBytesAreNoPicture)
{
    EXPECT_EQ(error_of({}), Errc::undecodable);
    EXPECT_EQ(error_of(to_bytes("<!DOCTYPE html><title>no picture</title>")), Errc::undecodable);
    EXPECT_EQ(error_of(to_bytes("\xFF\xD8\xFF")), Errc::undecodable);
}

} // namespace
} // namespace stillwatch::features
