#include "videos/video_file.hpp"

#include "core/npos.hpp"
#include "videos/container.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace stillwatch::videos {

namespace {

// Pictures and sound in the containers of films (ISO/IEC 14496-12: the brand behind the first box's type).
bool is_of_others(std::string_view head) noexcept
{
    constexpr std::array<std::string_view, 8> brands{"M4A ", "M4B ", "avif", "avis",
                                                     "heic", "heix", "mif1", "msf1"};
    return head.size() >= 12 && head.substr(4, 4) == "ftyp" &&
           std::ranges::find(brands, head.substr(8, 4)) != brands.end();
}

std::string_view head_of(ByteView file) noexcept
{
    return as_text(file.first(std::min(file.size(), container_head_bytes)));
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
    if (const auto container = sniff_container(as_bytes(head))) {
        if (*container == Container::mp4) return !is_of_others(head);
        return *container != Container::ogg || head.find("\x80theora") != npos;
    }
    if (head.starts_with(std::string_view("\0\0\x01\xB3", 4))) return true; // MPEG without a container
    if (head.starts_with("\x30\x26\xB2\x75\x8E\x66\xCF\x11")) return true;  // ASF
    return begins_playlist(head);
}

bool is_playlist(ByteView file) noexcept
{
    return begins_playlist(head_of(file));
}

} // namespace stillwatch::videos
