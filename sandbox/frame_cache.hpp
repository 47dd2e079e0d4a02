#pragma once

#include "core/digest.hpp"
#include "features/extract.hpp"

#include <cstddef>
#include <list>

namespace stillwatch::sandbox {

// Pictures that a worker keeps for questions about views: a picture is asked about right after its features,
// and few are under way at once. Each costs four working frames at most, or max_whole_pixels, so 16 MB
// together.
constexpr std::size_t kept_pictures = 4;

// The pictures that a worker was last asked about, by the digest of their file.
class FrameCache {
public:
    // What was kept of that picture, if it still is; it counts as asked about now. Valid until the next
    // keep().
    features::DecodedFrames* find(const Sha256& file_digest);
    // Keeps `decoded` in the place of one with the same digest, or of the one not asked about for
    // longest.
    features::DecodedFrames& keep(features::DecodedFrames decoded);

private:
    std::list<features::DecodedFrames> entries_; // last asked about first
};

} // namespace stillwatch::sandbox
