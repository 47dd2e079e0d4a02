#include "core/links.hpp"

#include <array>

namespace stillwatch {

std::string_view name_of(Mechanism mechanism) noexcept
{
    static constexpr std::array<std::string_view, 26> names{
        "seed", "redirect", "a_href", "iframe",   "img_src",    "img_srcset",  "picture",
        "video_poster", "lazy", "og_image", "link_rel", "css_inline", "meta_refresh",
        "attribute", "css", "css_import", "manifest", "json_ld", "script", "json",
        "feed", "sitemap", "text", "track", "comment", "link_header"};
    const auto index = static_cast<std::size_t>(mechanism);
    return index < names.size() ? names[index] : "unknown";
}

std::string_view name_of(LinkKind kind) noexcept
{
    return kind == LinkKind::image ? "image" : "page";
}

std::string_view name_of(Wall wall) noexcept
{
    static constexpr std::array<std::string_view, 5> names{"none", "challenge", "login", "age", "riddle"};
    const auto index = static_cast<std::size_t>(wall);
    return index < names.size() ? names[index] : "unknown";
}

} // namespace stillwatch
