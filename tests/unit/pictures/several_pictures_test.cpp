#include "pictures/decode.hpp"

#include "encoders.hpp"
#include "pictures/frame_chooser.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

namespace stillwatch::pictures {
namespace {

using namespace test;

constexpr int width = 96;
constexpr int height = 64;

double difference(const Luma& a, const Luma& b)
{
    if (a.width_px != b.width_px || a.height_px != b.height_px) return 1e9;
    double sum = 0;
    for (std::size_t i = 0; i < a.levels.size(); ++i)
        sum += std::abs(int{a.levels[i]} - int{b.levels[i]});
    return sum / 256.0 / static_cast<double>(a.levels.size());
}

bool shows(const Result<Picture>& picture, const Drawing& drawing)
{
    if (!picture) return false;
    for (const auto& frame : picture->frames)
        if (difference(frame, luma(drawing)) < 7) return true;
    return false;
}

std::vector<Drawing> scenes(unsigned count)
{
    std::vector<Drawing> drawings;
    for (unsigned i = 0; i < count; ++i)
        drawings.push_back(scene(20 + i, width, height));
    return drawings;
}

TEST(SeveralPictures, EachOfAFewFramesIsLookedAt)
{
    const auto frames = scenes(6);
    for (const auto& file :
         {encode_gif(frames), encode_animated_webp(frames), encode_apng(frames), encode_apng(frames, false),
          encode_jxl(frames), encode_tiff_pages(frames), encode_heif(frames)}) {
        const auto picture = decode_file(file, {});
        ASSERT_TRUE(picture) << to_string(picture.error());
        EXPECT_EQ(picture->frames.size(), frames.size()) << name_of(picture->format);
        for (const auto& frame : frames)
            EXPECT_TRUE(shows(picture, frame)) << name_of(picture->format);
        EXPECT_LT(difference(picture->frames.front(), luma(frames.front())), 7) << name_of(picture->format);
    }
}

// One scene twice, another once, the first again: two pictures, and when each is seen.
TEST(SeveralPictures, OfAnAnimationItIsToldWhenItsFramesAreSeen)
{
    const auto scene_of = scenes(2);
    const std::vector<Drawing> frames{scene_of[0], scene_of[0], scene_of[1], scene_of[0]};
    for (const auto& file : {encode_gif(frames), encode_animated_webp(frames), encode_apng(frames),
                             encode_apng(frames, true), encode_animated_avif(frames), encode_jxl(frames)}) {
        const auto picture = decode_file(file, {});
        ASSERT_TRUE(picture) << to_string(picture.error());
        ASSERT_EQ(picture->frames.size(), 2U) << name_of(picture->format);
        EXPECT_EQ(picture->times, (FrameTimes{400, {{0, 200}, {200, 300}}})) << name_of(picture->format);
    }
    for (const auto& file :
         {encode_gif({scene_of[0]}), encode_png(scene_of[0]), encode_webp(scene_of[0]),
          encode_avif(scene_of[0]), encode_jxl({scene_of[0]}), encode_tiff_pages(frames)}) {
        const auto picture = decode_file(file, {});
        ASSERT_TRUE(picture) << to_string(picture.error());
        EXPECT_EQ(picture->times, FrameTimes{}) << name_of(picture->format) << " does not move";
    }
}

TEST(SeveralPictures, FramesOfNoLengthAreShownForATenthOfASecondAndNoneForEver)
{
    FrameChooser chooser(std::size_t{1} << 30U);
    const auto drawings = scenes(3);
    chooser.show_for(0);
    chooser.offer(luma(drawings[0]));
    chooser.show_for(-5);
    chooser.offer(luma(drawings[1]));
    chooser.show_for(std::numeric_limits<std::int64_t>::max());
    chooser.offer(luma(drawings[2]));
    const auto times = chooser.times();
    EXPECT_EQ(times.frames, (std::vector<FrameTime>{{0, 100}, {100, 200}, {200, FrameTimes::longest_ms}}));
    EXPECT_EQ(times.duration_ms, FrameTimes::longest_ms);
}

TEST(SeveralPictures, WhatIsLookedAtInPartSaysSo)
{
    const auto few = scenes(6);
    const auto many = scenes(PictureFeatures::max_frames + 8);
    for (const auto encode : {+[](const std::vector<Drawing>& all) { return encode_gif(all); },
                              +[](const std::vector<Drawing>& all) { return encode_animated_webp(all); },
                              +[](const std::vector<Drawing>& all) { return encode_apng(all); },
                              +[](const std::vector<Drawing>& all) { return encode_jxl(all); },
                              +[](const std::vector<Drawing>& all) { return encode_tiff_pages(all); },
                              +[](const std::vector<Drawing>& all) { return encode_heif(all); }}) {
        const auto whole = decode_file(encode(few), {});
        ASSERT_TRUE(whole) << to_string(whole.error());
        EXPECT_FALSE(whole->is_in_part) << name_of(whole->format);
        const auto part = decode_file(encode(many), {});
        ASSERT_TRUE(part) << to_string(part.error());
        EXPECT_TRUE(part->is_in_part) << name_of(part->format);
    }
}

TEST(SeveralPictures, JpegFilesOneBehindTheOtherAreAllLookedAt)
{
    const auto drawings = scenes(3);
    std::vector<Bytes> files;
    for (const auto& drawing : drawings)
        files.push_back(encode_jpeg(drawing));
    for (const auto& file :
         {joined(files), joined({files[0], to_bytes("padding of a maker"), files[1], files[2]})})
        for (const auto& drawing : drawings)
            EXPECT_TRUE(shows(decode_file(file, {}), drawing));
}

TEST(SeveralPictures, EachJpegFileIsTurnedByItself)
{
    const auto first = scene(3, width, height);
    const auto second = scene(4, width, height);
    const auto turned = with_jpeg_exif(encode_jpeg(stored_for_orientation(second, 6)), 6);
    const auto picture = decode_file(joined({encode_jpeg(first), turned}), {});
    EXPECT_TRUE(shows(picture, first));
    EXPECT_TRUE(shows(picture, second));
}

TEST(SeveralPictures, WhatComesLateInALongAnimationIsLookedAt)
{
    auto frames = std::vector<Drawing>(150, scene(1, width, height));
    for (std::size_t i = 0; i < frames.size(); ++i) // the same scene, a little brighter each time
        frames[i] = brightened(frames[i], 1, static_cast<int>(i / 10));
    frames[140] = scene(2, width, height);
    for (const auto& file : {encode_gif(frames), encode_animated_webp(frames), encode_apng(frames)})
        EXPECT_TRUE(shows(decode_file(file, {}), frames[140]));
}

TEST(SeveralPictures, AShowOfManyKeepsThoseThatDifferMost)
{
    const auto picture = decode_file(encode_gif(scenes(40)), {});
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->frames.size(), PictureFeatures::max_frames);
}

TEST(SeveralPictures, FramesThatShowNothingNewAreLeftOut)
{
    const auto drawing = scene(5, width, height);
    const auto picture = decode_file(encode_gif({drawing, drawing, flat(0, width, height), drawing}), {});
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->frames.size(), 1U);
}

TEST(SeveralPictures, AThumbnailIsNotTakenForThePicture)
{
    const auto drawing = scene(6, 320, 240);
    const auto picture = decode_file(encode_heif({drawing}, HeifKind::with_thumbnail), {});
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->width_px, 320);
    EXPECT_EQ(picture->frames.size(), 1U);
}

TEST(SeveralPictures, AnAnimationWhoseLaterFramesAreBrokenShowsTheFirst)
{
    const auto frames = scenes(3);
    auto file = encode_apng(frames);
    const auto at = as_text(file).find("fdAT");
    for (std::size_t i = 8; i < 60; ++i)
        file[at + i] = std::byte{0xFF};
    EXPECT_TRUE(shows(decode_file(file, {}), frames[0]));
}

TEST(FrameChooser, KeepsNoMoreThanThereIsMemoryFor)
{
    const auto drawings = scenes(5);
    const auto bytes = 2 * luma(drawings[0]).levels.size();
    FrameChooser chooser(2 * bytes);
    for (const auto& drawing : drawings)
        chooser.offer(luma(drawing));
    EXPECT_EQ(std::move(chooser).take().size(), 2U);
}

TEST(FrameBudget, AlwaysHasRoomForTheFirstFrameAndEndsOnce)
{
    FrameBudget budget;
    EXPECT_TRUE(budget.allows(std::size_t{1} << 40U));
    EXPECT_FALSE(budget.allows(1));
    FrameBudget many;
    int frames = 0;
    while (many.allows(1))
        ++frames;
    EXPECT_EQ(frames, 4'000);
}

} // namespace
} // namespace stillwatch::pictures
