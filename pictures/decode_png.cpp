#include "pictures/decode.hpp"

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
    Luma luma;
    std::vector<png_byte> pixels; // RGBA: one row, or all of them when interlaced
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
    png_set_crc_action(decoder.png, PNG_CRC_DEFAULT, PNG_CRC_QUIET_USE);
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
    auto& luma = decoder.luma;
    for (; decoder.rows_done < luma.height_px; ++decoder.rows_done) {
        png_read_row(decoder.png, decoder.pixels.data(), nullptr);
        rgba_row_to_luma(decoder.pixels.data(), luma.row(decoder.rows_done), luma.width_px);
    }
}

void read_passes(Decoder& decoder)
{
    const auto stride = std::size_t{4} * static_cast<std::size_t>(decoder.luma.width_px);
    for (int pass = 0; pass < decoder.passes; ++pass)
        for (int y = 0; y < decoder.luma.height_px; ++y)
            png_read_row(decoder.png, decoder.pixels.data() + stride * static_cast<std::size_t>(y), nullptr);
    decoder.rows_done = decoder.luma.height_px;
}

} // namespace

Result<Picture> decode_png(ByteView file, const PictureLimits& limits)
{
    Decoder decoder;
    decoder.rest = file;
    decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, on_error, on_warning);
    if (decoder.png != nullptr) decoder.info = png_create_info_struct(decoder.png);
    if (decoder.info == nullptr) return Error{Errc::io, "no memory for a PNG decoder"};
    if (!run(decoder, read_header)) return Error{Errc::undecodable, "PNG: broken header"};

    const auto width = png_get_image_width(decoder.png, decoder.info);
    const auto height = png_get_image_height(decoder.png, decoder.info);
    const bool interlaced = png_get_interlace_type(decoder.png, decoder.info) != PNG_INTERLACE_NONE;
    if (auto size = check_size(width, height, interlaced ? 6 : 2, limits); !size) return size.error();
    if (!run(decoder, set_transformations)) return Error{Errc::undecodable, "PNG: broken header"};

    constexpr std::uint16_t missing_rows = Luma::white / 2;
    decoder.luma = Luma(static_cast<int>(width), static_cast<int>(height), missing_rows);
    decoder.pixels.resize(std::size_t{4} * width * (interlaced ? height : 1));
    if (!run(decoder, interlaced ? read_passes : read_rows) &&
        std::int64_t{decoder.rows_done} * 100 < std::int64_t{height} * min_rows_percent)
        return Error{Errc::undecodable, "PNG: broken or cut"};
    if (interlaced) {
        const auto stride = std::size_t{4} * width;
        for (int y = 0; y < decoder.luma.height_px; ++y)
            rgba_row_to_luma(decoder.pixels.data() + stride * static_cast<std::size_t>(y),
                             decoder.luma.row(y), decoder.luma.width_px);
    }

    Picture picture;
    picture.format = PictureFormat::png;
    picture.width_px = static_cast<int>(width);
    picture.height_px = static_cast<int>(height);
    picture.frames.push_back(std::move(decoder.luma));
    return picture;
}

} // namespace stillwatch::pictures
