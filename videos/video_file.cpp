#include "videos/video_file.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace stillwatch::videos {

namespace {

constexpr auto npos = std::string_view::npos;

// ISO/IEC 14496-12: size, then the type of the first box; a segment of a stream begins with styp or moof.
bool is_iso_media(std::string_view head) noexcept
{
    if (head.size() < 12) return false;
    const auto type = head.substr(4, 4);
    if (type == "ftyp") {
        const auto brand = head.substr(8, 4);
        constexpr std::array<std::string_view, 8> of_others{"M4A ", "M4B ", "avif", "avis",
                                                            "heic", "heix", "mif1", "msf1"};
        return std::ranges::find(of_others, brand) == of_others.end();
    }
    constexpr std::array<std::string_view, 5> of_films{"styp", "moof", "moov", "mdat", "wide"};
    if (std::ranges::find(of_films, type) != of_films.end()) return true;
    // Words of ordinary texts, too: a box so small has a length that begins with a zero.
    constexpr std::array<std::string_view, 5> before_films{"free", "skip", "sidx", "pnot", "uuid"};
    return head.front() == '\0' && std::ranges::find(before_films, type) != before_films.end();
}

// ISO/IEC 13818-1, 2.4.3.2: a sync byte every 188 bytes, or every 192 behind a time of four (M2TS).
bool is_transport_stream(std::string_view head) noexcept
{
    constexpr std::size_t packets_looked_at = 3;
    const auto begins_at = [head](std::size_t first, std::size_t packet_bytes) {
        for (std::size_t i = 0; i < packets_looked_at; ++i) {
            const auto at = first + i * packet_bytes;
            if (at >= head.size() || head[at] != 'G') return false;
        }
        return true;
    };
    return begins_at(0, 188) || begins_at(4, 192);
}

constexpr std::size_t bytes_looked_at = 1'024;

std::string_view head_of(ByteView file) noexcept
{
    return as_text(file.first(std::min(file.size(), bytes_looked_at)));
}

bool begins_playlist(std::string_view head) noexcept
{
    if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
    while (!head.empty() && (head.front() == ' ' || (head.front() >= '\t' && head.front() <= '\r')))
        head.remove_prefix(1);
    if (head.starts_with("#EXTM3U")) return true;
    if (!head.starts_with('<')) return false;
    const auto root = head.find("<MPD");
    return root != npos && head.substr(0, root).find("<html") == npos &&
           head.find("urn:mpeg:dash:schema:mpd") != npos;
}

} // namespace

bool is_video(ByteView file) noexcept
{
    const auto head = head_of(file);
    if (head.starts_with("\x1A\x45\xDF\xA3")) return true; // EBML
    if (head.starts_with("RIFF") && head.substr(8).starts_with("AVI ")) return true;
    if (head.starts_with("FLV\x01")) return true;
    if (head.starts_with("OggS")) return head.find("\x80theora") != npos;
    if (head.starts_with(std::string_view("\0\0\x01\xBA", 4)) ||
        head.starts_with(std::string_view("\0\0\x01\xB3", 4)))
        return true;
    if (head.starts_with("\x30\x26\xB2\x75\x8E\x66\xCF\x11")) return true; // ASF
    return is_iso_media(head) || is_transport_stream(head) || begins_playlist(head);
}

bool is_playlist(ByteView file) noexcept
{
    return begins_playlist(head_of(file));
}

} // namespace stillwatch::videos
