#pragma once

#include "pictures/frame_chooser.hpp"
#include "pictures/picture.hpp"

#include <cstdint>
#include <vector>

namespace stillwatch::pictures {

// A frame while its rows come. A page may be white or black behind it, and a picture can be made to show one
// thing on the one and another on the other: where it is not opaque, both are looked at.
class Layers {
public:
    // Memory a pixel: the luma; with transparency how opaque each is, and the second luma.
    static constexpr std::size_t opaque_bytes = 2;
    static constexpr std::size_t bytes = 5;

    enum class Alpha : std::uint8_t { kept, ignored };
    // `ignored`: only on white, for pictures so large that there is no memory for more.
    Layers(int width_px, int height_px, std::uint16_t level = Luma::white, Alpha alpha = Alpha::kept)
        : on_white_(width_px, height_px, level), keeps_alpha_(alpha == Alpha::kept)
    {
    }

    // Rows of 8-bit RGBA, as they are stored or with alpha multiplied into them.
    void straight_row(int y, const std::uint8_t* rgba);
    void premultiplied_row(int y, const std::uint8_t* rgba);
    // A row of luma over white with its alpha.
    void blended_row(int y, const std::uint16_t* on_white, const std::uint8_t* alpha);

    int width_px() const noexcept { return on_white_.width_px; }
    int height_px() const noexcept { return on_white_.height_px; }
    // On white first.
    void offer_to(FrameChooser& chooser) &&;
    std::vector<Luma> frames() &&;

private:
    void keep_alpha(int y, const std::uint8_t* first, int step);

    Luma on_white_;
    bool keeps_alpha_;
    std::vector<std::uint8_t> alpha_; // empty while everything is opaque
};

// Layers as large as `limits` has memory for, where decoding takes `other_bytes` a pixel beside.
Layers layers_within(int width_px, int height_px, std::size_t other_bytes, const PictureLimits& limits,
                     std::uint16_t level = Luma::white);

} // namespace stillwatch::pictures
