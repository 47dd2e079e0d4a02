#include "videos/range_set.hpp"

#include <algorithm>
#include <limits>

namespace stillwatch::videos {

namespace {

constexpr auto furthest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

} // namespace

std::vector<ByteRange> joined(std::vector<ByteRange> ranges, std::uint64_t max_gap)
{
    std::ranges::sort(ranges, {}, &ByteRange::from);
    std::vector<ByteRange> result;
    for (const auto& range : ranges) {
        if (range.bytes == 0) continue;
        const bool joins = !result.empty() &&
                           (range.from <= result.back().end() || range.from - result.back().end() < max_gap);
        if (joins)
            result.back().bytes = std::max(result.back().end(), range.end()) - result.back().from;
        else
            result.push_back(range);
    }
    return result;
}

void RangeSet::add(ByteRange range)
{
    if (range.from >= furthest) return;
    range.bytes = std::min(range.bytes, furthest - range.from);
    auto all = std::move(ranges_);
    all.push_back(range);
    ranges_ = joined(std::move(all), 1);
}

std::uint64_t RangeSet::bytes_from(std::uint64_t at) const noexcept
{
    const auto behind = std::ranges::upper_bound(ranges_, at, {}, &ByteRange::from);
    if (behind == ranges_.begin()) return 0;
    const auto& range = *std::prev(behind);
    return at < range.end() ? range.end() - at : 0;
}

std::vector<ByteRange> RangeSet::missing_of(ByteRange range) const
{
    std::vector<ByteRange> missing;
    auto at = range.from;
    for (const auto& there : ranges_) {
        if (there.end() <= at) continue;
        if (there.from >= range.end()) break;
        if (there.from > at) missing.push_back({at, there.from - at});
        at = there.end();
    }
    if (at < range.end()) missing.push_back({at, range.end() - at});
    return missing;
}

std::uint64_t RangeSet::total_bytes() const noexcept
{
    std::uint64_t bytes = 0;
    for (const auto& range : ranges_)
        bytes += range.bytes;
    return bytes;
}

} // namespace stillwatch::videos
