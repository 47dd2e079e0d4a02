#pragma once

#include "core/fingerprint.hpp"
#include "core/frame_times.hpp"
#include "core/result.hpp"
#include "pictures/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace stillwatch::pictures {

// Grey in 1/256 of a level (0 black, 255 * 256 white), height_px rows of width_px, row-major without padding.
// The fractions matter: on pictures with large even parts, rounding to whole levels turned up to 8 bits of
// the fingerprint against PDQ's own program.
struct Luma {
    static constexpr std::uint16_t white = 255U * 256U;

    int width_px = 0;
    int height_px = 0;
    std::vector<std::uint16_t> levels;

    Luma() = default;
    Luma(int width, int height, std::uint16_t level = white)
        : width_px(width), height_px(height),
          levels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), level)
    {
    }
    std::uint16_t* row(int y) noexcept { return levels.data() + offset(y); }
    const std::uint16_t* row(int y) const noexcept { return levels.data() + offset(y); }

    friend bool operator==(const Luma&, const Luma&) = default;

private:
    std::size_t offset(int y) const noexcept
    {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_px);
    }
};

// A decoded picture: what every later stage works on. width_px and height_px are the full size of the first
// frame; the frames may be smaller in proportion (a large JPEG is decoded at a fraction, its short side
// staying at least 512). Further frames are what else the file shows (pictures/frame_chooser.hpp), which may
// have another size.
struct Picture {
    PictureFormat format = PictureFormat::jpeg;
    int width_px = 0;
    int height_px = 0;
    std::vector<Luma> frames; // 1..PictureFeatures::max_frames
    FrameTimes times{};       // of an animation: one a frame; else none
    bool is_in_part = false;  // a bound on frames or pixels left some of what it shows out
    bool is_coarse = false;   // reduced, or not read to its end, because no more was asked for
};

// BT.601 luma, the one of JPEG and of PDQ, in 1/256 levels: 0.299 R + 0.587 G + 0.114 B of values 0..255.
constexpr std::uint16_t luma_of(unsigned red, unsigned green, unsigned blue) noexcept
{
    return static_cast<std::uint16_t>((19'595U * red + 38'470U * green + 7'471U * blue + 128U) >> 8U);
}

// A luma over a white page, as a browser shows it. Alpha 0..255.
constexpr std::uint16_t over_white(unsigned luma, unsigned alpha) noexcept
{
    return static_cast<std::uint16_t>((luma * alpha + Luma::white * (255U - alpha) + 127U) / 255U);
}

// The same for a luma that alpha has been multiplied into already.
constexpr std::uint16_t premultiplied_over_white(unsigned luma, unsigned alpha) noexcept
{
    const unsigned level = luma + 256U * (255U - alpha);
    return static_cast<std::uint16_t>(level < Luma::white ? level : Luma::white);
}

// Rows of 8-bit RGBA, not premultiplied, to luma over white.
void rgba_row_to_luma(const std::uint8_t* rgba, std::uint16_t* luma, int width_px) noexcept;
// The same for premultiplied RGBA.
void premultiplied_row_to_luma(const std::uint8_t* rgba, std::uint16_t* luma, int width_px) noexcept;

// Checks a size read from a header. working_bytes_per_pixel is what decoding takes beside the file.
// Errors: invalid_argument (too small), too_large.
Result<void> check_size(std::int64_t width_px, std::int64_t height_px, std::size_t working_bytes_per_pixel,
                        const PictureLimits& limits);

} // namespace stillwatch::pictures
