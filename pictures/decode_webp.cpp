#include "pictures/decode.hpp"
#include "pictures/frame_chooser.hpp"
#include "pictures/layers.hpp"

#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <array>
#include <memory>

namespace stillwatch::pictures {

namespace {

// What libwebp takes at most a pixel: lossless stills hold ARGB and give RGBA; animations hold three
// canvases.
constexpr std::size_t still_bytes_per_pixel = 10;
constexpr std::size_t animation_bytes_per_pixel = 14;

const std::uint8_t* octets(ByteView file) noexcept
{
    return reinterpret_cast<const std::uint8_t*>(file.data());
}

struct FreeWebp {
    void operator()(std::uint8_t* pixels) const noexcept { WebPFree(pixels); }
};
using WebpPixels = std::unique_ptr<std::uint8_t, FreeWebp>;

struct DeleteAnimation {
    void operator()(WebPAnimDecoder* decoder) const noexcept { WebPAnimDecoderDelete(decoder); }
};

// Lossy WebP stores luma in 16..235 (BT.601); full range is what the other formats give.
constexpr std::array<std::uint16_t, 256> full_range = [] {
    std::array<std::uint16_t, 256> levels{};
    for (int stored = 0; stored < 256; ++stored)
        levels[static_cast<std::size_t>(stored)] =
            static_cast<std::uint16_t>(std::clamp(stored - 16, 0, 219) * Luma::white / 219);
    return levels;
}();

Result<Luma> decode_luma_plane(ByteView file)
{
    int width = 0, height = 0, stride = 0, chroma_stride = 0;
    std::uint8_t *u = nullptr, *v = nullptr;
    const WebpPixels plane(
        WebPDecodeYUV(octets(file), file.size(), &width, &height, &u, &v, &stride, &chroma_stride));
    if (!plane) return Error{Errc::undecodable, "WebP: broken or cut"};
    Luma luma(width, height);
    for (int y = 0; y < height; ++y)
        std::transform(plane.get() + std::ptrdiff_t{y} * stride,
                       plane.get() + std::ptrdiff_t{y} * stride + width, luma.row(y),
                       [](std::uint8_t stored) { return full_range[stored]; });
    return luma;
}

Result<Layers> decode_rgba(ByteView file, const PictureLimits& limits)
{
    int width = 0, height = 0;
    const WebpPixels pixels(WebPDecodeRGBA(octets(file), file.size(), &width, &height));
    if (!pixels) return Error{Errc::undecodable, "WebP: broken or cut"};
    auto layers = layers_within(width, height, still_bytes_per_pixel - Layers::opaque_bytes, limits);
    for (int y = 0; y < height; ++y)
        layers.straight_row(y, pixels.get() + std::ptrdiff_t{4} * y * width);
    return layers;
}

Result<std::vector<Luma>> decode_animation(ByteView file, const PictureLimits& limits, Picture& picture)
{
    WebPAnimDecoderOptions options;
    WebPAnimInfo info;
    if (WebPAnimDecoderOptionsInit(&options) == 0) return Error{Errc::undecodable, "WebP library mismatch"};
    options.color_mode = MODE_rgbA;
    options.use_threads = 0;
    const WebPData data{octets(file), file.size()};
    const std::unique_ptr<WebPAnimDecoder, DeleteAnimation> decoder(WebPAnimDecoderNew(&data, &options));
    if (!decoder || WebPAnimDecoderGetInfo(decoder.get(), &info) == 0)
        return Error{Errc::undecodable, "WebP: broken animation"};

    const int width = static_cast<int>(info.canvas_width);
    const int height = static_cast<int>(info.canvas_height);
    FrameChooser chooser(limits.max_working_bytes / 4);
    FrameBudget budget;
    int shown_until_ms = 0; // the library tells when a frame ends
    for (std::uint32_t index = 0; index < info.frame_count; ++index) {
        if (!budget.allows(std::size_t{info.canvas_width} * info.canvas_height)) break;
        std::uint8_t* canvas = nullptr;
        int timestamp = 0;
        if (WebPAnimDecoderGetNext(decoder.get(), &canvas, &timestamp) == 0) break; // what came is shown
        chooser.show_for(timestamp - shown_until_ms);
        shown_until_ms = timestamp;
        Layers layers(width, height);
        for (int y = 0; y < height; ++y)
            layers.premultiplied_row(y, canvas + std::ptrdiff_t{4} * y * width);
        std::move(layers).offer_to(chooser);
    }
    if (chooser.is_empty()) return Error{Errc::undecodable, "WebP: broken animation"};
    picture.is_in_part = budget.is_spent() || chooser.has_left_out();
    picture.times = chooser.times();
    return std::move(chooser).take();
}

} // namespace

Result<Picture> decode_webp(ByteView file, const PictureLimits& limits)
{
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(octets(file), file.size(), &features) != VP8_STATUS_OK)
        return Error{Errc::undecodable, "WebP: broken header"};
    const bool animated = features.has_animation != 0;
    const auto bytes_per_pixel = animated ? animation_bytes_per_pixel : still_bytes_per_pixel;
    if (auto size = check_size(features.width, features.height, bytes_per_pixel, limits); !size)
        return size.error();

    Picture picture;
    picture.format = PictureFormat::webp;
    picture.width_px = features.width;
    picture.height_px = features.height;
    if (animated) {
        auto frames = decode_animation(file, limits, picture);
        if (!frames) return frames.error();
        picture.frames = std::move(*frames);
        return picture;
    }
    constexpr int lossy = 1;
    const bool luma_only = features.format == lossy && features.has_alpha == 0;
    if (luma_only) {
        auto luma = decode_luma_plane(file);
        if (!luma) return luma.error();
        picture.frames.push_back(std::move(*luma));
        return picture;
    }
    auto layers = decode_rgba(file, limits);
    if (!layers) return layers.error();
    picture.frames = std::move(*layers).frames();
    return picture;
}

} // namespace stillwatch::pictures
