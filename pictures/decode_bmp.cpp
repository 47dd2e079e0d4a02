#include "pictures/decode.hpp"

#include "core/binary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <optional>

// Windows bitmaps (Microsoft, "Bitmap Storage"): all header versions, 1 to 32 bits a pixel, RLE. Alpha is
// left out: writers leave it zero as often as not. Missing rows stay white.
namespace stillwatch::pictures {

namespace {

enum class Compression : std::uint8_t { none, rle_8, rle_4, bit_fields };

struct Header {
    std::int64_t width_px = 0;
    std::int64_t height_px = 0;
    bool top_down = false;
    unsigned bits_per_pixel = 0;
    Compression compression = Compression::none;
    std::array<std::uint32_t, 3> masks{}; // red, green, blue
    std::array<std::uint16_t, 256> palette{};
    std::size_t pixels_at = 0;
};

constexpr std::size_t file_header_bytes = 14;
constexpr std::size_t core_header_bytes = 12;
constexpr std::size_t info_header_bytes = 40;

Error broken(std::string_view what)
{
    return {Errc::undecodable, fmt::format("BMP: {}", what)};
}

std::optional<Compression> compression_of(std::uint32_t stored, unsigned bits_per_pixel)
{
    const bool deep = bits_per_pixel == 16 || bits_per_pixel == 32;
    const bool known_depth =
        deep || bits_per_pixel == 1 || bits_per_pixel == 4 || bits_per_pixel == 8 || bits_per_pixel == 24;
    if (!known_depth) return std::nullopt;
    if (stored == 0) return Compression::none;
    if (stored == 1 && bits_per_pixel == 8) return Compression::rle_8;
    if (stored == 2 && bits_per_pixel == 4) return Compression::rle_4;
    if ((stored == 3 || stored == 6) && deep) return Compression::bit_fields;
    return std::nullopt;
}

void read_palette(ByteView file, std::size_t at, std::size_t entry_bytes, std::size_t entries, Header& header)
{
    header.palette.fill(0);
    entries = std::min<std::size_t>(entries, 256);
    for (std::size_t i = 0; i < entries && at + entry_bytes <= file.size(); ++i, at += entry_bytes)
        header.palette[i] = luma_of(byte_at(file, at + 2), byte_at(file, at + 1), byte_at(file, at));
}

Result<Header> read_header(ByteView file)
{
    if (file.size() < file_header_bytes + core_header_bytes) return broken("no header");
    Header header;
    header.pixels_at = little_32(file, 10);
    const std::size_t size = little_32(file, 14);
    if (size > file.size() - file_header_bytes) return broken("broken header");
    const auto palette_at = file_header_bytes + size;
    if (size == core_header_bytes) {
        header.width_px = little_16(file, 18);
        header.height_px = little_16(file, 20);
        header.bits_per_pixel = little_16(file, 24);
        if (!compression_of(0, header.bits_per_pixel)) return broken("unknown depth");
        read_palette(file, palette_at, 3, 256, header);
        return header;
    }
    if (size < info_header_bytes) return broken("broken header");

    header.width_px = static_cast<std::int32_t>(little_32(file, 18));
    header.height_px = static_cast<std::int32_t>(little_32(file, 22));
    header.top_down = header.height_px < 0;
    header.height_px = std::abs(header.height_px);
    header.bits_per_pixel = little_16(file, 28);
    const auto compression = compression_of(little_32(file, 30), header.bits_per_pixel);
    if (!compression) return broken("unknown depth or compression");
    header.compression = *compression;
    header.masks = header.bits_per_pixel == 16 ? std::array<std::uint32_t, 3>{0x7C00, 0x03E0, 0x001F}
                                               : std::array<std::uint32_t, 3>{0xFF0000, 0x00FF00, 0x0000FF};
    if (header.compression == Compression::bit_fields) {
        constexpr std::size_t masks_at =
            file_header_bytes + info_header_bytes; // in or right after the header
        if (file.size() < masks_at + 12) return broken("no colour masks");
        for (std::size_t i = 0; i < 3; ++i)
            header.masks[i] = little_32(file, masks_at + 4 * i);
    }
    const std::size_t colours = little_32(file, 46);
    read_palette(file, palette_at, 4, colours == 0 ? 256 : colours, header);
    return header;
}

// A masked value as 0..255.
std::uint8_t channel(std::uint32_t pixel, std::uint32_t mask) noexcept
{
    if (mask == 0) return 0;
    const auto shift = static_cast<unsigned>(std::countr_zero(mask));
    const std::uint64_t largest = mask >> shift;
    return static_cast<std::uint8_t>(std::uint64_t{(pixel & mask) >> shift} * 255U / largest);
}

std::uint16_t level_at(const Header& header, ByteView row, std::size_t x) noexcept
{
    switch (header.bits_per_pixel) {
    case 1: return header.palette[(byte_at(row, x / 8) >> (7 - x % 8)) & 1U];
    case 4: return header.palette[(byte_at(row, x / 2) >> (x % 2 == 0 ? 4 : 0)) & 15U];
    case 8: return header.palette[byte_at(row, x)];
    case 24: return luma_of(byte_at(row, 3 * x + 2), byte_at(row, 3 * x + 1), byte_at(row, 3 * x));
    default: break;
    }
    const std::uint32_t pixel = header.bits_per_pixel == 16 ? little_16(row, 2 * x) : little_32(row, 4 * x);
    return luma_of(channel(pixel, header.masks[0]), channel(pixel, header.masks[1]),
                   channel(pixel, header.masks[2]));
}

// Rows that came, of all.
int read_plain(const Header& header, ByteView pixels, Luma& luma)
{
    const std::size_t stride =
        (static_cast<std::size_t>(header.width_px) * header.bits_per_pixel + 31) / 32 * 4;
    const auto rows = std::min<std::size_t>(static_cast<std::size_t>(luma.height_px), pixels.size() / stride);
    for (std::size_t i = 0; i < rows; ++i) {
        const auto row = pixels.subspan(i * stride, stride);
        auto* target =
            luma.row(header.top_down ? static_cast<int>(i) : luma.height_px - 1 - static_cast<int>(i));
        for (std::size_t x = 0; x < static_cast<std::size_t>(luma.width_px); ++x)
            target[x] = level_at(header, row, x);
    }
    return static_cast<int>(rows);
}

// Unpacks RLE8 and RLE4 from the bottom row up. Each step takes at least two bytes, so it ends with the data.
class RunReader {
public:
    RunReader(const Header& header, ByteView pixels, Luma& luma) : header_(header), rest_(pixels), luma_(luma)
    {
    }

    int read()
    {
        while (rest_.size() >= 2 && y_ < luma_.height_px) {
            const unsigned count = byte_at(rest_, 0);
            const unsigned value = byte_at(rest_, 1);
            rest_ = rest_.subspan(2);
            if (count > 0) {
                for (unsigned i = 0; i < count && x_ < luma_.width_px; ++i)
                    put(index_of(value, i));
            } else if (!escape(value)) {
                return luma_.height_px;
            }
        }
        return std::min(y_, luma_.height_px);
    }

private:
    bool four_bits() const noexcept { return header_.compression == Compression::rle_4; }

    unsigned index_of(unsigned value, unsigned i) const noexcept
    {
        if (!four_bits()) return value;
        return i % 2 == 0 ? value >> 4U : value & 15U;
    }

    void put(unsigned index) noexcept
    {
        if (x_ < luma_.width_px) luma_.row(luma_.height_px - 1 - y_)[x_++] = header_.palette[index];
    }

    // False at the end of the picture.
    bool escape(unsigned code)
    {
        constexpr unsigned end_of_row = 0, end_of_picture = 1, move = 2;
        if (code == end_of_picture) return false;
        if (code == end_of_row) {
            x_ = 0;
            ++y_;
        } else if (code == move) {
            if (rest_.size() < 2) return false;
            x_ = std::min(luma_.width_px, x_ + byte_at(rest_, 0));
            y_ += byte_at(rest_, 1);
            rest_ = rest_.subspan(2);
        } else {
            const std::size_t bytes = four_bits() ? (code + 1) / 2 : code;
            const auto taken = rest_.first(std::min(bytes, rest_.size()));
            for (unsigned i = 0; i < code && (four_bits() ? i / 2 : i) < taken.size(); ++i)
                put(index_of(byte_at(taken, four_bits() ? i / 2 : i), i));
            rest_ = rest_.subspan(std::min(bytes + bytes % 2, rest_.size()));
        }
        return true;
    }

    const Header& header_;
    ByteView rest_;
    Luma& luma_;
    int x_ = 0;
    int y_ = 0;
};

} // namespace

Result<Picture> decode_bmp(ByteView file, const PictureLimits& limits)
{
    const auto header = read_header(file);
    if (!header) return header.error();
    if (auto size = check_size(header->width_px, header->height_px, 2, limits); !size) return size.error();
    if (header->pixels_at >= file.size()) return broken("no pixels");
    const auto pixels = file.subspan(header->pixels_at);

    Picture picture;
    picture.format = PictureFormat::bmp;
    picture.width_px = static_cast<int>(header->width_px);
    picture.height_px = static_cast<int>(header->height_px);
    Luma luma(picture.width_px, picture.height_px);
    const bool runs = header->compression == Compression::rle_8 || header->compression == Compression::rle_4;
    const int rows = runs ? RunReader(*header, pixels, luma).read() : read_plain(*header, pixels, luma);
    if (std::int64_t{rows} * 2 < luma.height_px) return broken("cut before half of its rows");
    picture.frames.push_back(std::move(luma));
    return picture;
}

} // namespace stillwatch::pictures
