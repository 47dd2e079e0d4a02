#include "pictures/hevc_size.hpp"

#include "core/binary.hpp"
#include "encoders.hpp"
#include "pictures/decode.hpp"

#include <gtest/gtest.h>

namespace stillwatch::pictures {
namespace {

using namespace test;

// The unit of a file that tells the size: behind its length of two bytes in the box of the decoder's
// settings.
std::size_t parameters_in(const Bytes& file)
{
    for (std::size_t at = 2; at + 3 < file.size(); ++at) {
        const std::size_t length = big_16(file, at - 2);
        if (byte_at(file, at) == 0x42 && byte_at(file, at + 1) == 1 && length > 16 &&
            at + length < file.size())
            return at;
    }
    return 0;
}

TEST(HevcSize, IsReadFromTheParametersOfTheSequence)
{
    const auto file = encode_heif({scene(3, 320, 192)});
    const auto at = parameters_in(file);
    ASSERT_GT(at, 0U);
    const auto size = hevc_size(ByteView(file).subspan(at, big_16(file, at - 2)));
    ASSERT_TRUE(size);
    EXPECT_EQ(size->width_px, 320U);
    EXPECT_EQ(size->height_px, 192U);
}

TEST(HevcSize, IsNothingOfOtherUnitsAndBrokenOnes)
{
    const auto file = encode_heif({scene(3, 320, 192)});
    const auto at = parameters_in(file);
    auto unit = Bytes(file.begin() + static_cast<std::ptrdiff_t>(at),
                      file.begin() + static_cast<std::ptrdiff_t>(at + 18));
    EXPECT_FALSE(hevc_size(ByteView(unit).first(8)));
    unit[0] = std::byte{0x44};
    EXPECT_FALSE(hevc_size(unit));
    EXPECT_FALSE(hevc_size({}));
}

// The file says 64 x 64, what is coded is far larger: memory is taken for that.
TEST(Heif, ACodedPictureLargerThanItsFileSaysIsRefused)
{
    PictureLimits limits;
    limits.max_pixels = 100'000;
    auto file = encode_heif({scene(3, 640, 480)});
    const auto at = as_text(file).find("ispe");
    ASSERT_NE(at, std::string_view::npos);
    for (const std::size_t side : {at + 8, at + 12}) {
        file[side + 2] = std::byte{0};
        file[side + 3] = std::byte{64};
    }
    const auto picture = decode_heif(file, limits);
    ASSERT_FALSE(picture);
    EXPECT_EQ(picture.error().code, Errc::too_large) << picture.error().detail;
}

} // namespace
} // namespace stillwatch::pictures
