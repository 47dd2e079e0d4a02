#pragma once

#include "videos/matching/compared_frame.hpp"

#include <optional>
#include <utility>
#include <vector>

// Frames as their comparison could tell them.
namespace stillwatch::videos::test {

constexpr ReferenceId reference{7};
constexpr ReferenceId other_reference{9};

struct Says {
    MatchStatus status = MatchStatus::match;
    double score = 0.9;
    Tier tier = Tier::derived;
    Relation relation = Relation::copy;
    ReferenceId of = reference;
    std::optional<std::int64_t> reference_time_ms{};
};

inline Match match_of(const Says& says)
{
    Match match;
    match.reference = says.of;
    match.status = says.status;
    match.score = says.score;
    match.tier = says.tier;
    match.relation = says.relation;
    match.reference_time_ms = says.reference_time_ms;
    return match;
}

inline ComparedFrame frame(std::int64_t time_ms, const std::vector<Says>& says = {})
{
    ComparedFrame compared{time_ms};
    for (const auto& one : says)
        compared.matches.push_back(match_of(one));
    return compared;
}

// Accepted for the reference, with that score.
inline ComparedFrame shows(std::int64_t time_ms, double score = 0.9)
{
    return frame(time_ms, {Says{.score = score}});
}

inline ComparedFrame alone(ComparedFrame compared)
{
    compared.stands_alone = true;
    return compared;
}

} // namespace stillwatch::videos::test
