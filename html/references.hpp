#pragma once

#include "core/links.hpp"

#include <string>
#include <string_view>
#include <vector>

// Addresses inside attribute values and style sheets, as written: still relative. Each is a plain scan in
// linear time that takes what it understands from broken text.
namespace stillwatch::html {

// Whether the path of a reference ends like a picture's (is_picture_suffix).
bool has_image_suffix(std::string_view reference) noexcept;

// Likewise like a video's or a playlist's of one (is_video_suffix). "File:clip.webm" is a page about one.
bool has_video_suffix(std::string_view reference) noexcept;

// A picture or video where it ends like one, else `otherwise`.
LinkKind kind_by_suffix(std::string_view reference, LinkKind otherwise) noexcept;

// One of a srcset; size: the number of its descriptor ("640w", "2x"), which counts among those of the same
// set only.
struct SetAddress {
    std::string_view address;
    double size = 1;
};

// The addresses of a srcset ("a.jpg 1x, b.jpg 2x"), HTML section 4.8.4.2.1.
std::vector<SetAddress> srcset_addresses(std::string_view text);

// An address of a style sheet; is_sheet: it is to be imported, else a picture is likely.
struct CssAddress {
    std::string reference;
    bool is_sheet = false;

    friend bool operator==(const CssAddress&, const CssAddress&) = default;
};

// What url(…), image-set("…") and @import of CSS name, escapes decoded; not fonts and scripts, by their
// suffix.
std::vector<CssAddress> css_addresses(std::string_view css);

// The number of at most `digits` hexadecimal digits at `at`, which moves behind it.
char32_t take_hex(std::string_view text, std::size_t& at, std::size_t digits) noexcept;

} // namespace stillwatch::html
