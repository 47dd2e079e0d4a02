#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::crawler {

// The patterns that pages of one host are counted by, one or two: the first part of the path and, where there
// is more, the first two. Digits, long hexadecimal words and queries are wildcards, so that a calendar, a
// maze or the facets of a shop are one trail each however many addresses they make. `target` is path and
// query.
std::vector<std::string> trails_of(std::string_view target);

// The first eight segments of a path with the same wildcards.
std::string pattern_of(std::string_view path);

// What is known of the addresses of one pattern on one host: what a maze makes must not keep out what a board
// has (docs/decisions/0010-trails.md).
struct Trail {
    static constexpr std::int64_t dry_after = 50;   // first visits of pages
    static constexpr std::int64_t small_trail = 16; // pages that every trail may take

    std::int64_t pages = 0; // taken up
    std::int64_t news = 0;  // pictures that first visits of them were the first to name
    std::int64_t dry = 0;   // first visits since there was such a picture

    bool is_dry() const noexcept { return dry >= dry_after; }
    // One that brings nothing takes at most as many pages as it leaves to others. `pages_left`: of the whole
    // site.
    bool may_grow(std::int64_t pages_left) const noexcept;
    // After the first visit of one of its pages, which named `new_pictures` that nobody knew.
    void learn(std::int64_t new_pictures) noexcept;
};

} // namespace stillwatch::crawler
