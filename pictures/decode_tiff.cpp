#include "pictures/decode.hpp"
#include "pictures/frame_chooser.hpp"
#include "pictures/layers.hpp"

#include <tiffio.h>

#include <algorithm>
#include <cstdio> // SEEK_SET
#include <cstring>
#include <memory>
#include <optional>

namespace stillwatch::pictures {

namespace {

// libtiff unpacks to 4 bytes a pixel and holds a strip or tile, at most the whole picture again.
constexpr std::size_t working_bytes_per_pixel = 10;

struct Input {
    ByteView file;
    std::size_t at = 0;
};

Input& input_of(thandle_t handle)
{
    return *static_cast<Input*>(handle);
}

tmsize_t on_read(thandle_t handle, void* target, tmsize_t size)
{
    auto& input = input_of(handle);
    const auto left = input.file.size() - std::min(input.at, input.file.size());
    const auto count = std::min(left, static_cast<std::size_t>(std::max<tmsize_t>(0, size)));
    if (count > 0) std::memcpy(target, input.file.data() + input.at, count);
    input.at += count;
    return static_cast<tmsize_t>(count);
}

tmsize_t on_write(thandle_t, void*, tmsize_t)
{
    return 0;
}

toff_t on_seek(thandle_t handle, toff_t offset, int whence)
{
    auto& input = input_of(handle);
    const toff_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? input.at : input.file.size();
    input.at = static_cast<std::size_t>(base + offset); // past the end reads nothing
    return input.at;
}

int on_close(thandle_t)
{
    return 0;
}

toff_t on_size(thandle_t handle)
{
    return input_of(handle).file.size();
}

int on_map(thandle_t handle, void** base, toff_t* size)
{
    // libtiff only reads from a file opened with "r".
    *base = const_cast<std::byte*>(input_of(handle).file.data());
    *size = input_of(handle).file.size();
    return 1;
}

void on_unmap(thandle_t, void*, toff_t) {}

int on_message(TIFF*, void*, const char*, const char*, va_list)
{
    return 1; // handled: nothing is printed
}

struct CloseTiff {
    void operator()(TIFF* tiff) const noexcept { TIFFClose(tiff); }
};
struct FreeOptions {
    void operator()(TIFFOpenOptions* options) const noexcept { TIFFOpenOptionsFree(options); }
};

std::unique_ptr<TIFF, CloseTiff> open(Input& input, const PictureLimits& limits)
{
    const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
    if (!options) return nullptr;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(limits.max_working_bytes / 2));
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_message, nullptr);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_message, nullptr);
    return std::unique_ptr<TIFF, CloseTiff>(TIFFClientOpenExt("picture", "r", &input, on_read, on_write,
                                                              on_seek, on_close, on_size, on_map, on_unmap,
                                                              options.get()));
}

// The page that the file is at. Errors: as decode_tiff.
Result<Layers> read_page(TIFF& tiff, const PictureLimits& limits)
{
    std::uint32_t width = 0, height = 0;
    if (TIFFGetField(&tiff, TIFFTAG_IMAGEWIDTH, &width) != 1 ||
        TIFFGetField(&tiff, TIFFTAG_IMAGELENGTH, &height) != 1)
        return Error{Errc::undecodable, "TIFF: no size"};
    if (auto size = check_size(width, height, working_bytes_per_pixel, limits); !size) return size.error();

    // Asking for the orientation that is stored keeps libtiff from turning; EXIF rules do that later.
    std::uint16_t stored_orientation = ORIENTATION_TOPLEFT;
    (void)TIFFGetFieldDefaulted(&tiff, TIFFTAG_ORIENTATION, &stored_orientation);
    std::vector<std::uint32_t> raster(std::size_t{width} * height);
    constexpr int stop_on_error = 1;
    if (TIFFReadRGBAImageOriented(&tiff, width, height, raster.data(), stored_orientation, stop_on_error) !=
        1)
        return Error{Errc::undecodable, "TIFF: broken, cut or of a kind that is not read"};
    auto layers = layers_within(static_cast<int>(width), static_cast<int>(height),
                                working_bytes_per_pixel - Layers::opaque_bytes, limits);
    std::vector<std::uint16_t> levels(width);
    std::vector<std::uint8_t> alpha(width);
    for (int y = 0; y < layers.height_px(); ++y) {
        const auto* row = raster.data() + static_cast<std::size_t>(y) * width;
        for (std::uint32_t x = 0; x < width; ++x) {
            const auto level = luma_of(TIFFGetR(row[x]), TIFFGetG(row[x]), TIFFGetB(row[x]));
            alpha[x] = static_cast<std::uint8_t>(TIFFGetA(row[x]));
            levels[x] = premultiplied_over_white(level, alpha[x]);
        }
        layers.blended_row(y, levels.data(), alpha.data());
    }
    return layers;
}

bool is_thumbnail(TIFF& tiff)
{
    std::uint32_t kind = 0;
    return TIFFGetField(&tiff, TIFFTAG_SUBFILETYPE, &kind) == 1 && (kind & FILETYPE_REDUCEDIMAGE) != 0;
}

} // namespace

Result<Picture> decode_tiff(ByteView file, const PictureLimits& limits)
{
    constexpr int most_pages = 64;
    Input input{file};
    const auto tiff = open(input, limits);
    if (!tiff) return Error{Errc::undecodable, "TIFF: broken header"};
    FrameChooser chooser(limits.max_working_bytes / 4);
    FrameBudget budget;
    std::optional<Error> failed; // of the first page
    Picture picture;
    picture.format = PictureFormat::tiff;
    for (int page = 0; page < most_pages; ++page) {
        if (page > 0 && TIFFReadDirectory(tiff.get()) != 1) break;
        if (page > 0 && is_thumbnail(*tiff)) continue;
        std::uint32_t width = 0, height = 0;
        (void)TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width);
        (void)TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height);
        if (!budget.allows(std::size_t{width} * height)) break;
        auto layers = read_page(*tiff, limits);
        if (!layers && !failed) failed = layers.error();
        if (!layers) continue;
        if (chooser.is_empty()) {
            picture.width_px = layers->width_px();
            picture.height_px = layers->height_px();
        }
        std::move(*layers).offer_to(chooser);
    }
    if (chooser.is_empty()) return *failed;
    picture.is_in_part = budget.is_spent() || chooser.has_left_out();
    picture.frames = std::move(chooser).take();
    return picture;
}

} // namespace stillwatch::pictures
