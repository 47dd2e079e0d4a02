#include "store/migrations.hpp"

#include <array>

namespace stillwatch::store {

namespace {

// Enumerations are stored by name: this database is small and is read by people and other tools
// (docs/formats/databases.md). AUTOINCREMENT: numbers stand in the audit log and are never given twice.
constexpr const char* first_step = R"sql(
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('generation', 0), ('extractor_version', 0), ('erasing', 0);

CREATE TABLE "case" (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    pseudonym         TEXT NOT NULL UNIQUE,
    state             TEXT NOT NULL CHECK (state IN ('open', 'withdrawn')),
    opened_at         INTEGER NOT NULL,
    public_key        BLOB NOT NULL,
    sealed_secret_key BLOB NOT NULL,
    CHECK (state = 'open' OR (length(public_key) = 0 AND length(sealed_secret_key) = 0))
) STRICT;

CREATE TABLE consent (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id      INTEGER NOT NULL REFERENCES "case" (id),
    scope        TEXT NOT NULL,
    given_by     TEXT NOT NULL,
    recorded_by  TEXT NOT NULL,
    approved_by  TEXT NOT NULL,
    text_version TEXT NOT NULL,
    given_at     INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_of_case ON consent (case_id, id);

CREATE TABLE reference (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id           INTEGER NOT NULL REFERENCES "case" (id),
    name              TEXT NOT NULL,
    removed           INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
    sealed            BLOB NOT NULL,
    extractor_version INTEGER NOT NULL,
    quality_percent   INTEGER NOT NULL CHECK (quality_percent BETWEEN 0 AND 100),
    weak              INTEGER NOT NULL CHECK (weak IN (0, 1)),
    generation        INTEGER NOT NULL,
    added_at          INTEGER NOT NULL,
    CHECK (removed = 0 OR length(sealed) = 0)
) STRICT;
CREATE UNIQUE INDEX reference_name ON reference (case_id, name) WHERE removed = 0;
CREATE INDEX reference_of_case ON reference (case_id);

CREATE TABLE finding (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id         INTEGER NOT NULL REFERENCES "case" (id),
    reference       INTEGER NOT NULL REFERENCES reference (id),
    page_url        TEXT NOT NULL,
    image_url       TEXT NOT NULL,
    content         BLOB NOT NULL CHECK (length(content) = 32),
    tier            TEXT NOT NULL,
    relation        TEXT NOT NULL,
    score           REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    distance_bits   INTEGER NOT NULL CHECK (distance_bits BETWEEN 0 AND 256),
    orientation     TEXT NOT NULL,
    inverted        INTEGER NOT NULL CHECK (inverted IN (0, 1)),
    inliers         INTEGER NOT NULL CHECK (inliers >= 0),
    state           TEXT NOT NULL,
    page_state      TEXT NOT NULL,
    epoch           INTEGER NOT NULL CHECK (epoch >= 1),
    first_seen      INTEGER NOT NULL,
    last_seen       INTEGER NOT NULL,
    evidence_file   TEXT NOT NULL,
    evidence_digest BLOB NOT NULL CHECK (length(evidence_digest) = 32),
    UNIQUE (case_id, reference, page_url, image_url)
) STRICT;
CREATE INDEX finding_of_content ON finding (content);
CREATE INDEX finding_of_reference ON finding (reference);

CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_id        TEXT NOT NULL,
    channel         TEXT NOT NULL,
    event           TEXT NOT NULL,
    case_id         INTEGER REFERENCES "case" (id),
    finding_id      INTEGER REFERENCES finding (id),
    state           TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'dead')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    sent_at         INTEGER,
    last_error      TEXT NOT NULL DEFAULT '',
    UNIQUE (alert_id, channel)
) STRICT;
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE state = 'queued';
CREATE INDEX outbox_of_case ON outbox (case_id);
CREATE INDEX outbox_of_finding ON outbox (finding_id);

CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    object   TEXT NOT NULL,
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    own      BLOB NOT NULL CHECK (length(own) = 32)
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_is_not_erased BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;
)sql";

// A bit a tier; 7: exact, near, derived, which older programs compared by default.
constexpr const char* second_step = "INSERT INTO meta VALUES ('compared_tiers', 7);";

constexpr const char* third_step = R"sql(
CREATE TABLE stopped_host (
    host_port  TEXT PRIMARY KEY,
    since      INTEGER NOT NULL,
    stopped_by TEXT NOT NULL,
    reason     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Which references are compared, since which generation; and the latest time that was ever seen. Tables of their own:
// changing a flag of `reference` would write its sealed bytes anew. What older programs compared with is not known,
// so everything is compared once more.
constexpr const char* fourth_step = R"sql(
CREATE TABLE in_force (
    reference INTEGER PRIMARY KEY REFERENCES reference (id),
    since     INTEGER NOT NULL
) STRICT;
INSERT INTO meta SELECT 'published', value FROM meta WHERE name = 'generation';
INSERT INTO meta VALUES ('references_state', 0), ('references_missing', 0), ('time_seen', 0);
CREATE INDEX reference_list ON reference (case_id, id, name, quality_percent, weak, extractor_version, generation, added_at)
    WHERE removed = 0;
CREATE TABLE told_problem (
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    episode INTEGER NOT NULL CHECK (episode >= 1),
    stands  INTEGER NOT NULL CHECK (stands IN (0, 1)),
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array<const char*, 4> steps{first_step, second_step, third_step, fourth_step};

} // namespace

const Schema case_schema{"cases", 0x53574331, steps}; // "SWC1"

} // namespace stillwatch::store
