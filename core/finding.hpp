#pragma once

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "core/id.hpp"
#include "core/match.hpp"
#include "core/url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace stillwatch {

// Where a finding stands (docs/architecture.md, "People, consent, findings").
enum class FindingState : std::uint8_t {
    fresh,
    confirmed,
    dismissed,
    unsure,
    noticed,
    acknowledged,
    down,
    reappeared
};
std::string_view name_of(FindingState state) noexcept; // fresh is written "new"
std::optional<FindingState> finding_state_from_name(std::string_view name) noexcept;

// What the recapture of the page said, just before a finding is committed.
enum class PageState : std::uint8_t {
    named,       // the page was fetched again and still names the picture
    not_named,   // it was fetched again and names the picture no more
    gone,        // 404 or 410
    unavailable, // any other answer, or none: time-out, refused, robots
    none,        // no page is known: the picture's address stood in the watch list itself
    unchecked,   // it was not fetched again: the finding has its bound of evidence already
};
std::string_view name_of(PageState state) noexcept;

// Whether an occurrence is witnessed by a package.
enum class EvidenceState : std::uint8_t {
    stored,
    pending, // it could not be written yet, and will be made when it can
    none,    // the finding has its bound of packages already
};
std::string_view name_of(EvidenceState state) noexcept;

// A picture as it was found, as far as it tells which others show the same.
struct FoundPicture {
    Sha256 content{};                         // SHA-256 of its bytes after content decoding
    std::optional<Fingerprint> fingerprint{}; // as it stands, unturned, or its mark
                                              // (pipeline/picture_mark.hpp); nothing where it was not told
    Match match{};                            // with one reference

    friend bool operator==(const FoundPicture&, const FoundPicture&) = default;
};

// Re-encoded and resized copies of one picture differ by a few bits; a mirrored one, a crop and a collage by
// many.
constexpr int max_class_distance_bits = 8;

// Whether both, matches of one reference, are of one picture class: the same bytes, or fingerprints within
// max_class_distance_bits; parts and edited pictures only where tier and relation are equal, too. A lead is
// in no class with a match.
bool is_same_class(const FoundPicture& one, const FoundPicture& other) noexcept;

// What a person works on: a picture class that shows a reference of a case, on one host. It gathers every
// place where it was seen there. Addresses, content, page and evidence are those of its best occurrence: the
// largest picture; of equals the first seen. `match` is the surest.
struct Finding {
    FindingId id{};
    CaseId case_id{};
    ReferenceId reference{};
    Url page_url;
    Url image_url;
    Sha256 content{}; // SHA-256 of the picture's bytes after content decoding
    Match match{};
    FindingState state = FindingState::fresh;
    PageState page_state = PageState::named;
    int epoch = 1; // rises each time the picture re-appears after it was down
    Timestamp first_seen{};
    Timestamp last_seen{};
    std::string evidence_file{}; // name inside the evidence directory; empty unless `evidence` is stored
    Sha256 evidence_digest{};    // SHA-256 of that file
    EvidenceState evidence = EvidenceState::stored;
    std::optional<Fingerprint> fingerprint{}; // of the found picture, as it stands
    std::int64_t pixels = 0;                  // of the found picture, width x height; 0: not known
    std::string site{};                       // of the watch list; empty: recorded by an older program
    std::string alert_id{};                   // of the alert that told of it
    // Its page is one where the person agreed that it may stay; such places make a finding of their own.
    bool is_consented = false;
    // Read only:
    std::string case_pseudonym{};
    std::string reference_name{};   // as it was when the finding was recorded
    std::int64_t occurrences = 1;   // places on record
    std::int64_t left_out = 0;      // sightings at further places, counted only
    std::int64_t evidence_left = 0; // packages that are still to be made
    std::int64_t sightings = 1;     // at all places, also those that are counted only
    std::string reason{};           // of the last change of its state
    std::optional<Timestamp> changed_at{};
    std::string assigned{}; // to that account

    FoundPicture picture() const { return {content, fingerprint, match}; }
};

// One place where a finding was seen: an address of the picture on a page.
struct Occurrence {
    OccurrenceId id{};
    FindingId finding{};
    Url page_url;
    Url image_url;
    Sha256 content{}; // of the first bytes seen there
    std::optional<Fingerprint> fingerprint{};
    std::int64_t pixels = 0; // 0: not known
    Match match{};
    PageState page_state = PageState::named;
    EvidenceState evidence = EvidenceState::stored;
    std::string evidence_file{};
    Sha256 evidence_digest{};
    Timestamp first_seen{};
    Timestamp last_seen{};
    std::int64_t sightings = 1;
    // The last time somebody went to look at the picture because it is known: when, and the HTTP status; 0:
    // no answer.
    std::optional<Timestamp> looked_at{};
    int look_status = 0;
};

} // namespace stillwatch
