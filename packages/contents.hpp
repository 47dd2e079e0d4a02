#pragma once

#include "core/bytes.hpp"
#include "packages/limits.hpp"

#include <cstddef>
#include <vector>

// Files that hold pictures without being one: archives and PDF. They come from strangers and are read in the
// restricted worker only.
namespace stillwatch::packages {

// The pictures of a package, as files of their own.
struct Contents {
    std::vector<Bytes> pictures;
    std::size_t bytes = 0;          // of these
    std::size_t unpacked_bytes = 0; // of all that was unpacked for them
    std::size_t entries = 0;        // looked at
    std::size_t locked = 0;         // of these: under a password, so that nobody knows what they are
    bool is_whole = true;
};

// Whether there is room for one more picture of that size.
bool has_room(const Contents& contents, std::size_t picture_bytes, const PackageLimits& limits) noexcept;

} // namespace stillwatch::packages
