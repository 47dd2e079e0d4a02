#pragma once

#include "core/bytes.hpp"
#include "core/links.hpp"
#include "core/result.hpp"

#include <string_view>

namespace stillwatch::html {

// Bounds of one document. Past max_links or max_depth the rest is left out and PageLinks::truncated is set.
struct ExtractLimits {
    std::size_t max_links = 10'000;
    // Gumbo's time grows with the square of nesting and of attributes on one tag (docs/decisions): a linear
    // pre-check cuts what no real page has.
    std::size_t max_depth = 512;
    std::size_t max_attributes = 1'000;
};

// Every address of an HTML document (content-decoded bytes) with the mechanism that held it, made absolute
// against <base> or `base`. content_type is the header's value, used for its charset; it may be empty. Never
// fails on broken markup; errors: malformed (`base` is no address).
Result<PageLinks> extract_links(ByteView document, std::string_view content_type, std::string_view base,
                                const ExtractLimits& limits = {});

} // namespace stillwatch::html
