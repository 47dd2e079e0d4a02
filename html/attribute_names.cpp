#include "html/attribute_names.hpp"

#include "core/npos.hpp"
#include "html/listed.hpp"
#include "html/references.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::html {

namespace {

} // namespace

bool ends_with_name(std::string_view text, std::string_view end) noexcept
{
    return text.size() >= end.size() && same_name(text.substr(text.size() - end.size()), end);
}

bool is_lazy_source(std::string_view name) noexcept
{
    static constexpr std::array<std::string_view, 37> names{"actualsrc",
                                                            "background",
                                                            "background-image",
                                                            "bg",
                                                            "bg-image",
                                                            "bg-src",
                                                            "cover",
                                                            "echo",
                                                            "fallback-src",
                                                            "flickity-lazyload",
                                                            "full",
                                                            "full-src",
                                                            "fullsrc",
                                                            "hi-res-src",
                                                            "highres",
                                                            "image",
                                                            "image-src",
                                                            "img",
                                                            "img-src",
                                                            "large",
                                                            "large-file",
                                                            "large-src",
                                                            "large_image",
                                                            "lazy",
                                                            "lazy-original",
                                                            "lazy-src",
                                                            "lazyload",
                                                            "medium-file",
                                                            "orig-file",
                                                            "original",
                                                            "original-src",
                                                            "poster",
                                                            "preview",
                                                            "src",
                                                            "thumb",
                                                            "thumbnail",
                                                            "zoom-image"};
    static_assert(std::ranges::is_sorted(names));
    return std::ranges::find_if(names, [&](auto one) { return same_name(one, name.substr(5)); }) !=
           names.end();
}

bool looks_like_address(std::string_view value) noexcept
{
    return value.find_first_of("/?") != npos || has_image_suffix(value);
}

bool is_wording(std::string_view name) noexcept
{
    if (begins_with_name(name, "aria-")) return true;
    if (begins_with_name(name, "data-"))
        return std::ranges::any_of(std::array<std::string_view, 7>{"name", "title", "caption", "alt", "label",
                                                                   "text", "description"},
                                   [&](auto end) { return ends_with_name(name, end); });
    return listed({"alt", "title", "class", "id", "name", "label", "placeholder", "download", "content",
                   "value", "summary", "for", "headers", "abbr", "about", "property", "itemid"},
                  name);
}

} // namespace stillwatch::html
