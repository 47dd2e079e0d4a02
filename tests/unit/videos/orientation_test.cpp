#include "videos/orientation.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace stillwatch::videos {
namespace {

constexpr std::int32_t one = 1 << 16;

Turn turn(std::int32_t a, std::int32_t b, std::int32_t c, std::int32_t d)
{
    const std::array<std::int32_t, 9> matrix{a, b, 0, c, d, 0, 0, 0, 1 << 30};
    return turn_of_matrix(matrix);
}

// A letter a pixel, rows parted by a stroke.
std::string turned(std::string_view letters, Size size, const Turn& how)
{
    Bytes rgb;
    for (const char letter : letters)
        rgb.insert(rgb.end(), 3, static_cast<std::byte>(letter));
    Bytes out(rgb.size());
    turn_pixels(rgb, size, how, out);
    std::string told;
    const int columns = how.exchanges ? size.height_px : size.width_px;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (i > 0 && i % static_cast<std::size_t>(columns) == 0) told += '|';
        told += static_cast<char>(out[3 * i]);
    }
    return told;
}

TEST(Orientation, OfADisplayMatrixIsHowTheFrameIsShown)
{
    const Size size{3, 2}; // abc|def
    EXPECT_EQ(turned("abcdef", size, turn(one, 0, 0, one)), "abc|def");
    EXPECT_EQ(turned("abcdef", size, turn(0, one, -one, 0)), "da|eb|fc") << "a quarter clockwise";
    EXPECT_EQ(turned("abcdef", size, turn(-one, 0, 0, -one)), "fed|cba");
    EXPECT_EQ(turned("abcdef", size, turn(0, -one, one, 0)), "cf|be|ad") << "a quarter anti-clockwise";
    EXPECT_EQ(turned("abcdef", size, turn(-one, 0, 0, one)), "cba|fed") << "left to right";
    EXPECT_EQ(turned("abcdef", size, turn(one, 0, 0, -one)), "def|abc") << "upside down";
    EXPECT_EQ(turned("abcdef", size, turn(0, one, one, 0)), "ad|be|cf");
}

TEST(Orientation, AMatrixThatIsNoneTurnsNothing)
{
    EXPECT_EQ(turn(0, 0, 0, 0), Turn{});
}

TEST(ShownSize, HasSquarePixelsAndFits)
{
    EXPECT_EQ(shown_size({1920, 1080}, 1, 1, 1280), (Size{1280, 720}));
    EXPECT_EQ(shown_size({640, 360}, 0, 1, 1280), (Size{640, 360}));
    EXPECT_EQ(shown_size({720, 576}, 16, 15, 1280), (Size{768, 576}));
    EXPECT_EQ(shown_size({720, 480}, 8, 9, 1280), (Size{720, 540}));
    EXPECT_EQ(shown_size({1080, 1920}, 1, 1, 1280), (Size{720, 1280}));
    EXPECT_EQ(shown_size({3'000, 1}, 1, 1, 1280), (Size{1280, 1}));
    EXPECT_EQ(shown_size({640, 360}, 1, 2'000'000, 1280), (Size{640, 360})) << "no aspect of any picture";
}

} // namespace
} // namespace stillwatch::videos
