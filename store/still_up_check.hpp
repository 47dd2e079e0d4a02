#pragma once

#include "core/captured_record.hpp"
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/finding.hpp"
#include "core/id.hpp"
#include "core/url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What is kept of the checks whether a finding is still up.
namespace stillwatch::store {

// What a visit of an address showed, to whoever asks whether a finding is still there.
enum class Sight : std::uint8_t {
    unseen,  // nobody looked yet
    match,   // a picture that matches the finding's reference, under whatever status
    other,   // under a status of success a picture that does not match, or none, or it leads elsewhere
    there,   // a page that was read, or that did not change
    gone,    // 404, 410 or 451, and no match came with it
    unclear, // 401, 403, 429, 5xx, a challenge, a gate, no answer, and whatever else does not tell
};
std::string_view name_of(Sight sight) noexcept;

// What a check says of one place (followup/verdict.hpp decides).
enum class StillUp : std::uint8_t {
    unchecked,
    up,
    orphaned,  // up: its page is gone, its picture is served
    thumbnail, // up: its picture is gone, another size of it on the page is served
    replaced,  // probably down: something else is served in its place
    gone,
    unclear, // nothing that tells
};
std::string_view name_of(StillUp verdict) noexcept;

// What was seen at one address during a check.
struct Looked {
    Sight sight = Sight::unseen;
    int status = 0; // HTTP, 0: no answer
    std::optional<Timestamp> at{};

    friend bool operator==(const Looked&, const Looked&) = default;
};

// How the checks of a place went so far, since it was last seen.
struct GoneRun {
    std::optional<Timestamp> since{}; // of the first check in a row that found nothing
    int checks = 0;                   // in that row; those that do not tell do not count
    int replaced = 0;                 // of them with something else in its place
    int unclear = 0;                  // checks in a row that do not tell, up to now

    friend bool operator==(const GoneRun&, const GoneRun&) = default;
};

struct StillUpCheck {
    std::int64_t id = 0;
    OccurrenceId occurrence;
    Timestamp began{};
    std::optional<Timestamp> ended{};
    Looked page{};
    Looked picture{};
    std::optional<Sha256> content{}; // of what the picture's address served, as far as it was read
    StillUp verdict = StillUp::unchecked;
    std::string evidence_file{}; // of the package that witnesses it; empty: none does
    Sha256 evidence_digest{};
};

// A check under way, with what decides how it ends.
struct OpenCheck {
    StillUpCheck check;
    FindingId finding;
    Url page_url;
    Url image_url;
    Timestamp schedule_from{}; // the schedule's zero
    GoneRun run{};
    StillUp before = StillUp::unchecked; // the verdict of the last check
    bool has_other_size_up = false; // another place of the finding on that page was seen up since it began
};

// How a check ended, and what follows for its place.
struct EndedCheck {
    std::int64_t id = 0;
    OccurrenceId occurrence;
    StillUp verdict = StillUp::unclear;
    GoneRun run{};
    std::optional<bool> is_down{}; // confirmed; nothing: as it was
    Timestamp next{};              // its next check
};

// A check under way that no package witnesses yet, of a place whose first package is there.
struct UnwitnessedCheck {
    std::int64_t check = 0;
    OccurrenceId occurrence;
    Finding finding; // with the page of this place
    std::string pseudonym;
    std::string reference_name;
    std::optional<CapturedRecord>
        captured{}; // where the first package holds the picture, as far as it is known
};

// A package that witnesses a check.
struct CheckPackage {
    std::int64_t check = 0;
    OccurrenceId occurrence;
    int epoch = 1;
    std::string file;
    Sha256 digest; // of the sealed file
};

// What a visit showed, for all checks of that address.
struct Visited {
    Timestamp at{};
    int status = 0;
    Sight sight = Sight::unclear; // match: of any of `matched`, or of all where that is empty
    std::vector<ReferenceId> matched{};
    std::optional<Sha256> content{};
};

// How many places of live findings stand how.
struct StillUpCount {
    StillUp verdict = StillUp::unchecked;
    std::int64_t places = 0;
    std::int64_t long_unclear = 0; // of `unclear`: three checks in a row or more
};

} // namespace stillwatch::store
