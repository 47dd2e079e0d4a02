#include "pictures/layers.hpp"

#include <algorithm>
#include <limits>

namespace stillwatch::pictures {

namespace {

constexpr std::uint8_t opaque = 255;

} // namespace

void Layers::keep_alpha(int y, const std::uint8_t* first, int step)
{
    if (!keeps_alpha_) return;
    const auto width = static_cast<std::size_t>(on_white_.width_px);
    if (alpha_.empty()) {
        unsigned all = opaque;
        for (std::size_t x = 0; x < width; ++x)
            all &= first[x * static_cast<std::size_t>(step)];
        if (all == opaque) return;
        alpha_.assign(on_white_.levels.size(), opaque);
    }
    auto* row = alpha_.data() + static_cast<std::size_t>(y) * width;
    for (std::size_t x = 0; x < width; ++x)
        row[x] = first[x * static_cast<std::size_t>(step)];
}

void Layers::straight_row(int y, const std::uint8_t* rgba)
{
    rgba_row_to_luma(rgba, on_white_.row(y), on_white_.width_px);
    keep_alpha(y, rgba + 3, 4);
}

void Layers::premultiplied_row(int y, const std::uint8_t* rgba)
{
    premultiplied_row_to_luma(rgba, on_white_.row(y), on_white_.width_px);
    keep_alpha(y, rgba + 3, 4);
}

void Layers::blended_row(int y, const std::uint16_t* on_white, const std::uint8_t* alpha)
{
    std::copy_n(on_white, on_white_.width_px, on_white_.row(y));
    keep_alpha(y, alpha, 1);
}

void Layers::offer_to(FrameChooser& chooser) &&
{
    if (alpha_.empty()) return chooser.offer(std::move(on_white_));
    chooser.offer(static_cast<const Luma&>(on_white_));
    // What white adds to a pixel is taken away again.
    for (std::size_t i = 0; i < alpha_.size(); ++i) {
        const unsigned level = on_white_.levels[i];
        const unsigned added = 256U * (opaque - alpha_[i]);
        on_white_.levels[i] = static_cast<std::uint16_t>(level > added ? level - added : 0);
    }
    chooser.offer(std::move(on_white_));
}

std::vector<Luma> Layers::frames() &&
{
    FrameChooser chooser(std::numeric_limits<std::size_t>::max());
    std::move(*this).offer_to(chooser);
    return std::move(chooser).take();
}

Layers layers_within(int width_px, int height_px, std::size_t other_bytes, const PictureLimits& limits,
                     std::uint16_t level)
{
    const bool fits = check_size(width_px, height_px, other_bytes + Layers::bytes, limits).has_value();
    return {width_px, height_px, level, fits ? Layers::Alpha::kept : Layers::Alpha::ignored};
}

} // namespace stillwatch::pictures
