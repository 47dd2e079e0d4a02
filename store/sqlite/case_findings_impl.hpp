#pragma once

#include "core/finding.hpp"
#include "store/case_database.hpp"
#include "store/sqlite/sqlite_handle.hpp"

#include <string>

// Inside this folder only: how the tables `finding` and `occurrence` are read.
namespace stillwatch::store {

// Columns of a match in the order that read_match takes, of a table with that alias; `finding` is f.
#define MATCH_COLUMNS(t)                                                                                     \
    t ".tier, " t ".relation, " t ".score, " t ".distance_bits, " t ".orientation, " t ".inverted, " t       \
      ".inliers, f.hash_only"

// Throws SqliteError (corrupt).
Url stored_url(const std::string& text);
// `first` is the column of the tier.
Match read_match(const Statement& row, int first, CaseId case_id, ReferenceId reference);
std::optional<Fingerprint> read_fingerprint(const Statement& row, int column);
// Bytes of a fingerprint for a column; nothing for none.
std::optional<Bytes> stored(const std::optional<Fingerprint>& fingerprint);

// Of `occurrence o JOIN finding f`; MORE are columns behind them.
#define OCCURRENCE_COLUMNS_AND(MORE)                                                                         \
    "SELECT o.id, o.finding_id, f.case_id, f.reference, o.page_url, o.image_url, o.content, o.fingerprint, " \
    "o.pixels, o.page_state, o.evidence, o.evidence_file, o.evidence_digest, o.first_seen, o.last_seen, "    \
    "o.sightings, o.looked_at, o.look_status, " MATCH_COLUMNS(                                               \
        "o") ", f.state" MORE " FROM occurrence o JOIN finding f ON f.id = o.finding_id "
#define OCCURRENCE_COLUMNS OCCURRENCE_COLUMNS_AND("")
constexpr int occurrence_state_column = 26;
Occurrence read_occurrence(const Statement& row);

// A row of a finding's history.
void insert_change(Connection& connection, const FindingChange& change);

// What is done with findings, inside a transaction. Errors: refused (one changed meanwhile).
Result<void> apply_steps(Connection& connection, const std::vector<FindingStep>& steps);
// What a sighting makes of the checks of a place, in an UPDATE of `occurrence`.
#define NOT_GONE                                                                                             \
    "still_up = 'up', gone_since = NULL, gone_checks = 0, replaced_checks = 0, unclear_checks = 0, is_down " \
    "= 0"
// The schedule of the checks of all its places begins anew.
void restart_checks(Connection& connection, FindingId id, Timestamp at);

// Of candidates only other pictures of a scene are recorded, as leads.
MatchStatus status_of(Relation relation) noexcept;

// The conditions of a FindingQuery on `finding f`, from ?2 on; ?1 is left for the key of a page. Of one case,
// or of all.
#define FINDING_CONDITIONS                                                                                   \
    "f.id <= ?2 AND (?4 = '' OR instr(?4, ',' || f.state || ',') > 0) AND (?5 = '' OR instr(?5, ',' || "     \
    "f.tier || ',') > 0) AND (?6 = '' OR f.site = ?6) AND (?7 = '' OR f.host = ?7) AND (?8 IS NULL OR "      \
    "f.assigned = ?8) AND (?9 IS NULL OR f.first_seen <= ?9) "
#define FINDINGS_OF_CASE "WHERE f.case_id = ?3 AND " FINDING_CONDITIONS
#define FINDINGS_OF_ALL "WHERE ?3 IS NULL AND " FINDING_CONDITIONS

// Binds ?1 to ?10 of these; ?10 is the limit.
void bind_query(Statement& row, const CaseDatabase::FindingQuery& query);

} // namespace stillwatch::store
