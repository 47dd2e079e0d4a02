#include "pictures/decode.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

// Portable pixmaps, binary and of 8 bits (netpbm, "ppm"): what stillwatch-video makes of a frame. Read as
// strictly as they are written: no comments, 255 the largest value, nothing behind the pixels.
namespace stillwatch::pictures {

namespace {

Error broken(std::string_view what)
{
    return {Errc::undecodable, fmt::format("PPM: {}", what)};
}

struct Header {
    int width_px = 0;
    int height_px = 0;
    std::size_t bytes = 0;
};

// The number that begins `text` and is followed by one blank or line end; both are taken away.
std::optional<int> take_number(std::string_view& text)
{
    int number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto digits = static_cast<std::size_t>(read.ptr - text.data());
    if (read.ec != std::errc{} || number < 1 || digits >= text.size()) return std::nullopt;
    if (text[digits] != ' ' && text[digits] != '\n') return std::nullopt;
    text.remove_prefix(digits + 1);
    return number;
}

std::optional<Header> read_header(ByteView file)
{
    constexpr std::size_t most_header = 40; // three numbers of 11 digits, with what parts them
    auto text = as_text(file.first(std::min(file.size(), most_header)));
    if (!text.starts_with("P6\n") && !text.starts_with("P6 ")) return std::nullopt;
    const auto length = text.size();
    text.remove_prefix(3);
    const auto width_px = take_number(text);
    const auto height_px = width_px ? take_number(text) : std::nullopt;
    const auto largest = height_px ? take_number(text) : std::nullopt;
    if (!largest || *largest != 255) return std::nullopt;
    return Header{*width_px, *height_px, length - text.size()};
}

} // namespace

Result<Picture> decode_ppm(ByteView file, const PictureLimits& limits)
{
    const auto header = read_header(file);
    if (!header) return broken("header");
    if (auto size = check_size(header->width_px, header->height_px, 2, limits); !size) return size.error();
    Picture picture;
    picture.format = PictureFormat::ppm;
    picture.width_px = header->width_px;
    picture.height_px = header->height_px;
    const auto width = static_cast<std::size_t>(header->width_px);
    const auto pixels = file.subspan(header->bytes);
    if (pixels.size() != 3 * width * static_cast<std::size_t>(header->height_px))
        return broken("not as many pixels as announced");
    Luma luma(header->width_px, header->height_px);
    const auto* from = reinterpret_cast<const std::uint8_t*>(pixels.data());
    for (int y = 0; y < header->height_px; ++y) {
        auto* row = luma.row(y);
        for (std::size_t x = 0; x < width; ++x, from += 3)
            row[x] = luma_of(from[0], from[1], from[2]);
    }
    picture.frames.push_back(std::move(luma));
    return picture;
}

} // namespace stillwatch::pictures
