#pragma once

#include "core/fingerprint.hpp"
#include "core/id.hpp"

#include <optional>
#include <string_view>

namespace stillwatch {

// How sure a match is, surest first (docs/architecture.md, "Match tiers").
enum class Tier : std::uint8_t { exact, near, derived, resemblance };
std::string_view name_of(Tier tier) noexcept;
std::optional<Tier> tier_from_name(std::string_view name) noexcept;

// What the found picture is to the reference.
enum class Relation : std::uint8_t { copy, edited, same_scene };
std::string_view name_of(Relation relation) noexcept;

// Why a reference matched, as data: everything a caseworker or a court may ask.
struct Match {
    ReferenceId reference;
    CaseId case_id;
    Tier tier = Tier::exact;
    Relation relation = Relation::copy;
    double score = 1.0;                              // 0..1, falls with doubt, comparable over tiers
    int distance_bits = 0;                           // between fingerprints, 0..256; 0 for exact
    Orientation orientation = Orientation::original; // of the found picture against the reference
    bool inverted = false;                           // the found picture is a negative
    int inliers = 0;                                 // matching local features; 0 where the tier needs none

    friend bool operator==(const Match&, const Match&) = default;
};

} // namespace stillwatch
