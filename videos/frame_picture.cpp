#include "videos/frame_picture.hpp"

#include <algorithm>
#include <string>

namespace stillwatch::videos {

namespace {

// As videos/decode/draw.cpp writes it.
Bytes head_of(int width_px, int height_px)
{
    return to_bytes("P6\n" + std::to_string(width_px) + " " + std::to_string(height_px) + "\n255\n");
}

} // namespace

std::optional<Bytes> part_of(ByteView picture, FrameSize size, const ShownBox& box)
{
    const bool is_inside = box.left >= 0 && box.top >= 0 && box.width_px > 0 && box.height_px > 0 &&
                           box.width_px <= size.width_px - box.left &&
                           box.height_px <= size.height_px - box.top;
    if (!is_inside) return std::nullopt;
    const auto head = head_of(size.width_px, size.height_px);
    const auto row_bytes = 3 * static_cast<std::size_t>(size.width_px);
    const auto rows = static_cast<std::size_t>(size.height_px);
    if (picture.size() != head.size() + rows * row_bytes ||
        !std::ranges::equal(picture.first(head.size()), head))
        return std::nullopt;
    const auto pixels = picture.subspan(head.size());
    auto part = head_of(box.width_px, box.height_px);
    const auto part_bytes = 3 * static_cast<std::size_t>(box.width_px);
    part.reserve(part.size() + part_bytes * static_cast<std::size_t>(box.height_px));
    for (int y = box.top; y < box.top + box.height_px; ++y)
        append(part, pixels.subspan(static_cast<std::size_t>(y) * row_bytes +
                                        3 * static_cast<std::size_t>(box.left),
                                    part_bytes));
    return part;
}

} // namespace stillwatch::videos
