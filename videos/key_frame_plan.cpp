#include "videos/key_frame_plan.hpp"

#include "videos/range_set.hpp"

#include <algorithm>

namespace stillwatch::videos {

namespace {

// `count` numbers of 0..size-1, the middle of each part.
std::vector<std::size_t> spread(std::size_t count, std::size_t size)
{
    std::vector<std::size_t> numbers(count);
    for (std::size_t i = 0; i < count; ++i)
        numbers[i] = (2 * i + 1) * size / (2 * count);
    return numbers;
}

std::vector<ByteRange> requests_for(const std::vector<std::size_t>& chosen,
                                    std::span<const ByteRange> packets)
{
    std::vector<ByteRange> ranges;
    ranges.reserve(chosen.size());
    for (const auto number : chosen)
        ranges.push_back(packets[number]);
    return joined(std::move(ranges), joined_gap_bytes);
}

std::uint64_t bytes_of(const std::vector<ByteRange>& ranges)
{
    std::uint64_t bytes = 0;
    for (const auto& range : ranges)
        bytes += range.bytes;
    return bytes;
}

} // namespace

KeyFramePlan plan_key_frames(std::span<const ByteRange> packets, std::size_t max_frames,
                             std::size_t max_requests, std::uint64_t max_bytes)
{
    KeyFramePlan plan;
    // Not monotone: many key frames may lie so close that they are few requests. So each number is tried.
    for (auto count = std::min(packets.size(), max_frames); count > 0; --count) {
        plan.chosen = spread(count, packets.size());
        plan.requests = requests_for(plan.chosen, packets);
        if (plan.requests.size() <= max_requests && bytes_of(plan.requests) <= max_bytes) break;
        plan = {};
    }
    plan.leaves_out = plan.chosen.size() < packets.size();
    return plan;
}

} // namespace stillwatch::videos
