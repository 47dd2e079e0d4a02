#pragma once

#include "core/video.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stillwatch::videos {

// Two ranges with less between them are asked for as one: a request costs more than the bytes.
constexpr std::uint64_t joined_gap_bytes = 256U << 10U;

struct KeyFramePlan {
    std::vector<std::size_t> chosen{}; // by their number, rising
    std::vector<ByteRange> requests{}; // that hold their packets, rising
    bool leaves_out = false;           // not every key frame is chosen
};

// Which of the key frames of a file are worth fetching: as many as `max_requests` requests of `max_bytes`
// together hold, spread evenly over `packets` (in the order of their times). What is there already changes
// nothing, so that asking again gives the same plan.
KeyFramePlan plan_key_frames(std::span<const ByteRange> packets, std::size_t max_frames,
                             std::size_t max_requests, std::uint64_t max_bytes);

} // namespace stillwatch::videos
