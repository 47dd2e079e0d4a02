#include "videos/matching/sequence.hpp"

#include <algorithm>
#include <vector>

namespace stillwatch::videos {

namespace {

constexpr std::size_t least_in_order = 3;

// The longest run of pairs, others in between left out, whose reference times all rise (sign 1) or fall (-1).
// Equal times (one frame shown by several) count once, at the first of them.
std::vector<TimePair> longest_in_order(std::span<const TimePair> pairs, int sign)
{
    const auto none = pairs.size();
    std::vector<std::size_t> length(pairs.size(), 1);
    std::vector<std::size_t> before(pairs.size(), none);
    std::size_t last = 0;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            const bool is_later = sign * (pairs[i].reference_ms - pairs[k].reference_ms) > 0 &&
                                  pairs[i].video_ms > pairs[k].video_ms;
            if (!is_later || length[k] + 1 <= length[i]) continue;
            length[i] = length[k] + 1;
            before[i] = k;
        }
        if (length[i] > length[last]) last = i;
    }
    std::vector<TimePair> run;
    for (auto at = last; at != none && !pairs.empty(); at = before[at])
        run.push_back(pairs[at]);
    std::ranges::reverse(run);
    return run;
}

} // namespace

std::optional<Sequence> sequence_of(std::span<const TimePair> pairs)
{
    const auto forwards = longest_in_order(pairs, 1);
    const auto backwards = longest_in_order(pairs, -1);
    const auto& run = backwards.size() > forwards.size() ? backwards : forwards;
    if (run.size() < least_in_order) return std::nullopt;
    const auto count = static_cast<double>(run.size());
    double mean_video = 0;
    double mean_reference = 0;
    for (const auto& pair : run) {
        mean_video += static_cast<double>(pair.video_ms) / count;
        mean_reference += static_cast<double>(pair.reference_ms) / count;
    }
    double covariance = 0;
    double variance = 0;
    for (const auto& pair : run) {
        const auto away = static_cast<double>(pair.video_ms) - mean_video;
        covariance += away * (static_cast<double>(pair.reference_ms) - mean_reference);
        variance += away * away;
    }
    Sequence sequence;
    sequence.in_order = run.size();
    sequence.speed = covariance / variance; // the times of the video differ
    sequence.offset_ms = mean_reference - sequence.speed * mean_video;
    const auto [earliest, latest] = std::ranges::minmax_element(run, {}, &TimePair::reference_ms);
    sequence.reference_from_ms = earliest->reference_ms;
    sequence.reference_to_ms = latest->reference_ms;
    return sequence;
}

} // namespace stillwatch::videos
