#pragma once

#include "core/video.hpp"

#include <cstdint>
#include <vector>

namespace stillwatch::videos {

// Which bytes of a file are there: ranges that neither overlap nor touch, rising.
class RangeSet {
public:
    // A range without bytes is no change; one that would end past 2^63 is cut there.
    void add(ByteRange range);
    // How many bytes from `at` on are there without a gap.
    std::uint64_t bytes_from(std::uint64_t at) const noexcept;
    bool has(ByteRange range) const noexcept { return bytes_from(range.from) >= range.bytes; }
    // What of `range` is not there.
    std::vector<ByteRange> missing_of(ByteRange range) const;

    const std::vector<ByteRange>& ranges() const noexcept { return ranges_; }
    std::uint64_t total_bytes() const noexcept;

private:
    std::vector<ByteRange> ranges_;
};

// Rising by their beginning, those joined that overlap or have less than `max_gap` bytes between them.
std::vector<ByteRange> joined(std::vector<ByteRange> ranges, std::uint64_t max_gap);

} // namespace stillwatch::videos
