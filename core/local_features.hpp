#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace stillwatch {

// A binary descriptor of the surroundings of a point (features/descriptor.hpp). words[2] and words[3] hold
// the mirror image's words[0] and words[1], so mirroring a picture swaps the halves.
struct Descriptor {
    std::array<std::uint64_t, 4> words{};

    friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

// Bits in which two descriptors differ, 0..256.
inline int hamming(const Descriptor& a, const Descriptor& b) noexcept
{
    int bits = 0;
    for (std::size_t i = 0; i < 4; ++i)
        bits += std::popcount(a.words[i] ^ b.words[i]);
    return bits;
}

// The descriptor of the same point in the mirrored picture.
inline Descriptor mirrored(const Descriptor& descriptor) noexcept
{
    const auto& words = descriptor.words;
    return {{words[2], words[3], words[0], words[1]}};
}

// A point of a picture's working frame that is found again in altered copies.
struct LocalFeature {
    static constexpr int units_per_px = 64;
    static constexpr int angles = 256; // a whole turn

    Descriptor descriptor;
    std::uint16_t x = 0; // in 1/64 px of the working frame; the middle of the first pixel is at 32
    std::uint16_t y = 0;
    std::uint8_t level = 0; // of the scale pyramid; each is 1.2 times coarser
    std::uint8_t angle = 0; // of the surroundings, in 1/256 of a turn, from x towards y

    float x_px() const noexcept { return static_cast<float>(x) / units_per_px; }
    float y_px() const noexcept { return static_cast<float>(y) / units_per_px; }

    friend bool operator==(const LocalFeature&, const LocalFeature&) = default;
};

// What is local in one frame of a picture. The working frame is the frame scaled to a size fit for features
// (features/working_frame.hpp), at most max_side_px; its size is told also where no features were asked for.
struct LocalFeatures {
    static constexpr int max_side_px = 1'000; // 64 units a pixel fit into 16 bits
    static constexpr std::size_t max_features = 1'200;

    int width_px = 0;
    int height_px = 0;
    std::vector<LocalFeature> features;

    friend bool operator==(const LocalFeatures&, const LocalFeatures&) = default;
};

} // namespace stillwatch
