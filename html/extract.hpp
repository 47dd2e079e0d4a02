#pragma once

#include "core/bytes.hpp"
#include "core/links.hpp"
#include "core/result.hpp"

#include <string_view>

namespace stillwatch::html {

// Bounds of one document. Reaching one sets PageLinks::truncated. Past max_bytes and max_links the rest is
// left out. Past max_depth or max_attributes no tree is built where one would be asked (html/read_html.hpp):
// the tree builder's time grows with the square of both (100,000 nested <div>: 26 s, measured), and no real
// page comes near them.
struct ExtractLimits {
    std::size_t max_bytes = 8U << 20U;
    // Of each kind; five times as many in all of a sitemap, which may name 50,000 (sitemaps.org).
    std::size_t max_links = 10'000;
    std::size_t max_depth = 512;
    std::size_t max_attributes = 256; // of one tag

    std::size_t max_links_of_sitemap() const noexcept { return 5 * max_links; }
};

// Rises when more is found in the same bytes (3: items, 4: pages that no anchor leads to, joined addresses,
// 5: videos): what was read with a lower one is read again.
inline constexpr int reader_version = 5;

// What came with a document; all may be empty.
struct DocumentHead {
    std::string_view content_type{}; // the header's value: charset and kind
    std::string_view link{};         // Link headers, joined by commas
};

// Every address of a document (content-decoded bytes: HTML, CSS, JSON, XML, WebVTT or text) with the
// mechanism that held it, made absolute against <base> or `base`. Never fails on broken markup; errors:
// malformed (`base` is no address).
Result<PageLinks> extract_links(ByteView document, const DocumentHead& head, std::string_view base,
                                const ExtractLimits& limits = {});

} // namespace stillwatch::html
