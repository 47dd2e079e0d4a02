#pragma once

#include "core/bytes.hpp"
#include "core/links.hpp"
#include "core/result.hpp"

#include <string_view>

namespace stillwatch::html {

// Bounds of one document. Reaching one sets PageLinks::truncated. Past max_bytes and max_links the rest is left
// out. A document past max_depth or max_attributes is read without its structure, tag by tag (html/flatten.hpp):
// the tree builder's time grows with the square of both (100,000 nested <div>: 26 s, measured), and no real page
// comes near them.
struct ExtractLimits {
    std::size_t max_bytes = 8U << 20U;
    std::size_t max_links = 10'000;
    std::size_t max_depth = 512;
    std::size_t max_attributes = 256; // of one tag
};

// Every address of an HTML document (content-decoded bytes) with the mechanism that held it, made absolute
// against <base> or `base`. content_type is the header's value, used for its charset; it may be empty. Never
// fails on broken markup; errors: malformed (`base` is no address).
Result<PageLinks> extract_links(ByteView document, std::string_view content_type, std::string_view base,
                                const ExtractLimits& limits = {});

} // namespace stillwatch::html
