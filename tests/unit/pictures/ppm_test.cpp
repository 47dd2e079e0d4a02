#include "encoders.hpp"
#include "pictures/decode.hpp"
#include "pictures/sniff.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::pictures {
namespace {

using namespace test;

// A file of one colour with the given header.
Bytes file(std::string_view header, std::size_t pixels)
{
    auto bytes = to_bytes(header);
    bytes.resize(bytes.size() + 3 * pixels, std::byte(100));
    return bytes;
}

Errc refusal(ByteView bytes)
{
    const auto picture = decode_picture(bytes, PictureFormat::ppm, {});
    return picture ? Errc::cancelled : picture.error().code;
}

TEST(Ppm, IsReadWithEveryLevel)
{
    const auto drawing = scene(3, 64, 40);
    const auto picture = decode_file(encode_ppm(drawing), {}).value();
    EXPECT_EQ(picture.format, PictureFormat::ppm);
    EXPECT_EQ(picture.frames.front(), luma(drawing));
}

TEST(Ppm, IsReadAsStrictlyAsItIsWritten)
{
    EXPECT_TRUE(decode_file(file("P6 64 64 255 ", 64 * 64), {}));
    EXPECT_EQ(refusal(file("P6\n64 64\n255\n", 64 * 64 - 1)), Errc::undecodable) << "cut";
    EXPECT_EQ(refusal(file("P6\n64 64\n255\n", 64 * 64 + 1)), Errc::undecodable) << "something behind it";
    EXPECT_EQ(refusal(file("P6\n64 64\n65535\n", 2 * 64 * 64)), Errc::undecodable) << "16 bits";
    EXPECT_EQ(refusal(file("P6\n# a comment\n64 64\n255\n", 64 * 64)), Errc::undecodable);
    EXPECT_EQ(refusal(file("P6\n-64 64\n255\n", 64 * 64)), Errc::undecodable);
    EXPECT_EQ(refusal(file("P6\n64\t64\n255\n", 64 * 64)), Errc::undecodable);
    EXPECT_EQ(refusal(to_bytes("P6\n64 64\n255")), Errc::undecodable);
}

TEST(Ppm, ItsSizeIsBoundedBeforeItsPixels)
{
    EXPECT_EQ(refusal(file("P6\n16 64\n255\n", 16 * 64)), Errc::invalid_argument);
    EXPECT_EQ(refusal(file("P6\n32000 32000\n255\n", 4)), Errc::too_large);
    EXPECT_EQ(refusal(file("P6\n99999999999 64\n255\n", 4)), Errc::undecodable);
    EXPECT_EQ(refusal(file("P6\n2147483647 2147483647\n255\n", 4)), Errc::too_large);
}

TEST(Ppm, OtherFilesThatBeginSoAreNone)
{
    EXPECT_FALSE(sniff_picture(as_bytes("P6 is a processor of 1995")));
    EXPECT_FALSE(sniff_picture(as_bytes("P5\n64 64\n255\n....")));
    EXPECT_FALSE(sniff_picture(as_bytes("P6")));
}

} // namespace
} // namespace stillwatch::pictures
