#include "core/binary.hpp"
#include "pictures/decode.hpp"
#include "pictures/frame_chooser.hpp"

#include <algorithm>
#include <optional>
#include <vector>

// ICO and CUR: a list of small pictures, each a PNG file or a BMP file without its first header.
namespace stillwatch::pictures {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t head_bytes = 6;
constexpr std::size_t entry_bytes = 16;
constexpr std::size_t most_entries = 64;

// With the header that it lacks. Its height counts a mask below the picture, which is left out.
std::optional<Bytes> as_bmp(ByteView inside)
{
    constexpr std::size_t file_header = 14;
    constexpr std::size_t least_header = 40;
    if (inside.size() < least_header || inside.size() > 64U << 20U) return std::nullopt;
    const std::uint32_t header = little_32(inside, 0);
    const std::uint32_t height = little_32(inside, 8) / 2;
    const unsigned bits = little_16(inside, 14);
    std::uint32_t colours = little_32(inside, 32);
    if (colours == 0 && bits <= 8) colours = 1U << bits;
    if (header < least_header || header > inside.size() || colours > 256) return std::nullopt;
    Bytes file;
    file.reserve(file_header + inside.size());
    append(file, as_bytes("BM"));
    append_little(file, static_cast<std::uint32_t>(file_header + inside.size()));
    append_little(file, std::uint32_t{0});
    append_little(file, static_cast<std::uint32_t>(file_header + header + std::size_t{4} * colours));
    file.insert(file.end(), inside.begin(), inside.end());
    for (unsigned i = 0; i < 4; ++i)
        file[file_header + 8 + i] = static_cast<std::byte>(height >> (8U * i));
    return file;
}

Result<Picture> decode_entry(ByteView inside, const PictureLimits& limits)
{
    if (begins_with(inside, "\x89PNG"sv)) return decode_png(inside, limits);
    const auto bmp = as_bmp(inside);
    if (!bmp) return Error{Errc::undecodable, "ICO: a broken entry"};
    return decode_bmp(*bmp, limits);
}

// The largest first.
std::vector<ByteView> entries_of(ByteView file)
{
    std::vector<ByteView> entries;
    const std::size_t count = std::min<std::size_t>(little_16(file, 4), most_entries);
    for (std::size_t i = 0; i < count && head_bytes + (i + 1) * entry_bytes <= file.size(); ++i) {
        const auto at = head_bytes + i * entry_bytes;
        const std::size_t size = little_32(file, at + 8);
        const std::size_t offset = little_32(file, at + 12);
        if (offset >= file.size()) continue;
        entries.push_back(file.subspan(offset, std::min(size, file.size() - offset)));
    }
    std::ranges::stable_sort(entries, std::ranges::greater{}, &ByteView::size);
    return entries;
}

} // namespace

Result<Picture> decode_ico(ByteView file, const PictureLimits& limits)
{
    if (file.size() < head_bytes) return Error{Errc::undecodable, "ICO: broken header"};
    Picture shown;
    shown.format = PictureFormat::ico;
    FrameChooser chooser(limits.max_working_bytes / 4);
    FrameBudget budget;
    Error failed{Errc::undecodable, "ICO: no picture in it"};
    for (const auto entry : entries_of(file)) {
        auto picture = decode_entry(entry, limits);
        if (!picture && failed.code != Errc::too_large) failed = picture.error();
        if (!picture) continue;
        if (!budget.allows(static_cast<std::size_t>(picture->width_px) *
                           static_cast<std::size_t>(picture->height_px)))
            break;
        if (chooser.is_empty()) {
            shown.width_px = picture->width_px;
            shown.height_px = picture->height_px;
        }
        for (auto& frame : picture->frames)
            chooser.offer(std::move(frame));
    }
    if (chooser.is_empty()) return failed;
    shown.is_in_part = budget.is_spent() || chooser.has_left_out();
    shown.frames = std::move(chooser).take();
    return shown;
}

} // namespace stillwatch::pictures
