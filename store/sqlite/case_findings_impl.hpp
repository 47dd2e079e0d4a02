#pragma once

#include "core/finding.hpp"
#include "store/sqlite/sqlite_handle.hpp"

#include <string>

// Inside this folder only: how the tables `finding` and `occurrence` are read.
namespace stillwatch::store {

// Columns of a match in the order that read_match takes, of a table with that alias.
#define MATCH_COLUMNS(t)                                                                                     \
    t ".tier, " t ".relation, " t ".score, " t ".distance_bits, " t ".orientation, " t ".inverted, " t       \
      ".inliers"

// Throws SqliteError (corrupt).
Url stored_url(const std::string& text);
// `first` is the column of the tier.
Match read_match(const Statement& row, int first, CaseId case_id, ReferenceId reference);
std::optional<Fingerprint> read_fingerprint(const Statement& row, int column);
// Bytes of a fingerprint for a column; nothing for none.
std::optional<Bytes> stored(const std::optional<Fingerprint>& fingerprint);

// Of `occurrence o JOIN finding f`.
#define OCCURRENCE_COLUMNS                                                                                   \
    "SELECT o.id, o.finding_id, f.case_id, f.reference, o.page_url, o.image_url, o.content, o.fingerprint, " \
    "o.pixels, o.page_state, o.evidence, o.evidence_file, o.evidence_digest, o.first_seen, o.last_seen, "    \
    "o.sightings, o.looked_at, o.look_status, " MATCH_COLUMNS(                                               \
        "o") ", f.state "                                                                                    \
             "FROM occurrence o JOIN finding f ON f.id = o.finding_id "
constexpr int occurrence_state_column = 25;
Occurrence read_occurrence(const Statement& row);

} // namespace stillwatch::store
