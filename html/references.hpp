#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Addresses inside attribute values and style sheets, as written: still relative. Each is a plain scan in linear
// time that takes what it understands from broken text.
namespace stillwatch::html {

// Whether the path of a reference ends like a picture's: .jpg .jpeg .jpe .jfif .png .webp .gif .bmp .tif .tiff
// .avif .apng.
bool has_image_suffix(std::string_view reference) noexcept;

// The addresses of a srcset ("a.jpg 1x, b.jpg 2x"), HTML section 4.8.4.2.1.
std::vector<std::string_view> srcset_addresses(std::string_view text);

// What url(…) and image-set("…") of CSS name, escapes decoded; not style sheets and fonts, by their suffix.
std::vector<std::string> css_addresses(std::string_view css);

// The address of a refresh ("5; url=next.html"); nothing where it only reloads.
std::optional<std::string_view> refresh_address(std::string_view content);

// The strings of a JSON text that end like a picture, escapes of slashes decoded.
std::vector<std::string> json_image_addresses(std::string_view json);

} // namespace stillwatch::html
