// TIFF, and files that hold several pictures.
#include "core/binary.hpp"
#include "encoders.hpp"
#include "pictures/containers.hpp"

#include <tiffio.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <unistd.h>

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

void append_number(Bytes& out, std::uint64_t value, unsigned bytes, bool big_endian)
{
    for (unsigned i = 0; i < bytes; ++i)
        out.push_back(static_cast<std::byte>(value >> (8U * (big_endian ? bytes - 1 - i : i))));
}

// Which frame, how large, where, how long, and how it is put onto the canvas.
Bytes frame_control(std::uint32_t sequence, const Drawing& frame)
{
    Bytes control;
    append_number(control, sequence, 4, true);
    append_number(control, static_cast<std::uint32_t>(frame.width_px), 4, true);
    append_number(control, static_cast<std::uint32_t>(frame.height_px), 4, true);
    append_number(control, 0, 8, true);
    append_number(control, 1, 2, true);
    append_number(control, 10, 2, true);
    append_number(control, 0, 2, true);
    return control;
}

} // namespace

Bytes encode_apng(const std::vector<Drawing>& frames, bool shows_first)
{
    Bytes out;
    std::uint32_t sequence = 0;
    const auto first = encode_png(frames.front());
    append(out, ByteView(first).first(8));
    PngChunks head(first);
    append(out, png_chunk("IHDR", head.next()->data));
    Bytes counts;
    append_number(counts, frames.size() - (shows_first ? 0 : 1), 4, true);
    append_number(counts, 0, 4, true);
    append(out, png_chunk("acTL", counts));
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const bool is_default = i == 0;
        if (shows_first || !is_default) append(out, png_chunk("fcTL", frame_control(sequence++, frames[i])));
        const auto file = encode_png(frames[i]);
        PngChunks chunks(file);
        while (const auto chunk = chunks.next()) {
            if (chunk->name != "IDAT") continue;
            Bytes data;
            if (!is_default) append_number(data, sequence++, 4, true);
            append(data, chunk->data);
            append(out, png_chunk(is_default ? "IDAT" : "fdAT", data));
        }
    }
    append(out, png_chunk("IEND", {}));
    return out;
}

Bytes encode_ico(const std::vector<Bytes>& files)
{
    std::vector<Bytes> inside;
    for (const auto& file : files) {
        if (as_text(file).starts_with("BM")) {
            Bytes bare(file.begin() + 14, file.end());
            const std::uint32_t height = 2 * little_32(bare, 8); // with a mask below
            for (unsigned i = 0; i < 4; ++i)
                bare[8 + i] = static_cast<std::byte>(height >> (8U * i));
            inside.push_back(std::move(bare));
        } else {
            inside.push_back(file);
        }
    }
    Bytes out;
    append_number(out, 0, 2, false);
    append_number(out, 1, 2, false);
    append_number(out, inside.size(), 2, false);
    std::size_t at = 6 + 16 * inside.size();
    for (const auto& file : inside) {
        append_number(out, 0, 8, false);
        append_number(out, file.size(), 4, false);
        append_number(out, at, 4, false);
        at += file.size();
    }
    for (const auto& file : inside)
        append(out, file);
    return out;
}

Bytes joined(const std::vector<Bytes>& files)
{
    Bytes out;
    for (const auto& file : files)
        append(out, file);
    return out;
}

namespace {

// libtiff writes best to a file; one in memory needs no directory.
template <class Write>
Bytes written_tiff(TiffKind kind, const Write& write)
{
    auto path = (std::filesystem::temp_directory_path() / "stillwatch-tiff-XXXXXX").string();
    const int file = mkstemp(path.data());
    require(file >= 0, "temporary file");
    auto* tiff = TIFFFdOpen(file, "picture", kind == TiffKind::big ? "wb" : "wl");
    write(tiff);
    TIFFClose(tiff);
    std::ifstream written(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(written), {}};
    std::filesystem::remove(path);
    return to_bytes(text);
}

void write_page(TIFF* tiff, const Drawing& drawing, TiffKind kind, int exif_orientation)
{
    const auto width = static_cast<std::uint32_t>(drawing.width_px);
    const auto height = static_cast<std::uint32_t>(drawing.height_px);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, exif_orientation);
    constexpr int tile = 64;
    if (kind == TiffKind::tiled) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, tile);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, tile);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 16);
    }
    const auto block = [&](int left, int top, int columns, int rows) {
        std::vector<std::uint8_t> rgb;
        for (int y = top; y < top + rows; ++y)
            for (int x = left; x < left + columns; ++x) {
                const auto* pixel =
                    drawing.at(std::min(x, drawing.width_px - 1), std::min(y, drawing.height_px - 1));
                rgb.insert(rgb.end(), pixel, pixel + 3);
            }
        return rgb;
    };
    if (kind == TiffKind::tiled) {
        for (int top = 0; top < drawing.height_px; top += tile)
            for (int left = 0; left < drawing.width_px; left += tile) {
                auto rgb = block(left, top, tile, tile);
                TIFFWriteTile(tiff, rgb.data(), static_cast<std::uint32_t>(left),
                              static_cast<std::uint32_t>(top), 0, 0);
            }
    } else {
        for (int y = 0; y < drawing.height_px; ++y) {
            auto rgb = block(0, y, drawing.width_px, 1);
            TIFFWriteScanline(tiff, rgb.data(), static_cast<std::uint32_t>(y), 0);
        }
    }
}

} // namespace

Bytes encode_tiff(const Drawing& drawing, TiffKind kind, int exif_orientation)
{
    return written_tiff(kind, [&](TIFF* tiff) { write_page(tiff, drawing, kind, exif_orientation); });
}

Bytes encode_tiff_pages(const std::vector<Drawing>& pages)
{
    return written_tiff(TiffKind::little, [&](TIFF* tiff) {
        for (const auto& page : pages) {
            write_page(tiff, page, TiffKind::little, 1);
            require(TIFFWriteDirectory(tiff) == 1, "TIFF page");
        }
    });
}

} // namespace stillwatch::pictures::test
