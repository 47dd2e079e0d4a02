#include "pictures/decode.hpp"
#include "pictures/frame_chooser.hpp"
#include "pictures/layers.hpp"
#include "pictures/orient.hpp"
#include "pictures/quiet.hpp"

#include <avif/avif.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace stillwatch::pictures {

namespace {

// Planes of up to 16 bits with alpha, twice: the decoder's own and the one handed out.
constexpr std::size_t working_bytes_per_pixel = 14;
// Rows converted to RGB at a time; a multiple of the chroma sampling.
constexpr int band_rows = 64;

struct DestroyDecoder {
    void operator()(avifDecoder* decoder) const noexcept { avifDecoderDestroy(decoder); }
};
struct DestroyImage {
    void operator()(avifImage* image) const noexcept { avifImageDestroy(image); }
};

// A decoder by name: libavif's own choice may be one that starts threads.
avifCodecChoice single_threaded_codec()
{
    for (const auto choice : {AVIF_CODEC_CHOICE_DAV1D, AVIF_CODEC_CHOICE_AOM})
        if (avifCodecName(choice, AVIF_CODEC_FLAG_CAN_DECODE) != nullptr) return choice;
    return AVIF_CODEC_CHOICE_AUTO;
}

Result<std::vector<Luma>> layers_of(const avifImage& image, const PictureLimits& limits)
{
    const int width = static_cast<int>(image.width);
    const int height = static_cast<int>(image.height);
    auto layers = layers_within(width, height, working_bytes_per_pixel - Layers::opaque_bytes, limits);
    std::vector<std::uint8_t> rgba(std::size_t{4} * image.width * band_rows);
    const std::unique_ptr<avifImage, DestroyImage> band(avifImageCreateEmpty());
    if (!band) return Error{Errc::io, "no memory for an AVIF picture"};
    for (int top = 0; top < height; top += band_rows) {
        const auto rows = static_cast<std::uint32_t>(std::min(band_rows, height - top));
        const avifCropRect rect{0, static_cast<std::uint32_t>(top), image.width, rows};
        avifRGBImage rgb{};
        auto result = avifImageSetViewRect(band.get(), &image, &rect);
        if (result == AVIF_RESULT_OK) {
            avifRGBImageSetDefaults(&rgb, band.get());
            rgb.depth = 8;
            rgb.format = AVIF_RGB_FORMAT_RGBA;
            rgb.alphaPremultiplied = AVIF_TRUE;
            rgb.pixels = rgba.data();
            rgb.rowBytes = 4 * image.width;
            result = avifImageYUVToRGB(band.get(), &rgb);
        }
        if (result != AVIF_RESULT_OK)
            return Error{Errc::undecodable, fmt::format("AVIF: {}", avifResultToString(result))};
        for (int y = 0; y < static_cast<int>(rows); ++y)
            layers.premultiplied_row(top + y,
                                     rgba.data() + std::size_t{rgb.rowBytes} * static_cast<std::size_t>(y));
    }
    return std::move(layers).frames();
}

// The clean aperture (ISO 14496-12, 12.1.4): the part that is shown. An invalid one shows the whole.
Luma cropped(Luma stored, const avifImage& image)
{
    avifCropRect rect{};
    avifDiagnostics ignored;
    if ((image.transformFlags & AVIF_TRANSFORM_CLAP) == 0 ||
        avifCropRectConvertCleanApertureBox(&rect, &image.clap, image.width, image.height, image.yuvFormat,
                                            &ignored) == AVIF_FALSE)
        return stored;
    Luma shown(static_cast<int>(rect.width), static_cast<int>(rect.height));
    for (int y = 0; y < shown.height_px; ++y)
        std::copy_n(stored.row(y + static_cast<int>(rect.y)) + rect.x, rect.width, shown.row(y));
    return shown;
}

// Rotation (anti-clockwise), then mirroring (ISO 23008-12, 6.5.10 and 6.5.12), in EXIF's terms.
Luma transformed(Luma stored, const avifImage& image)
{
    auto shown = cropped(std::move(stored), image);
    if ((image.transformFlags & AVIF_TRANSFORM_IROT) != 0) {
        constexpr std::array<int, 4> exif_of_quarter_turns{1, 8, 3, 6};
        shown = turned_upright(std::move(shown), exif_of_quarter_turns[image.irot.angle % 4]);
    }
    if ((image.transformFlags & AVIF_TRANSFORM_IMIR) != 0)
        shown = turned_upright(std::move(shown), image.imir.mode == 0 ? 4 : 2);
    return shown;
}

} // namespace

Result<Picture> decode_avif(ByteView file, const PictureLimits& limits)
{
    const SilentStandardError silent;
    const std::unique_ptr<avifDecoder, DestroyDecoder> decoder(avifDecoderCreate());
    if (!decoder) return Error{Errc::io, "no memory for an AVIF decoder"};
    decoder->maxThreads = 1;
    decoder->codecChoice = single_threaded_codec();
    decoder->ignoreExif = AVIF_TRUE;
    decoder->ignoreXMP = AVIF_TRUE;
    decoder->strictFlags = AVIF_STRICT_DISABLED; // browsers show files with small faults, too
    decoder->imageSizeLimit =
        static_cast<std::uint32_t>(std::min<std::size_t>(limits.max_pixels, AVIF_DEFAULT_IMAGE_SIZE_LIMIT));
    decoder->imageDimensionLimit = static_cast<std::uint32_t>(limits.max_side_px);
    auto result = avifDecoderSetIOMemory(decoder.get(), reinterpret_cast<const std::uint8_t*>(file.data()),
                                         file.size());
    if (result == AVIF_RESULT_OK) result = avifDecoderParse(decoder.get());
    if (result != AVIF_RESULT_OK)
        return Error{Errc::undecodable, fmt::format("AVIF: {}", avifResultToString(result))};

    const auto& image = *decoder->image;
    if (auto size = check_size(image.width, image.height, working_bytes_per_pixel, limits); !size)
        return size.error();
    Picture picture;
    picture.format = PictureFormat::avif;
    FrameChooser chooser(limits.max_working_bytes / 4);
    FrameBudget budget;
    for (int index = 0; index < decoder->imageCount; ++index) {
        if (!budget.allows(std::size_t{2} * image.width * image.height)) break;
        result = avifDecoderNextImage(decoder.get());
        if (result != AVIF_RESULT_OK) break;
        if (decoder->imageCount > 1)
            chooser.show_for(std::llround(1'000 * std::clamp(decoder->imageTiming.duration, 0.0, 86'400.0)));
        auto layers = layers_of(image, limits);
        if (!layers) return layers.error();
        for (auto& layer : *layers)
            chooser.offer(transformed(std::move(layer), image));
    }
    if (chooser.is_empty())
        return Error{Errc::undecodable, fmt::format("AVIF: {}", avifResultToString(result))};
    picture.is_in_part = budget.is_spent() || chooser.has_left_out();
    picture.times = chooser.times();
    picture.frames = std::move(chooser).take();
    picture.width_px = picture.frames.front().width_px;
    picture.height_px = picture.frames.front().height_px;
    // Once more, for what a clean aperture left.
    if (auto size = check_size(picture.width_px, picture.height_px, 1, limits); !size) return size.error();
    return picture;
}

} // namespace stillwatch::pictures
