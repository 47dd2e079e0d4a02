#include "encoders.hpp"

#include <avif/avif.h>
#include <gif_lib.h>
#include <png.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <cstdio> // jpeglib.h needs FILE
#include <jpeglib.h>

#include <cstring>
#include <memory>
#include <stdexcept>

namespace stillwatch::pictures::test {

namespace {

void require(bool done, const char* what)
{
    if (!done) throw std::runtime_error(what);
}

void append(Bytes& out, ByteView data)
{
    out.insert(out.end(), data.begin(), data.end());
}

void append_number(Bytes& out, std::uint64_t value, unsigned bytes, bool big_endian = false)
{
    for (unsigned i = 0; i < bytes; ++i)
        out.push_back(static_cast<std::byte>(value >> (8U * (big_endian ? bytes - 1 - i : i))));
}

ByteView view(const void* data, std::size_t size)
{
    return {static_cast<const std::byte*>(data), size};
}

std::uint8_t grey_at(const Drawing& drawing, int x, int y)
{
    const auto* pixel = drawing.at(x, y);
    return static_cast<std::uint8_t>(luma_of(pixel[0], pixel[1], pixel[2]) >> 8U);
}

} // namespace

Bytes encode_jpeg(const Drawing& drawing, JpegKind kind, int quality_percent)
{
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &buffer, &size);
    info.image_width = static_cast<JDIMENSION>(drawing.width_px);
    info.image_height = static_cast<JDIMENSION>(drawing.height_px);
    info.input_components = kind == JpegKind::grey ? 1 : kind == JpegKind::cmyk ? 4 : 3;
    info.in_color_space = kind == JpegKind::grey   ? JCS_GRAYSCALE
                          : kind == JpegKind::cmyk ? JCS_CMYK
                                                   : JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality_percent, TRUE);
    if (kind == JpegKind::progressive) jpeg_simple_progression(&info);
    jpeg_start_compress(&info, TRUE);
    std::vector<JSAMPLE> row(4 * static_cast<std::size_t>(drawing.width_px));
    for (int y = 0; y < drawing.height_px; ++y) {
        auto* target = row.data();
        for (int x = 0; x < drawing.width_px; ++x) {
            const auto* pixel = drawing.at(x, y);
            if (kind == JpegKind::grey) {
                *target++ = grey_at(drawing, x, y);
                continue;
            }
            target = std::copy_n(pixel, 3, target);
            if (kind == JpegKind::cmyk) *target++ = 255; // inverted: no black
        }
        JSAMPROW rows = row.data();
        (void)jpeg_write_scanlines(&info, &rows, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    Bytes out;
    append(out, view(buffer, size));
    std::free(buffer);
    return out;
}

Bytes encode_png(const Drawing& drawing, PngKind kind)
{
    Bytes out;
    auto* png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    auto* info = png_create_info_struct(png);
    const auto on_write = [](png_structp writer, png_bytep data, std::size_t size) {
        append(*static_cast<Bytes*>(png_get_io_ptr(writer)), view(data, size));
    };
    png_set_write_fn(png, &out, on_write, nullptr);
    const int colour_type = kind == PngKind::palette ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB_ALPHA;
    png_set_IHDR(png, info, static_cast<png_uint_32>(drawing.width_px),
                 static_cast<png_uint_32>(drawing.height_px), kind == PngKind::deep ? 16 : 8, colour_type,
                 kind == PngKind::interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    std::vector<png_color> greys(256);
    for (unsigned i = 0; i < 256; ++i) {
        const auto level = static_cast<png_byte>(i);
        greys[i] = {level, level, level};
    }
    if (kind == PngKind::palette) png_set_PLTE(png, info, greys.data(), 256);
    png_write_info(png, info);
    const auto pixel_bytes = kind == PngKind::palette ? 1U : kind == PngKind::deep ? 8U : 4U;
    const auto stride = pixel_bytes * static_cast<std::size_t>(drawing.width_px);
    std::vector<png_byte> pixels;
    for (int y = 0; y < drawing.height_px; ++y)
        for (int x = 0; x < drawing.width_px; ++x) {
            if (kind == PngKind::palette) {
                pixels.push_back(grey_at(drawing, x, y));
                continue;
            }
            for (int channel = 0; channel < 4; ++channel) {
                pixels.push_back(drawing.at(x, y)[channel]);
                if (kind == PngKind::deep) pixels.push_back(drawing.at(x, y)[channel]); // 257 times the level
            }
        }
    std::vector<png_bytep> rows;
    for (int y = 0; y < drawing.height_px; ++y)
        rows.push_back(pixels.data() + stride * static_cast<std::size_t>(y));
    png_write_image(png, rows.data());
    png_write_end(png, nullptr);
    png_destroy_write_struct(&png, &info);
    return out;
}

Bytes encode_webp(const Drawing& drawing, WebpKind kind)
{
    std::uint8_t* buffer = nullptr;
    constexpr float quality = 90;
    const int stride = 4 * drawing.width_px;
    const auto size = kind == WebpKind::lossless
                          ? WebPEncodeLosslessRGBA(drawing.rgba.data(), drawing.width_px, drawing.height_px,
                                                   stride, &buffer)
                          : WebPEncodeRGBA(drawing.rgba.data(), drawing.width_px, drawing.height_px, stride,
                                           quality, &buffer);
    require(size > 0, "WebP encoder failed");
    Bytes out;
    append(out, view(buffer, size));
    WebPFree(buffer);
    return out;
}

Bytes encode_animated_webp(const std::vector<Drawing>& frames)
{
    WebPAnimEncoderOptions options;
    require(WebPAnimEncoderOptionsInit(&options) != 0, "WebP options");
    const std::unique_ptr<WebPAnimEncoder, decltype(&WebPAnimEncoderDelete)> encoder(
        WebPAnimEncoderNew(frames.front().width_px, frames.front().height_px, &options),
        WebPAnimEncoderDelete);
    int time = 0;
    for (const auto& frame : frames) {
        WebPConfig config;
        WebPPicture picture;
        require(WebPConfigInit(&config) != 0 && WebPPictureInit(&picture) != 0, "WebP setup");
        config.method = 0;
        picture.width = frame.width_px;
        picture.height = frame.height_px;
        picture.use_argb = 1;
        require(WebPPictureImportRGBA(&picture, frame.rgba.data(), 4 * frame.width_px) != 0, "WebP import");
        require(WebPAnimEncoderAdd(encoder.get(), &picture, time, &config) != 0, "WebP frame");
        WebPPictureFree(&picture);
        time += 100;
    }
    require(WebPAnimEncoderAdd(encoder.get(), nullptr, time, nullptr) != 0, "WebP end");
    WebPData data;
    WebPDataInit(&data);
    require(WebPAnimEncoderAssemble(encoder.get(), &data) != 0, "WebP assembly");
    Bytes out;
    append(out, view(data.bytes, data.size));
    WebPDataClear(&data);
    return out;
}

Bytes encode_gif(const std::vector<Drawing>& frames)
{
    Bytes out;
    const auto on_write = [](GifFileType* gif, const GifByteType* data, int size) {
        append(*static_cast<Bytes*>(gif->UserData), view(data, static_cast<std::size_t>(size)));
        return size;
    };
    auto* gif = EGifOpen(&out, on_write, nullptr);
    EGifSetGifVersion(gif, true);
    std::vector<GifColorType> greys(256);
    for (unsigned i = 0; i < 256; ++i) {
        const auto level = static_cast<GifByteType>(i);
        greys[i] = {level, level, level};
    }
    auto* colours = GifMakeMapObject(256, greys.data());
    const auto& first = frames.front();
    require(EGifPutScreenDesc(gif, first.width_px, first.height_px, 8, 0, colours) == GIF_OK, "GIF screen");
    for (const auto& frame : frames) {
        GraphicsControlBlock control{DISPOSE_DO_NOT, false, 10, NO_TRANSPARENT_COLOR};
        GifByteType extension[4];
        require(EGifGCBToExtension(&control, extension) == 4, "GIF control");
        require(EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, 4, extension) == GIF_OK, "GIF control");
        require(EGifPutImageDesc(gif, 0, 0, frame.width_px, frame.height_px, false, nullptr) == GIF_OK,
                "GIF frame");
        std::vector<GifPixelType> row(static_cast<std::size_t>(frame.width_px));
        for (int y = 0; y < frame.height_px; ++y) {
            for (int x = 0; x < frame.width_px; ++x)
                row[static_cast<std::size_t>(x)] = grey_at(frame, x, y);
            require(EGifPutLine(gif, row.data(), frame.width_px) == GIF_OK, "GIF row");
        }
    }
    require(EGifCloseFile(gif, nullptr) == GIF_OK, "GIF end");
    GifFreeMapObject(colours);
    return out;
}

Bytes encode_ppm(const Drawing& drawing)
{
    auto out = to_bytes("P6\n" + std::to_string(drawing.width_px) + " " + std::to_string(drawing.height_px) +
                        "\n255\n");
    for (std::size_t i = 0; i < drawing.rgba.size(); ++i)
        if (i % 4 != 3) out.push_back(static_cast<std::byte>(drawing.rgba[i]));
    return out;
}

Bytes encode_bmp(const Drawing& drawing, BmpKind kind)
{
    const unsigned depth = kind == BmpKind::rgb_24 ? 24 : kind == BmpKind::bit_fields_32 ? 32 : 8;
    const std::uint32_t compression = kind == BmpKind::bit_fields_32 ? 3
                                      : kind == BmpKind::grey_rle_8  ? 1
                                                                     : 0;
    const std::size_t colours = depth == 8 ? 256 * 4 : kind == BmpKind::bit_fields_32 ? 12 : 0;
    Bytes out = to_bytes("BM");
    append_number(out, 0, 8); // file size and reserved: readers ignore them
    append_number(out, 54 + colours, 4);
    append_number(out, 40, 4);
    append_number(out, static_cast<std::uint32_t>(drawing.width_px), 4);
    append_number(out, static_cast<std::uint32_t>(drawing.height_px), 4);
    append_number(out, 1, 2);
    append_number(out, depth, 2);
    append_number(out, compression, 4);
    out.resize(out.size() + 20);
    if (depth == 8)
        for (std::uint64_t i = 0; i < 256; ++i)
            append_number(out, i * 0x10101U, 4);
    if (kind == BmpKind::bit_fields_32) // red lowest: the other way round than plain 32-bit bitmaps
        for (const std::uint32_t mask : {0xFFU, 0xFF00U, 0xFF0000U})
            append_number(out, mask, 4);
    for (int y = drawing.height_px - 1; y >= 0; --y) {
        const auto row_begin = out.size();
        for (int x = 0; x < drawing.width_px; ++x) {
            const auto* pixel = drawing.at(x, y);
            if (kind == BmpKind::rgb_24) append_number(out, pixel[2] | pixel[1] << 8U | pixel[0] << 16U, 3);
            if (kind == BmpKind::bit_fields_32)
                append_number(out, pixel[0] | pixel[1] << 8U | pixel[2] << 16U, 4);
            if (kind == BmpKind::grey_8) append_number(out, grey_at(drawing, x, y), 1);
            if (kind == BmpKind::grey_rle_8) append_number(out, 1U | grey_at(drawing, x, y) << 8U, 2);
        }
        if (kind == BmpKind::grey_rle_8)
            append_number(out, 0, 2);
        else
            out.resize(row_begin + (out.size() - row_begin + 3) / 4 * 4);
    }
    if (kind == BmpKind::grey_rle_8) append_number(out, 0x0100, 2);
    return out;
}

Bytes encode_avif(const Drawing& drawing)
{
    return encode_animated_avif({drawing});
}

Bytes encode_animated_avif(const std::vector<Drawing>& frames)
{
    const std::unique_ptr<avifEncoder, decltype(&avifEncoderDestroy)> encoder(avifEncoderCreate(),
                                                                              avifEncoderDestroy);
    encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
    encoder->speed = AVIF_SPEED_FASTEST;
    encoder->maxThreads = 1;
    encoder->timescale = 10;
    const auto kind = frames.size() == 1 ? AVIF_ADD_IMAGE_FLAG_SINGLE : AVIF_ADD_IMAGE_FLAG_NONE;
    for (const auto& drawing : frames) {
        const std::unique_ptr<avifImage, decltype(&avifImageDestroy)> image(
            avifImageCreate(static_cast<std::uint32_t>(drawing.width_px),
                            static_cast<std::uint32_t>(drawing.height_px), 8, AVIF_PIXEL_FORMAT_YUV420),
            avifImageDestroy);
        image->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_BT601;
        avifRGBImage rgb{};
        avifRGBImageSetDefaults(&rgb, image.get());
        rgb.pixels = const_cast<std::uint8_t*>(drawing.rgba.data());
        rgb.rowBytes = static_cast<std::uint32_t>(4 * drawing.width_px);
        rgb.ignoreAlpha = AVIF_TRUE;
        require(avifImageRGBToYUV(image.get(), &rgb) == AVIF_RESULT_OK, "AVIF colours");
        require(avifEncoderAddImage(encoder.get(), image.get(), 1, kind) == AVIF_RESULT_OK, "AVIF frame");
    }
    avifRWData data = AVIF_DATA_EMPTY;
    require(avifEncoderFinish(encoder.get(), &data) == AVIF_RESULT_OK, "AVIF encoder");
    Bytes out;
    append(out, view(data.data, data.size));
    avifRWDataFree(&data);
    return out;
}

Bytes exif_block(int orientation, bool big_endian)
{
    Bytes out = to_bytes(big_endian ? "MM" : "II");
    append_number(out, 42, 2, big_endian);
    append_number(out, 8, 4, big_endian);
    append_number(out, 1, 2, big_endian);
    append_number(out, 0x0112, 2, big_endian);
    append_number(out, 3, 2, big_endian);
    append_number(out, 1, 4, big_endian);
    append_number(out, static_cast<std::uint16_t>(orientation), 2, big_endian);
    append_number(out, 0, 6, big_endian);
    return out;
}

Bytes with_jpeg_segment(const Bytes& jpeg, std::uint8_t marker, ByteView payload)
{
    Bytes out(jpeg.begin(), jpeg.begin() + 2);
    append_number(out, 0xFF00U | marker, 2, true);
    append_number(out, payload.size() + 2, 2, true);
    append(out, payload);
    append(out, ByteView(jpeg).subspan(2));
    return out;
}

Bytes with_jpeg_exif(const Bytes& jpeg, int orientation, bool big_endian)
{
    using namespace std::string_literals;
    auto payload = to_bytes("Exif\0\0"s);
    append(payload, exif_block(orientation, big_endian));
    return with_jpeg_segment(jpeg, 0xE1, payload);
}

Bytes png_chunk(std::string_view name, ByteView data)
{
    // CRC-32 of name and data (PNG, annex D).
    std::uint32_t crc = 0xFFFF'FFFFU;
    Bytes checked = to_bytes(name);
    append(checked, data);
    for (const auto byte : checked) {
        crc ^= std::to_integer<std::uint32_t>(byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB8'8320U : 0U);
    }
    Bytes out;
    append_number(out, data.size(), 4, true);
    append(out, checked);
    append_number(out, ~crc & 0xFFFF'FFFFU, 4, true);
    return out;
}

Bytes with_png_chunk(const Bytes& png, std::string_view name, ByteView data)
{
    constexpr std::size_t header_end = 8 + 25;
    Bytes out(png.begin(), png.begin() + header_end);
    append(out, png_chunk(name, data));
    append(out, ByteView(png).subspan(header_end));
    return out;
}

Bytes with_webp_exif(const Bytes& webp, int orientation)
{
    const auto exif = exif_block(orientation);
    const WebPData file{reinterpret_cast<const std::uint8_t*>(webp.data()), webp.size()};
    const WebPData block{reinterpret_cast<const std::uint8_t*>(exif.data()), exif.size()};
    const std::unique_ptr<WebPMux, decltype(&WebPMuxDelete)> mux(WebPMuxCreate(&file, 1), WebPMuxDelete);
    require(WebPMuxSetChunk(mux.get(), "EXIF", &block, 1) == WEBP_MUX_OK, "WebP metadata");
    WebPData data;
    require(WebPMuxAssemble(mux.get(), &data) == WEBP_MUX_OK, "WebP assembly");
    Bytes out;
    append(out, view(data.bytes, data.size));
    WebPDataClear(&data);
    return out;
}

Bytes with_gif_comment(const Bytes& gif, std::string_view comment)
{
    Bytes out(gif.begin(), gif.end() - 1);
    append_number(out, 0xFE21, 2);
    append_number(out, comment.size(), 1);
    append(out, as_bytes(comment));
    append_number(out, 0x3B00, 2);
    return out;
}

} // namespace stillwatch::pictures::test
