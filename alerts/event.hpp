#pragma once

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/match.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace stillwatch::alerts {

// What an alert may know: a pseudonym, numbers and one configured address. No field can hold a picture, a
// name or the address of a page (docs/formats/alerts.md).
struct AlertEvent {
    std::string alert_id;       // from alert_id()
    std::string type;           // "match.opened", "match.reappeared", "match.capped", "problem.began",
                                // "problem.ended", "test"
    Timestamp at{};             // of the event; a retry carries the same
    std::string case_pseudonym; // "C-7F3K"; empty for "test"
    Tier tier = Tier::exact;
    Relation relation = Relation::copy;
    int count = 1;
    int epoch = 1;
    std::string link; // where the desk is, from alert_link(); empty: none
    // Of "problem.…" only: one of our words, and the name of a site or channel as the operator configured it.
    std::string problem{};
    std::string subject{};
    std::int64_t finding = 0;         // its number; 0: none. CaseDatabase::record_finding writes it
    bool is_evidence_pending = false; // the match stands, its evidence could not be written yet

    friend bool operator==(const AlertEvent&, const AlertEvent&) = default;
};

// The id of an alert: "alt_" and 26 letters or digits. A pure function of what the alert is about, so a
// repeat, a restart and a crash give the same one. `picture_key` and `address_key` are any stable texts for
// the found picture and its address; keyed digests where nobody may test a guess at them.
std::string alert_id(std::string_view case_pseudonym, ReferenceId reference, std::string_view picture_key,
                     std::string_view address_key, int epoch);

// A test alert for `channel`; each moment gives its own id.
AlertEvent test_event(std::string_view channel, Timestamp now, std::string_view link_pattern);

// Tells the installation's operators that a problem began or ended: no case's finding and nothing of what was
// found. `episode` counts its beginnings, so that a repeat has the same id. `subject` is left out where it
// could be more than a configured word: a name with a dot may be a host's. `pseudonym` is of the case it is
// about, or empty.
struct ToldEvent {
    std::string problem;
    std::string subject;
    std::string pseudonym;
    std::int64_t episode = 1;
    bool began = true;
};
AlertEvent problem_event(const ToldEvent& told, Timestamp now, std::string_view link_pattern);

// `pattern` (alerts.link of the settings) with "{alert}" replaced by the id.
std::string alert_link(std::string_view pattern, std::string_view alert_id);

// Whether it tells of the installation and not of a match.
bool is_problem(const AlertEvent& event);

// The event as one JSON text, how it rests in the outbox, and back. Errors: malformed (also unknown words).
std::string write_event(const AlertEvent& event);
Result<AlertEvent> read_event(std::string_view json);

// Whether every field holds only what its kind allows: ids and pseudonyms of letters, digits, '_', '-', '.';
// a link that is empty or an http(s) address. What fails this is never rendered.
bool is_well_formed(const AlertEvent& event);

} // namespace stillwatch::alerts
