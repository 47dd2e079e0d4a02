#pragma once

#include "core/bytes.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Pictures that stand whole in a document, whatever part of it holds them: markup, style sheets, scripts,
// JSON.
namespace stillwatch::html {

struct InlineFiles {
    // Past them the rest is left out, and `is_whole` is false.
    static constexpr std::size_t max_pictures = 64;
    static constexpr std::size_t max_bytes = 6U << 20U; // of all of them
    // Less shows nothing that could be compared: blank pictures, icons, blurred stand-ins.
    static constexpr std::size_t min_bytes = 512;

    std::vector<Bytes> pictures;
    std::vector<std::string> drawings; // SVG and HTML, which may hold pictures themselves
    std::size_t bytes = 0;             // of all that was decoded
    bool is_whole = true;
};

// Adds those of `text` to `files`: data: addresses, in base64 or percent-coded, and base64 that begins like a
// picture does, at a quote. Escapes of HTML, JSON, scripts and addresses are undone, blanks inside passed
// over.
void take_inline_files(std::string_view text, InlineFiles& files);

} // namespace stillwatch::html
