#include "pictures/decode_png.hpp"

#include "pictures/decode.hpp"
#include "pictures/layers.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>

namespace stillwatch::pictures {

namespace {

// A cut file counts when at least this share of its rows came, as with JPEG.
constexpr int min_rows_percent = 50;
// For any one chunk held in memory; the picture data is not held.
constexpr png_alloc_size_t max_chunk_bytes = 1U << 20U;

// Everything that lives across libpng's calls. Its error exit jumps back into run(), which owns no object
// that needs a destructor.
struct Decoder {
    png_structp png = nullptr;
    png_infop info = nullptr;
    ByteView rest;
    Layers layers{0, 0};
    std::vector<png_byte> pixels; // RGBA: one row, or all of them
    int width_px = 0;
    int height_px = 0;
    int check_sums = PNG_CRC_DEFAULT; // of the chunks that make up the picture
    int passes = 1;
    int rows_done = 0;

    Decoder() = default;
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

[[noreturn]] void on_error(png_structp png, png_const_charp)
{
    png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void on_read(png_structp png, png_bytep target, std::size_t size)
{
    auto& rest = static_cast<Decoder*>(png_get_io_ptr(png))->rest;
    if (rest.size() < size) png_error(png, "cut short");
    std::memcpy(target, rest.data(), size);
    rest = rest.subspan(size);
}

// The one place libpng's error exit returns to.
bool run(Decoder& decoder, void (*step)(Decoder&))
{
    if (setjmp(png_jmpbuf(decoder.png)) != 0) return false;
    step(decoder);
    return true;
}

void read_header(Decoder& decoder)
{
    // Texts, profiles and suggested palettes say nothing of the pixels; compressed ones need not be unpacked.
    static constexpr std::array<png_byte, 7 * 5 + 1> ignored{"tEXt\0zTXt\0iTXt\0iCCP\0eXIf\0sPLT\0hIST"};
    png_set_keep_unknown_chunks(decoder.png, PNG_HANDLE_CHUNK_NEVER, ignored.data(), 7);
    png_set_chunk_malloc_max(decoder.png, max_chunk_bytes);
    png_set_user_limits(decoder.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); // check_size() is the limit
    png_set_crc_action(decoder.png, decoder.check_sums, PNG_CRC_QUIET_USE);
    png_set_read_fn(decoder.png, &decoder, on_read);
    png_read_info(decoder.png, decoder.info);
}

// Whatever is stored comes out as 8-bit RGBA.
void set_transformations(Decoder& decoder)
{
    auto* png = decoder.png;
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
    decoder.passes = png_set_interlace_handling(png);
    png_read_update_info(png, decoder.info);
}

void read_rows(Decoder& decoder)
{
    for (; decoder.rows_done < decoder.height_px; ++decoder.rows_done) {
        png_read_row(decoder.png, decoder.pixels.data(), nullptr);
        decoder.layers.straight_row(decoder.rows_done, decoder.pixels.data());
    }
}

std::size_t stride_of(const Decoder& decoder)
{
    return std::size_t{4} * static_cast<std::size_t>(decoder.width_px);
}

void read_passes(Decoder& decoder)
{
    const auto stride = stride_of(decoder);
    for (int pass = 0; pass < decoder.passes; ++pass)
        for (int y = 0; y < decoder.height_px; ++y) {
            png_read_row(decoder.png, decoder.pixels.data() + stride * static_cast<std::size_t>(y), nullptr);
            if (pass + 1 == decoder.passes) decoder.rows_done = y + 1;
        }
}

bool is_interlaced(const Decoder& decoder)
{
    return png_get_interlace_type(decoder.png, decoder.info) != PNG_INTERLACE_NONE;
}

// Reads the header; the size is then known and not yet checked.
Result<void> open(Decoder& decoder, ByteView file)
{
    decoder.rest = file;
    decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, on_error, on_warning);
    if (decoder.png != nullptr) decoder.info = png_create_info_struct(decoder.png);
    if (decoder.info == nullptr) return Error{Errc::io, "no memory for a PNG decoder"};
    if (!run(decoder, read_header)) return Error{Errc::undecodable, "PNG: broken header"};
    constexpr png_uint_32 most = PNG_UINT_31_MAX;
    decoder.width_px = static_cast<int>(std::min(png_get_image_width(decoder.png, decoder.info), most));
    decoder.height_px = static_cast<int>(std::min(png_get_image_height(decoder.png, decoder.info), most));
    return {};
}

} // namespace

Result<Picture> decode_png(ByteView file, const PictureLimits& limits)
{
    Decoder decoder;
    if (auto opened = open(decoder, file); !opened) return opened.error();
    const bool interlaced = is_interlaced(decoder);
    const std::size_t held_bytes = interlaced ? 4 : 0;
    const auto size =
        check_size(decoder.width_px, decoder.height_px, held_bytes + Layers::opaque_bytes, limits);
    if (!size) return size.error();
    if (!run(decoder, set_transformations)) return Error{Errc::undecodable, "PNG: broken header"};

    constexpr std::uint16_t missing_rows = Luma::white / 2;
    decoder.layers = layers_within(decoder.width_px, decoder.height_px, held_bytes, limits, missing_rows);
    const auto stride = stride_of(decoder);
    decoder.pixels.resize(stride * static_cast<std::size_t>(interlaced ? decoder.height_px : 1));
    if (!run(decoder, interlaced ? read_passes : read_rows) &&
        std::int64_t{decoder.rows_done} * 100 < std::int64_t{decoder.height_px} * min_rows_percent)
        return Error{Errc::undecodable, "PNG: broken or cut"};
    if (interlaced)
        for (int y = 0; y < decoder.height_px; ++y)
            decoder.layers.straight_row(y, decoder.pixels.data() + stride * static_cast<std::size_t>(y));

    Picture picture;
    picture.format = PictureFormat::png;
    picture.width_px = decoder.width_px;
    picture.height_px = decoder.height_px;
    picture.frames = std::move(decoder.layers).frames();
    return picture;
}

Result<RgbaPixels> png_pixels(ByteView file, std::size_t most_pixels)
{
    Decoder decoder;
    decoder.check_sums = PNG_CRC_QUIET_USE;
    if (auto opened = open(decoder, file); !opened) return opened.error();
    const auto pixels =
        static_cast<std::size_t>(decoder.width_px) * static_cast<std::size_t>(decoder.height_px);
    if (pixels > most_pixels) return Error{Errc::too_large, "PNG: a frame larger than its picture"};
    if (!run(decoder, set_transformations)) return Error{Errc::undecodable, "PNG: broken header"};
    decoder.pixels.resize(4 * pixels);
    if (!run(decoder, read_passes)) return Error{Errc::undecodable, "PNG: broken or cut"};
    return RgbaPixels{decoder.width_px, decoder.height_px, std::move(decoder.pixels)};
}

} // namespace stillwatch::pictures
