#pragma once

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/json.hpp"
#include "core/match.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch::alerts {

// That all is well, or what is not: numbers only, so that no news can be proved.
struct Heartbeat {
    Timestamp since{};         // of the last one, or of the start
    std::int64_t sites = 0;    // of the watch list
    std::int64_t checked = 0;  // had an answer since then
    std::int64_t blocked = 0;  // challenged, walled, refused
    std::int64_t failed = 0;   // neither answered nor blocked
    std::int64_t compared = 0; // pictures
    std::int64_t pictures_waiting = 0;
    std::int64_t alerts_waiting = 0;
    std::int64_t oldest_alert_seconds = 0; // that waits
    std::int64_t problems = 0;             // that stand
    std::optional<Timestamp> last_match{};
    std::string key{};       // Ed25519 of the installation, base64
    std::string signature{}; // of signed_text() by that key, base64

    friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

// What an alert may know: a pseudonym, numbers and one configured address. No field can hold a picture, a
// name or the address of a page (docs/formats/alerts.md).
struct AlertEvent {
    std::string alert_id;       // from alert_id()
    std::string type;           // docs/formats/alerts.md lists them
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
    bool is_hash_only = false;        // nobody here has the reference: others brought its hash
    bool is_evidence_pending = false; // the match stands, its evidence could not be written yet
    // Of "match.grouped" only: why one message tells of several alerts ("group", "digest", "overflow",
    // "reminder"), and of how many cases where it is of no single one.
    std::string bundle{};
    int cases = 0;
    std::optional<Heartbeat> heartbeat{}; // of "heartbeat" only
    // Of "notice.…" only: its number, and when the recipient's time ends.
    std::int64_t notice = 0;
    std::optional<Timestamp> deadline{};
    // Only for channels whose `disclosure` lets it leave; never stored.
    std::string disclosed{};

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

// A heartbeat of that moment; its id follows from the time.
AlertEvent heartbeat_event(const Heartbeat& heartbeat, Timestamp now, std::string_view link_pattern);

// The lines that a heartbeat's signature is over: "stillwatch heartbeat 1", then a line "name: value" for
// each number, each ended by a line feed.
std::string signed_text(const Heartbeat& heartbeat, Timestamp at);

// Its members as receivers get them, signature and key among them.
json::object heartbeat_json(const Heartbeat& heartbeat);

// `pattern` (alerts.link of the settings) with "{alert}" replaced by the id.
std::string alert_link(std::string_view pattern, std::string_view alert_id);

// Whether it tells of the time of a notice.
bool is_notice(const AlertEvent& event);

// Whether it tells of the installation and not of a match.
bool is_problem(const AlertEvent& event);

// The event as one JSON text, how it rests in the outbox, and back. Errors: malformed (also unknown words).
std::string write_event(const AlertEvent& event);
Result<AlertEvent> read_event(std::string_view json);

// Whether every field holds only what its kind allows: ids and pseudonyms of letters, digits, '_', '-', '.';
// a link that is empty or an http(s) address. What fails this is never rendered.
bool is_well_formed(const AlertEvent& event);

} // namespace stillwatch::alerts
