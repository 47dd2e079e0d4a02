#pragma once

#include "core/clock.hpp"
#include "core/finding.hpp"

#include <cstdint>
#include <string>
#include <vector>

// What is kept of the work on findings.
namespace stillwatch::store {

// One thing that was done with a finding, a row of its history.
struct FindingChange {
    FindingId finding;
    Timestamp at{};
    std::string actor;
    std::string event; // a name of cases::FindingEvent, or "undo", "assign", "note"
    FindingState from = FindingState::fresh;
    FindingState to = FindingState::fresh;
    std::string reason; // a word; of "assign" the account
    int epoch = 1;      // then
    Bytes note{};       // sealed to the case's key
};

// What decides what may be done with a finding.
struct FindingStanding {
    FindingId id;
    CaseId case_id;
    FindingState state = FindingState::fresh;
    int epoch = 1;
    bool silences = false;
    bool is_confirmed_by_person = false;
    Tier tier = Tier::exact;
    Relation relation = Relation::copy;
};

// A change with what follows from it.
struct FindingStep {
    FindingChange change;
    bool silences = false;
    bool is_confirmed_by_person = false;
};

// The findings of one case on one host.
struct FindingGroup {
    FindingId first; // the lowest number among them: the key of a page of groups
    std::string case_pseudonym;
    std::string host;
    std::int64_t findings = 0;
    std::int64_t open = 0; // new, unsure or reappeared
    std::int64_t places = 0;
    std::int64_t sightings = 0;
    Timestamp first_seen{};
    Timestamp last_seen{};
};

// Where one stood, when, and why it is taken for one ("page": one stood on it); nothing else is kept.
struct GuardHit {
    std::int64_t id = 0;
    std::string address;
    Timestamp at{};
    std::string reason;
};

// Where the pictures of a case may stay, sealed to its key.
struct PlaceRow {
    std::int64_t number = 0;
    Bytes sealed;
    Timestamp added_at{};
    std::string added_by;
};

// What witnesses a picture beside the package of its place: that of an earlier stay, before it was down, or
// that of a check whether it is still up.
struct EarlierEvidence {
    OccurrenceId occurrence;
    int epoch = 1;
    std::string evidence_file;
    Sha256 evidence_digest{};
    std::int64_t check = 0; // its number; 0: of an earlier stay
};

// What was erased with a finding.
struct ErasedFinding {
    std::int64_t hit = 0;
    std::vector<FindingId> findings; // the one that was named, and others of its picture
    std::vector<Url> images;
    std::vector<std::string> evidence_files; // that must go too
};

} // namespace stillwatch::store
