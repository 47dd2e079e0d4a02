#pragma once

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/id.hpp"
#include "core/match.hpp"
#include "core/url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace stillwatch {

// Where an occurrence stands (docs/architecture.md, "People, consent, findings").
enum class FindingState : std::uint8_t { fresh, confirmed, dismissed, unsure, noticed, acknowledged, down, reappeared };
std::string_view name_of(FindingState state) noexcept; // fresh is written "new"
std::optional<FindingState> finding_state_from_name(std::string_view name) noexcept;

// What the second look at the page said, just before a finding is committed.
enum class PageState : std::uint8_t {
    named,       // the page was fetched again and still names the picture
    not_named,   // it was fetched again and names the picture no more
    gone,        // 404 or 410
    unavailable, // any other answer, or none: time-out, refused, robots
    none,        // no page is known: the picture's address stood in the watch list itself
};
std::string_view name_of(PageState state) noexcept;

// One occurrence: a reference of a case, seen as a picture at image_url on the page page_url, or at an
// address that the page ties to it as the same picture in another size.
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
    std::string evidence_file{}; // name inside the evidence directory
    Sha256 evidence_digest{};    // SHA-256 of that file
};

} // namespace stillwatch
