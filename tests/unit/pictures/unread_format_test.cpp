#include "pictures/unread_format.hpp"

#include "encoders.hpp"
#include "features/extract.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::pictures {
namespace {

using namespace std::string_view_literals;
using namespace test;
using testing::HasSubstr;

std::string told(std::string_view file)
{
    return features::extract(as_bytes(file), {}, Detail::reference).error().detail;
}

TEST(UnreadFormat, IsNamedWithWhatToDo)
{
    EXPECT_THAT(told("%PDF-1.7 rest"sv), HasSubstr("PDF"));
    EXPECT_THAT(told("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>"sv),
                HasSubstr("SVG"));
    EXPECT_THAT(told("  <svg/>"sv), HasSubstr("SVG"));
    EXPECT_THAT(told("\0\0\0\x18"
                     "ftypmp42\0\0\0\0isommp42"sv),
                HasSubstr("video is not read: save single frames"));
    EXPECT_THAT(told("\x1A\x45\xDF\xA3 rest"sv), HasSubstr("WebM"));
    EXPECT_THAT(told("RIFF\0\0\0\0AVI LIST"sv), HasSubstr("AVI"));
    EXPECT_THAT(told("<!DOCTYPE HTML><title>404</title>"sv), HasSubstr("web page"));
    EXPECT_THAT(told(""sv), HasSubstr("empty"));
}

TEST(UnreadFormat, OfSomethingElseListsWhatIsRead)
{
    EXPECT_THAT(told("a letter"sv),
                HasSubstr("JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC, JPEG XL, JPEG 2000, ICO"));
}

TEST(UnreadFormat, OfABrokenPictureThatIsReadIsTheDecodersOwnWord)
{
    EXPECT_THAT(told("\xFF\xD8\xFF\xE0 rest"sv), HasSubstr("JPEG"));
    EXPECT_THAT(told("\0\0\0\x1C"
                     "ftypavif\0\0\0\0mif1avifmiaf"sv),
                HasSubstr("AVIF"));
}

TEST(PixelLimit, IsSaidWithItsKey)
{
    PictureLimits limits;
    limits.max_pixels = 1000;
    const Drawing drawing(64, 64);
    const auto refused = features::extract(encode_png(drawing), limits, Detail::hashes);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail,
                HasSubstr("64x64 pixels is over the limit of 1000 (workers.max_pixels)"));
}

} // namespace
} // namespace stillwatch::pictures
