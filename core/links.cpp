#include "core/links.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>

namespace stillwatch {

std::string_view name_of(Mechanism mechanism) noexcept
{
    static constexpr std::array<std::string_view, mechanism_count> names{
        "seed",         "redirect",   "a_href",   "iframe",   "img_src",     "img_srcset",   "picture",
        "video_poster", "lazy",       "og_image", "link_rel", "css_inline",  "meta_refresh", "attribute",
        "css",          "css_import", "manifest", "json_ld",  "script",      "json",         "feed",
        "sitemap",      "text",       "track",    "comment",  "link_header", "control",      "inline_data",
        "video_src",    "og_video",   "player"};
    const auto index = static_cast<std::size_t>(mechanism);
    return index < names.size() ? names[index] : "unknown";
}

std::string_view name_of(LinkKind kind) noexcept
{
    switch (kind) {
    case LinkKind::page: return "page";
    case LinkKind::image: return "image";
    case LinkKind::video: return "video";
    }
    return "unknown";
}

std::string_view name_of(Wall wall) noexcept
{
    static constexpr std::array<std::string_view, 5> names{"none", "challenge", "login", "age", "riddle"};
    const auto index = static_cast<std::size_t>(wall);
    return index < names.size() ? names[index] : "unknown";
}

bool is_picture_suffix(std::string_view suffix) noexcept
{
    static constexpr std::array<std::string_view, 28> suffixes{
        "jpg", "jpeg", "jpe",  "jfif", "pjpeg", "pjp",  "png",  "apng",  "gif",   "webp",
        "bmp", "tif",  "tiff", "avif", "avifs", "heic", "heif", "heics", "heifs", "hif",
        "jxl", "jp2",  "j2k",  "jpf",  "jpx",   "j2c",  "jpc",  "mpo"};
    if (suffix.size() < 3 || suffix.size() > 5) return false;
    return std::ranges::any_of(suffixes, [&](std::string_view one) { return same_name(suffix, one); });
}

bool is_video_suffix(std::string_view suffix) noexcept
{
    static constexpr std::array<std::string_view, 16> suffixes{"mp4", "m4v",  "mov", "webm", "mkv",  "avi",
                                                               "ts",  "flv",  "ogv", "mpg",  "mpeg", "3gp",
                                                               "wmv", "m3u8", "mpd", "3g2"};
    if (suffix.size() < 2 || suffix.size() > 4) return false;
    return std::ranges::any_of(suffixes, [&](std::string_view one) { return same_name(suffix, one); });
}

} // namespace stillwatch
