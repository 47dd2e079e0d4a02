#include "videos/container.hpp"

#include "core/binary.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::videos {

namespace {

using namespace std::string_view_literals;

// Boxes that a file of ISO base media or QuickTime begins with (ISO/IEC 14496-12; QuickTime File Format).
constexpr std::array<std::string_view, 6> first_boxes{"ftyp", "styp", "moov", "moof", "mdat", "wide"};
// Words of ordinary texts, too: a box so small has a length that begins with a zero.
constexpr std::array<std::string_view, 5> boxes_before{"free", "skip", "sidx", "pnot", "uuid"};

bool is_mp4(ByteView head) noexcept
{
    if (head.size() < 8) return false;
    const auto type = as_text(head.subspan(4, 4));
    if (std::ranges::find(first_boxes, type) != first_boxes.end()) return true;
    return byte_at(head, 0) == 0 && std::ranges::find(boxes_before, type) != boxes_before.end();
}

// A sync byte every 188 bytes, or every 192 behind a time of four (M2TS): four packets, or what there is,
// three at least. ISO/IEC 13818-1, 2.4.3.2.
bool is_mpeg_ts(ByteView head) noexcept
{
    const auto begins_at = [&](std::size_t first, std::size_t packet_bytes) {
        for (std::size_t i = 0; i < 4; ++i) {
            const auto at = first + i * packet_bytes;
            if (at >= head.size()) return i >= 3;
            if (byte_at(head, at) != 0x47) return false;
        }
        return true;
    };
    return begins_at(0, 188) || begins_at(4, 192);
}

} // namespace

std::string_view demuxer_of(Container container) noexcept
{
    switch (container) {
    case Container::mp4: return "mov";
    case Container::matroska: return "matroska";
    case Container::mpeg_ts: return "mpegts";
    case Container::avi: return "avi";
    case Container::flv: return "flv";
    case Container::ogg: return "ogg";
    case Container::mpeg_ps: return "mpeg";
    }
    return "unknown";
}

std::optional<Container> sniff_container(ByteView head) noexcept
{
    if (begins_with(head, "\x1A\x45\xDF\xA3"sv)) return Container::matroska;
    if (begins_with(head, "RIFF"sv) && head.size() >= 12 && as_text(head.subspan(8, 4)) == "AVI ")
        return Container::avi;
    if (begins_with(head, "FLV\x01"sv)) return Container::flv;
    if (begins_with(head, "OggS"sv)) return Container::ogg;
    if (begins_with(head, "\0\0\1\xBA"sv)) return Container::mpeg_ps;
    if (is_mp4(head)) return Container::mp4;
    if (is_mpeg_ts(head)) return Container::mpeg_ts;
    return std::nullopt;
}

} // namespace stillwatch::videos
