#pragma once

#include "core/match.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace stillwatch::videos {

// A frame of a video after it was compared like a picture.
struct ComparedFrame {
    std::int64_t time_ms = 0;     // from the video's beginning
    std::vector<Match> matches{}; // of the picture's judge: matches, and candidates that are leads
    // The video has no other frame that near (confirmation.hpp): it was asked for one.
    bool stands_alone = false;
};

// What the frame says of a reference; null where it says nothing.
inline const Match* match_of(const ComparedFrame& frame, ReferenceId reference) noexcept
{
    for (const auto& match : frame.matches)
        if (match.reference == reference) return &match;
    return nullptr;
}

inline bool accepts(const ComparedFrame& frame, ReferenceId reference) noexcept
{
    const auto* match = match_of(frame, reference);
    return match != nullptr && match->status == MatchStatus::match;
}

} // namespace stillwatch::videos
