#include "pictures/hevc_plugin.hpp"

#include "core/binary.hpp"
#include "pictures/hevc_size.hpp"
#include "pictures/picture.hpp"

#include <libde265/de265.h>
#include <libheif/heif.h>
#include <libheif/heif_plugin.h>

#include <cstring>
#include <memory>

namespace stillwatch::pictures {

namespace {

thread_local HevcDecoding* current = nullptr;

// Planes and what is kept of each block.
constexpr std::size_t working_bytes_per_pixel = 5;

constexpr heif_error fine{heif_error_Ok, heif_suberror_Unspecified, "fine"};

heif_error broken(const char* what)
{
    return {heif_error_Decoder_plugin_error, heif_suberror_Unspecified, what};
}

struct FreeDecoder {
    void operator()(de265_decoder_context* decoder) const noexcept { (void)de265_free_decoder(decoder); }
};

// One coded picture: a tile, the picture itself, or its transparency.
struct Decoder {
    std::unique_ptr<de265_decoder_context, FreeDecoder> context;
};

struct Plane {
    heif_channel channel;
    int number;
};

heif_chroma chroma_of(de265_chroma chroma)
{
    switch (chroma) {
    case de265_chroma_mono: return heif_chroma_monochrome;
    case de265_chroma_420: return heif_chroma_420;
    case de265_chroma_422: return heif_chroma_422;
    case de265_chroma_444: return heif_chroma_444;
    }
    return heif_chroma_undefined;
}

bool copy_plane(const de265_image& from, heif_image& to, Plane plane)
{
    const int width = de265_get_image_width(&from, plane.number);
    const int height = de265_get_image_height(&from, plane.number);
    const int bits = de265_get_bits_per_pixel(&from, plane.number);
    int from_stride = 0;
    int to_stride = 0;
    const auto* source = de265_get_image_plane(&from, plane.number, &from_stride);
    if (source == nullptr || width < 1 || height < 1) return false;
    if (heif_image_add_plane(&to, plane.channel, width, height, bits).code != heif_error_Ok) return false;
    auto* target = heif_image_get_plane(&to, plane.channel, &to_stride);
    if (target == nullptr) return false;
    const auto row_bytes = static_cast<std::size_t>(width) * (bits > 8 ? 2U : 1U);
    for (int y = 0; y < height; ++y)
        std::memcpy(target + std::ptrdiff_t{y} * to_stride, source + std::ptrdiff_t{y} * from_stride,
                    row_bytes);
    return true;
}

heif_error copy_image(const de265_image& from, heif_image** out)
{
    const auto chroma = de265_get_chroma_format(&from);
    const bool is_grey = chroma == de265_chroma_mono;
    heif_image* image = nullptr;
    const auto made = heif_image_create(de265_get_image_width(&from, 0), de265_get_image_height(&from, 0),
                                        is_grey ? heif_colorspace_monochrome : heif_colorspace_YCbCr,
                                        chroma_of(chroma), &image);
    if (made.code != heif_error_Ok) return made;
    const bool copied = copy_plane(from, *image, {heif_channel_Y, 0}) &&
                        (is_grey || (copy_plane(from, *image, {heif_channel_Cb, 1}) &&
                                     copy_plane(from, *image, {heif_channel_Cr, 2})));
    if (!copied) {
        heif_image_release(image);
        return broken("HEVC: a picture without planes");
    }
    *out = image;
    return fine;
}

} // namespace

struct HevcPlugin {
    static const char* name() { return "libde265 without threads"; }

    // More than libheif's own decoders say.
    static int priority(heif_compression_format format)
    {
        return format == heif_compression_HEVC || format == heif_compression_AV1 ? 1'000 : 0;
    }

    static heif_error begin(void** out)
    {
        auto decoder = std::make_unique<Decoder>();
        decoder->context.reset(de265_new_decoder());
        if (!decoder->context || current == nullptr) return broken("HEVC: no decoder");
        de265_set_parameter_bool(decoder->context.get(), DE265_DECODER_PARAM_BOOL_SEI_CHECK_HASH, 0);
        *out = decoder.release();
        return fine;
    }

    static void end(void* decoder) { delete static_cast<Decoder*>(decoder); }

    static void set_strict(void*, int) {}

    // NAL units, each behind its length in four bytes.
    static heif_error push(void* decoder, const void* data, std::size_t size)
    {
        auto* context = static_cast<Decoder*>(decoder)->context.get();
        auto rest = ByteView(static_cast<const std::byte*>(data), size);
        while (!rest.empty()) {
            if (rest.size() < 4 || big_32(rest, 0) > rest.size() - 4) return broken("HEVC: cut short");
            const auto unit = rest.subspan(4, big_32(rest, 0));
            rest = rest.subspan(4 + unit.size());
            if (const auto coded = hevc_size(unit);
                coded &&
                !check_size(coded->width_px, coded->height_px, working_bytes_per_pixel, coded_limits())) {
                current->was_too_large_ = true;
                return broken("HEVC: a coded picture that is too large");
            }
            if (!de265_isOK(de265_push_NAL(context, unit.data(), static_cast<int>(unit.size()), 0, nullptr)))
                return broken("HEVC: no memory");
        }
        return fine;
    }

    static heif_error decode(void* decoder, heif_image** out)
    {
        auto* context = static_cast<Decoder*>(decoder)->context.get();
        (void)de265_flush_data(context);
        for (int more = 1; more != 0;) {
            more = 0;
            const auto step = de265_decode(context, &more);
            if (const auto* image = de265_get_next_picture(context)) {
                current->is_full_range_ = de265_get_image_full_range_flag(image) != 0;
                return copy_image(*image, out);
            }
            if (step != DE265_OK) break;
        }
        return broken("HEVC: no picture in it, or of a kind that is not read");
    }

private:
    // Tiles and transparency may be small.
    static PictureLimits coded_limits()
    {
        auto limits = current->limits_;
        limits.min_side_px = 1;
        return limits;
    }
};

HevcDecoding::HevcDecoding(const PictureLimits& limits) : limits_(limits)
{
    current = this;
}

HevcDecoding::~HevcDecoding()
{
    current = nullptr;
}

void prepare_libheif()
{
    static const bool done = [] {
        static heif_decoder_plugin plugin{3,
                                          HevcPlugin::name,
                                          nullptr,
                                          nullptr,
                                          HevcPlugin::priority,
                                          HevcPlugin::begin,
                                          HevcPlugin::end,
                                          HevcPlugin::push,
                                          HevcPlugin::decode,
                                          HevcPlugin::set_strict,
                                          "stillwatch"};
        (void)heif_init(nullptr);
        return heif_register_decoder_plugin(&plugin).code == heif_error_Ok;
    }();
    (void)done; // without it every file is told as unreadable
}

} // namespace stillwatch::pictures
