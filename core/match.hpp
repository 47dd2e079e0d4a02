#pragma once

#include "core/fingerprint.hpp"
#include "core/id.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stillwatch {

// How sure a match is, surest first (docs/architecture.md, "Match tiers").
enum class Tier : std::uint8_t { exact, near, derived, resemblance };
std::string_view name_of(Tier tier) noexcept;
// Those that are compared by default.
inline constexpr std::array all_tiers{Tier::exact, Tier::near, Tier::derived};
std::optional<Tier> tier_from_name(std::string_view name) noexcept;

// What the found picture is to the reference.
enum class Relation : std::uint8_t {
    copy,
    edited,
    same_scene, // another photograph of the scene
    face_only   // nothing of the reference is in it; a face is like the person's (tier resemblance)
};
std::string_view name_of(Relation relation) noexcept;

// A match is accepted; a candidate is a lead for a person and nothing else.
enum class MatchStatus : std::uint8_t { match, candidate };
std::string_view name_of(MatchStatus status) noexcept;

// Why a match or candidate is one; matcher/judge.hpp decides.
enum class Reason : std::uint8_t {
    same_bytes,
    fingerprints_agree,
    layout_agrees,     // of everything the two share
    background_agrees, // edited: enough agrees, something does not
    partial_overlap,   // two photographs of one scene
    other_exposure,    // much is alike and nothing is the same
    drawn_frame_only,  // what agrees is a frame, a page, a caption
    too_little_agrees,
    face_resembles // nothing of the picture was compared but a face (faces/judge.hpp)
};
std::string_view name_of(Reason reason) noexcept;

// Where and how well a reference lies in a found picture, as data: the figures behind a match of any tier
// that could be laid onto the picture. Shares are 0..1.
struct Placement {
    // Corners of the reference in the found picture, in pixels of the picture as it is shown: x and y from
    // the reference's upper left, clockwise. They may lie outside.
    std::array<double, 8> quadrilateral{};
    int inliers = 0;  // pairs of local features that fit, distinct places
    int partners = 0; // features of the reference with a similar one where it is expected
    double unpaired_share =
        0;                  // of the reference's features inside the picture: no such partner (edited there?)
    double shown_share = 0; // of the reference's area that lies in the picture
    double covered_share = 0;     // of the picture's area that the reference covers
    double evidence = 0;          // of the brightness signs that agree (matcher/agreement.hpp)
    double agreeing_share = 0;    // of the tiles compared
    double disagreeing_share = 0; // of the tiles compared
    // The box around the tiles that disagree, in the reference's unit square: left, top, right, bottom. Of
    // tier resemblance the face in the reference, where that is known; the quadrilateral is the face that was
    // found.
    std::array<double, 4> edited{};

    friend bool operator==(const Placement&, const Placement&) = default;
};

// Why a reference matched, as data: everything a caseworker or a court may ask.
struct Match {
    ReferenceId reference;
    CaseId case_id;
    Tier tier = Tier::exact;
    MatchStatus status = MatchStatus::match;
    Relation relation = Relation::copy;
    double score = 1.0;                              // 0..1, falls with doubt, comparable over tiers
    int distance_bits = 0;                           // between fingerprints, 0..256; 0 for exact
    Orientation orientation = Orientation::original; // of the found picture against the reference
    bool inverted = false;                           // the found picture is a negative
    int inliers = 0;                                 // matching local features; 0 where the tier needs none
    std::optional<Placement> placement; // nothing where the reference was not laid onto the picture
    Reason reason = Reason::same_bytes; // of the comparison; not kept with a finding
    // Nobody here has seen the reference: others brought its hash, and nothing more can be compared.
    bool hash_only = false;
    // Of a reference that is a video: when in it the frame stands that was found, from its beginning. Nothing
    // for pictures, and where the whole file is the reference's. Of the comparison; not kept with a finding.
    std::optional<std::int64_t> reference_time_ms{};

    friend bool operator==(const Match&, const Match&) = default;
};

} // namespace stillwatch
