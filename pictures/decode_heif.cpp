#include "pictures/decode.hpp"
#include "pictures/frame_chooser.hpp"
#include "pictures/hevc_plugin.hpp"
#include "pictures/layers.hpp"
#include "pictures/quiet.hpp"

#include <libheif/heif.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

// HEIC and HEIF: pictures coded as HEVC in an ISO base media file (ISO/IEC 23008-12), as telephones store
// them.
namespace stillwatch::pictures {

namespace {

struct FreeContext {
    void operator()(heif_context* context) const noexcept { heif_context_free(context); }
};
struct ReleaseHandle {
    void operator()(heif_image_handle* handle) const noexcept { heif_image_handle_release(handle); }
};
struct ReleaseImage {
    void operator()(heif_image* image) const noexcept { heif_image_release(image); }
};
struct FreeProfile {
    void operator()(heif_color_profile_nclx* profile) const noexcept
    {
        heif_nclx_color_profile_free(profile);
    }
};
using Handle = std::unique_ptr<heif_image_handle, ReleaseHandle>;
using Image = std::unique_ptr<heif_image, ReleaseImage>;

Error broken(const heif_error& why)
{
    if (why.subcode == heif_suberror_Security_limit_exceeded)
        return {Errc::too_large, fmt::format("HEIF: {}", why.message)};
    return {Errc::undecodable, fmt::format("HEIF: {}", why.message)};
}

// Planes at 4:2:0, twice (put together of tiles, and turned), beside the luma.
std::size_t working_bytes_per_pixel(heif_image_handle& handle)
{
    const std::size_t sample_bytes = heif_image_handle_get_luma_bits_per_pixel(&handle) > 8 ? 2 : 1;
    const bool has_alpha = heif_image_handle_has_alpha_channel(&handle) != 0;
    return 3 * sample_bytes + (has_alpha ? 2 * sample_bytes + Layers::bytes : Layers::opaque_bytes);
}

bool is_full_range(heif_image_handle& handle, const HevcDecoding& decoding)
{
    heif_color_profile_nclx* found = nullptr;
    if (heif_image_handle_get_nclx_color_profile(&handle, &found).code != heif_error_Ok)
        return decoding.is_full_range();
    const std::unique_ptr<heif_color_profile_nclx, FreeProfile> profile(found);
    return profile->full_range_flag != 0;
}

// A plane of 8 to 16 bits a sample.
struct Plane {
    const std::uint8_t* pixels = nullptr;
    int stride = 0;
    int bits = 8;

    unsigned at(int x, int y) const noexcept
    {
        const auto* row = pixels + std::ptrdiff_t{y} * stride;
        if (bits <= 8) return row[x];
        return static_cast<unsigned>(row[2 * x]) | static_cast<unsigned>(row[2 * x + 1]) << 8U;
    }
};

std::optional<Plane> plane_of(const heif_image& image, heif_channel channel)
{
    if (heif_image_has_channel(&image, channel) == 0) return std::nullopt;
    Plane plane;
    plane.bits = heif_image_get_bits_per_pixel_range(&image, channel);
    plane.pixels = heif_image_get_plane_readonly(&image, channel, &plane.stride);
    const bool is_sound = plane.pixels != nullptr && plane.bits >= 1 && plane.bits <= 16;
    return is_sound ? std::optional(plane) : std::nullopt;
}

// Stored levels to those of Luma.
std::vector<std::uint16_t> level_table(int bits, bool full_range)
{
    const int count = 1 << bits;
    const std::int64_t black = full_range ? 0 : std::int64_t{16} << bits >> 8;
    const std::int64_t range =
        full_range ? count - 1 : std::max<std::int64_t>(1, std::int64_t{219} << bits >> 8);
    std::vector<std::uint16_t> levels(static_cast<std::size_t>(count));
    for (int stored = 0; stored < count; ++stored)
        levels[static_cast<std::size_t>(stored)] = static_cast<std::uint16_t>(
            std::clamp<std::int64_t>(stored - black, 0, range) * Luma::white / range);
    return levels;
}

Layers layers_of(const heif_image& image, const Plane& luma, bool full_range, bool premultiplied)
{
    const int width = heif_image_get_width(&image, heif_channel_Y);
    const int height = heif_image_get_height(&image, heif_channel_Y);
    const auto levels = level_table(luma.bits, full_range);
    const auto alpha = plane_of(image, heif_channel_Alpha);
    const bool alpha_fits = alpha && heif_image_get_width(&image, heif_channel_Alpha) == width &&
                            heif_image_get_height(&image, heif_channel_Alpha) == height;
    Layers layers(width, height);
    std::vector<std::uint16_t> row(static_cast<std::size_t>(width));
    std::vector<std::uint8_t> opacity(static_cast<std::size_t>(width), 255);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const auto at = static_cast<std::size_t>(x);
            row[at] = levels[std::min<std::size_t>(luma.at(x, y), levels.size() - 1)];
            if (!alpha_fits) continue;
            const unsigned most = (1U << static_cast<unsigned>(alpha->bits)) - 1;
            opacity[at] = static_cast<std::uint8_t>(std::min(alpha->at(x, y), most) * 255 / most);
            row[at] = premultiplied ? premultiplied_over_white(row[at], opacity[at])
                                    : over_white(row[at], opacity[at]);
        }
        layers.blended_row(y, row.data(), opacity.data());
    }
    return layers;
}

// Turned, mirrored and cropped by libheif as its properties say. Errors: as decode_heif.
Result<Layers> decode_item(heif_image_handle& handle, const PictureLimits& limits)
{
    if (auto size = check_size(heif_image_handle_get_width(&handle), heif_image_handle_get_height(&handle),
                               working_bytes_per_pixel(handle), limits);
        !size)
        return size.error();
    const HevcDecoding decoding(limits);
    // Asked for without a colour space libheif gives red, green and blue; the luma is what counts.
    heif_image* decoded = nullptr;
    auto done = heif_decode_image(&handle, &decoded, heif_colorspace_YCbCr, heif_chroma_420, nullptr);
    if (done.code == heif_error_Unsupported_feature)
        done = heif_decode_image(&handle, &decoded, heif_colorspace_YCbCr, heif_chroma_undefined, nullptr);
    const Image image(decoded);
    if (decoding.was_too_large()) return Error{Errc::too_large, "HEIF: a coded picture larger than it says"};
    if (done.code != heif_error_Ok) return broken(done);
    const auto luma = plane_of(*image, heif_channel_Y);
    if (!luma) return Error{Errc::undecodable, "HEIF: of a kind that is not read"};
    // Once more, for what was decoded in the end.
    if (auto size = check_size(heif_image_get_width(image.get(), heif_channel_Y),
                               heif_image_get_height(image.get(), heif_channel_Y), 1, limits);
        !size)
        return size.error();
    return layers_of(*image, *luma, is_full_range(handle, decoding),
                     heif_image_handle_is_premultiplied_alpha(&handle) != 0);
}

// The primary one first. Thumbnails, transparency and tiles are none of these.
std::vector<heif_item_id> items_of(heif_context& context)
{
    constexpr std::size_t most_items = 64;
    const auto count = static_cast<std::size_t>(
        std::clamp(heif_context_get_number_of_top_level_images(&context), 0, static_cast<int>(most_items)));
    std::vector<heif_item_id> items(count);
    items.resize(static_cast<std::size_t>(std::max(
        0, heif_context_get_list_of_top_level_image_IDs(&context, items.data(), static_cast<int>(count)))));
    heif_item_id primary = 0;
    if (heif_context_get_primary_image_ID(&context, &primary).code != heif_error_Ok) return items;
    std::erase(items, primary);
    items.insert(items.begin(), primary);
    return items;
}

} // namespace

Result<Picture> decode_heif(ByteView file, const PictureLimits& limits)
{
    const SilentStandardError silent;
    prepare_libheif();
    const std::unique_ptr<heif_context, FreeContext> context(heif_context_alloc());
    if (!context) return Error{Errc::io, "no memory for a HEIF decoder"};
    heif_context_set_max_decoding_threads(context.get(), 0);
    heif_context_set_maximum_image_size_limit(context.get(), limits.max_side_px);
    const auto read =
        heif_context_read_from_memory_without_copy(context.get(), file.data(), file.size(), nullptr);
    if (read.code != heif_error_Ok) return broken(read);

    Picture picture;
    picture.format = PictureFormat::heif;
    FrameChooser chooser(limits.max_working_bytes / 4);
    FrameBudget budget;
    std::optional<Error> failed;
    for (const auto item : items_of(*context)) {
        heif_image_handle* found = nullptr;
        if (heif_context_get_image_handle(context.get(), item, &found).code != heif_error_Ok) continue;
        const Handle handle(found);
        const auto pixels = static_cast<std::size_t>(std::max(0, heif_image_handle_get_width(found))) *
                            static_cast<std::size_t>(std::max(0, heif_image_handle_get_height(found)));
        if (!budget.allows(pixels)) break;
        auto layers = decode_item(*found, limits);
        if (!layers && !failed) failed = layers.error();
        if (!layers) continue;
        if (chooser.is_empty()) {
            picture.width_px = layers->width_px();
            picture.height_px = layers->height_px();
        }
        std::move(*layers).offer_to(chooser);
    }
    if (chooser.is_empty()) return failed.value_or(Error{Errc::undecodable, "HEIF: no picture in it"});
    picture.is_in_part = budget.is_spent() || chooser.has_left_out();
    picture.frames = std::move(chooser).take();
    return picture;
}

} // namespace stillwatch::pictures
