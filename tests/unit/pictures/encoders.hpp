#pragma once

#include "core/bytes.hpp"
#include "drawing.hpp"

#include <string_view>
#include <vector>

// Picture files of drawings, made by the format libraries.
namespace stillwatch::pictures::test {

enum class JpegKind { colour, grey, cmyk, progressive };
Bytes encode_jpeg(const Drawing& drawing, JpegKind kind = JpegKind::colour, int quality_percent = 90);

enum class PngKind { rgba, deep, palette, interlaced };
Bytes encode_png(const Drawing& drawing, PngKind kind = PngKind::rgba);

enum class WebpKind { lossy, lossless };
Bytes encode_webp(const Drawing& drawing, WebpKind kind = WebpKind::lossy);
Bytes encode_animated_webp(const std::vector<Drawing>& frames);

// Grey GIF of 256 levels; each frame is drawn over the one before.
Bytes encode_gif(const std::vector<Drawing>& frames);

Bytes encode_ppm(const Drawing& drawing);

enum class BmpKind { rgb_24, bit_fields_32, grey_8, grey_rle_8 };
Bytes encode_bmp(const Drawing& drawing, BmpKind kind = BmpKind::rgb_24);

enum class TiffKind { little, big, tiled };
Bytes encode_tiff(const Drawing& drawing, TiffKind kind = TiffKind::little, int exif_orientation = 1);

Bytes encode_avif(const Drawing& drawing);
Bytes encode_animated_avif(const std::vector<Drawing>& frames); // 100 ms each, as the others

// The first is the primary picture.
enum class HeifKind { plain, ten_bits, with_thumbnail };
// How irot and imir say that it is to be turned, as EXIF counts it, and what an EXIF block says besides; 0:
// none.
struct HeifTurning {
    int by_box = 1;
    int by_exif = 0;
};
Bytes encode_heif(const std::vector<Drawing>& drawings, HeifKind kind = HeifKind::plain,
                  HeifTurning turning = {});

enum class JxlKind { lossy, lossless };
// Several are an animation.
Bytes encode_jxl(const std::vector<Drawing>& frames, JxlKind kind = JxlKind::lossy, int exif_orientation = 1);

enum class Jpeg2000Kind { file, code_stream, deep, with_alpha };
Bytes encode_jpeg2000(const Drawing& drawing, Jpeg2000Kind kind = Jpeg2000Kind::file);

// Each frame replaces the one before. `shows_first`: the picture that readers of plain PNG see is the first
// frame.
Bytes encode_apng(const std::vector<Drawing>& frames, bool shows_first = true);

// Of files: PNG, or BMP of 24 bits as encode_bmp() makes them.
Bytes encode_ico(const std::vector<Bytes>& files);

// One behind the other.
Bytes joined(const std::vector<Bytes>& files);
Bytes encode_tiff_pages(const std::vector<Drawing>& pages);

// Metadata added to a file made by the functions above.
Bytes exif_block(int orientation, bool big_endian = false); // a TIFF structure
Bytes with_jpeg_segment(const Bytes& jpeg, std::uint8_t marker, ByteView payload);
Bytes with_jpeg_exif(const Bytes& jpeg, int orientation, bool big_endian = false);
Bytes png_chunk(std::string_view name, ByteView data);                        // length, name, data, check sum
Bytes with_png_chunk(const Bytes& png, std::string_view name, ByteView data); // after the header
Bytes with_webp_exif(const Bytes& webp, int orientation);
Bytes with_gif_comment(const Bytes& gif, std::string_view comment);

} // namespace stillwatch::pictures::test
