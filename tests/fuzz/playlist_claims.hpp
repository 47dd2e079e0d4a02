#pragma once

#include "core/url.hpp"
#include "tests/fuzz/claim.hpp"
#include "videos/playlist_choice.hpp"

#include <algorithm>

// What holds of every playlist that was read, whatever its text.
namespace stillwatch::fuzz {

inline void check_address(const std::string& address)
{
    const auto url = Url::parse(address);
    claim(url.has_value() && url->text() == address, "an address is one, in its normal form");
}

inline void check_playlist(const Playlist& playlist)
{
    claim(playlist.variants.size() <= Playlist::max_variants, "variants in bounds");
    std::size_t segments = 0;
    for (const auto& variant : playlist.variants) {
        segments += variant.segments.size();
        if (!variant.playlist.empty()) check_address(variant.playlist);
        if (!variant.file.empty()) check_address(variant.file);
        for (const auto& segment : variant.segments) {
            check_address(segment.url);
            claim(!segment.range || segment.range->length > 0, "no empty part");
            claim(segment.seconds >= 0 && segment.seconds < 1e300, "a length is one");
            claim(segment.init == Segment::none || segment.init < variant.inits.size(), "which init");
            claim(segment.key == Segment::none || segment.key < variant.keys.size(), "which key");
        }
        claim(!variant.is_protected ||
                  (variant.segments.empty() && variant.keys.empty() && variant.inits.empty() &&
                   variant.file.empty() && variant.playlist.empty()),
              "nothing of what is locked");
        const auto spread = videos::spread_segments(variant);
        claim(spread.size() <= videos::most_segments_fetched && std::ranges::is_sorted(spread),
              "segments spread");
        claim(spread.empty() || spread.back() < variant.segments.size(), "of those there are");
    }
    claim(segments <= Playlist::max_segments, "segments in bounds");
    for (const auto pass : {VideoPass::glance, VideoPass::look})
        if (const auto* chosen = videos::choose_variant(playlist, pass))
            claim(!chosen->is_protected, "what is locked is never chosen");
}

} // namespace stillwatch::fuzz
