#include "packages/png_file.hpp"

#include "core/binary.hpp"
#include "packages/inflate.hpp"

#include <algorithm>
#include <string_view>

namespace stillwatch::packages {

namespace {

using namespace std::string_view_literals;

void append_chunk(Bytes& out, std::string_view name, ByteView data)
{
    append_big(out, static_cast<std::uint32_t>(data.size()));
    const auto begin = out.size();
    append(out, as_bytes(name));
    append(out, data);
    append_big(out, crc_32(ByteView(out).subspan(begin)));
}

// A zlib stream of blocks that are stored as they are (RFC 1950, RFC 1951 section 3.2.4).
Bytes stored(ByteView data)
{
    constexpr std::size_t most_in_block = 65'535;
    Bytes out;
    out.reserve(data.size() + data.size() / most_in_block * 5 + 16);
    append(out, as_bytes("\x78\x01"sv));
    std::uint32_t low = 1;
    std::uint32_t high = 0;
    for (const auto byte : data) {
        low = (low + std::to_integer<std::uint32_t>(byte)) % 65'521U;
        high = (high + low) % 65'521U;
    }
    do {
        const auto part = data.first(std::min(data.size(), most_in_block));
        data = data.subspan(part.size());
        out.push_back(static_cast<std::byte>(data.empty() ? 1 : 0));
        const auto size = static_cast<std::uint16_t>(part.size());
        append_little(out, size);
        append_little(out, static_cast<std::uint16_t>(~size));
        append(out, part);
    } while (!data.empty());
    append_big(out, high << 16U | low);
    return out;
}

} // namespace

Bytes png_file(const PngRows& rows, ByteView pixels)
{
    const auto row_bytes = rows.width_px * rows.channels + (rows.are_filtered ? 1 : 0);
    Bytes lines;
    if (!rows.are_filtered) {
        lines.reserve((row_bytes + 1) * rows.height_px);
        for (std::size_t y = 0; y < rows.height_px; ++y) {
            lines.push_back(std::byte{0});
            append(lines, pixels.subspan(y * row_bytes, row_bytes));
        }
    }
    Bytes out;
    append(out, as_bytes("\x89PNG\r\n\x1A\n"sv));
    Bytes header;
    append_big(header, static_cast<std::uint32_t>(rows.width_px));
    append_big(header, static_cast<std::uint32_t>(rows.height_px));
    append(header,
           as_bytes(rows.channels == 3 ? "\x08\x02\0\0\0"sv : "\x08\0\0\0\0"sv)); // 8 bits, RGB or grey
    append_chunk(out, "IHDR", header);
    append_chunk(out, "IDAT",
                 stored(rows.are_filtered ? pixels.first(row_bytes * rows.height_px) : ByteView(lines)));
    append_chunk(out, "IEND", {});
    return out;
}

} // namespace stillwatch::packages
