#pragma once

#include "core/id.hpp"
#include "videos/matching/video_match.hpp"

#include <cstdint>
#include <map>
#include <set>

namespace stillwatch::pipeline {

// What a site puts before its films: a reference that was taken from there begins with it, and so does every
// other film of the site. Learnt by site, as templates are (matcher/template_memory.hpp); in memory only.
// Loop thread.
class Intros {
public:
    // No longer than that is what stands before films.
    static constexpr std::int64_t longest_ms = 10'000;
    // So many other films must have shown it. Until then they are findings: a person decides.
    static constexpr std::size_t enough_films = 3;

    // Whether a film shows nothing of a reference but its beginning, at its own beginning, and goes on for
    // three times as long. `duration_ms` is the film's; 0: not known, so nobody can say.
    static bool is_beginning_only(const videos::VideoMatch& match, std::int64_t duration_ms) noexcept
    {
        if (!match.reference_to_ms || match.spans.empty() || *match.reference_to_ms > longest_ms)
            return false;
        const auto last_ms = match.spans.back().to_ms;
        return last_ms <= longest_ms && duration_ms > 4 * last_ms;
    }

    // Of such a match: whether enough other films began so. Films of one length are the same film again,
    // which counts once.
    bool is_known(ReferenceId reference, std::int64_t duration_ms)
    {
        auto& lengths = lengths_[reference];
        constexpr std::int64_t alike_ms = 500;
        const auto length = duration_ms / alike_ms;
        const bool is_same_again = lengths.contains(length);
        const bool is_enough = lengths.size() - (is_same_again ? 1 : 0) >= enough_films;
        if (lengths.size() <= enough_films) lengths.insert(length);
        return is_enough;
    }

private:
    std::map<ReferenceId, std::set<std::int64_t>> lengths_;
};

} // namespace stillwatch::pipeline
