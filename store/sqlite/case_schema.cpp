#include "store/sqlite/case_schema_later.hpp"
#include "store/sqlite/migrations.hpp"

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

// Which references are compared, since which generation; and the latest time that was ever seen. Tables of
// their own: changing a flag of `reference` would write its sealed bytes anew. What older programs compared
// with is not known, so everything is compared once more.
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

-- A finding is a picture class on one host, with the places where it was seen (docs/formats/databases.md). What older
-- programs recorded becomes a finding with one place each: its number stands in the audit log. New tables, since the
-- old one held a place once only; the outbox is made anew, too, for it points to findings.
DROP INDEX finding_of_content;
DROP INDEX finding_of_reference;
DROP INDEX outbox_due;
DROP INDEX outbox_of_case;
DROP INDEX outbox_of_finding;
ALTER TABLE finding RENAME TO old_finding;
ALTER TABLE outbox RENAME TO old_outbox;

CREATE TABLE finding (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id         INTEGER NOT NULL REFERENCES "case" (id),
    reference       INTEGER NOT NULL REFERENCES reference (id),
    reference_name  TEXT NOT NULL,
    site            TEXT NOT NULL,
    host            TEXT NOT NULL,
    tier            TEXT NOT NULL,
    relation        TEXT NOT NULL,
    score           REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    distance_bits   INTEGER NOT NULL CHECK (distance_bits BETWEEN 0 AND 256),
    orientation     TEXT NOT NULL,
    inverted        INTEGER NOT NULL CHECK (inverted IN (0, 1)),
    inliers         INTEGER NOT NULL CHECK (inliers >= 0),
    state           TEXT NOT NULL,
    epoch           INTEGER NOT NULL CHECK (epoch >= 1),
    first_seen      INTEGER NOT NULL,
    last_seen       INTEGER NOT NULL,
    alert_id        TEXT NOT NULL,
    first           INTEGER NOT NULL,
    best            INTEGER NOT NULL,
    occurrences     INTEGER NOT NULL CHECK (occurrences >= 0),
    left_out        INTEGER NOT NULL CHECK (left_out >= 0)
) STRICT;

CREATE TABLE occurrence (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    finding_id      INTEGER NOT NULL REFERENCES finding (id),
    page_url        TEXT NOT NULL,
    image_url       TEXT NOT NULL,
    content         BLOB NOT NULL CHECK (length(content) = 32),
    fingerprint     BLOB CHECK (length(fingerprint) = 32),
    pixels          INTEGER NOT NULL CHECK (pixels >= 0),
    tier            TEXT NOT NULL,
    relation        TEXT NOT NULL,
    score           REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    distance_bits   INTEGER NOT NULL CHECK (distance_bits BETWEEN 0 AND 256),
    orientation     TEXT NOT NULL,
    inverted        INTEGER NOT NULL CHECK (inverted IN (0, 1)),
    inliers         INTEGER NOT NULL CHECK (inliers >= 0),
    page_state      TEXT NOT NULL,
    evidence        TEXT NOT NULL CHECK (evidence IN ('stored', 'pending', 'none')),
    evidence_file   TEXT NOT NULL,
    evidence_digest BLOB NOT NULL CHECK (length(evidence_digest) = 32),
    first_seen      INTEGER NOT NULL,
    last_seen       INTEGER NOT NULL,
    sightings       INTEGER NOT NULL CHECK (sightings >= 1),
    looked_at       INTEGER,
    look_status     INTEGER NOT NULL DEFAULT 0,
    looks           INTEGER NOT NULL DEFAULT 0,
    look_due        INTEGER NOT NULL,
    UNIQUE (finding_id, page_url, image_url)
) STRICT;

INSERT INTO finding SELECT f.id, f.case_id, f.reference, r.name, '',
    CASE WHEN instr(substr(f.page_url, instr(f.page_url, '://') + 3), '/') > 0
         THEN substr(substr(f.page_url, instr(f.page_url, '://') + 3), 1,
                     instr(substr(f.page_url, instr(f.page_url, '://') + 3), '/') - 1)
         ELSE substr(f.page_url, instr(f.page_url, '://') + 3) END,
    f.tier, f.relation, f.score, f.distance_bits, f.orientation, f.inverted, f.inliers, f.state,
    f.epoch, f.first_seen, f.last_seen,
    coalesce((SELECT o.alert_id FROM old_outbox o WHERE o.finding_id = f.id ORDER BY o.id LIMIT 1), ''), f.id, f.id, 1, 0
    FROM old_finding f JOIN reference r ON r.id = f.reference;
INSERT INTO occurrence SELECT id, id, page_url, image_url, content, NULL, 0, tier, relation, score, distance_bits,
    orientation, inverted, inliers, page_state, 'stored', evidence_file, evidence_digest, first_seen, last_seen, 1,
    NULL, 0, 0, last_seen FROM old_finding;
DELETE FROM sqlite_sequence WHERE name IN ('finding', 'occurrence');
INSERT INTO sqlite_sequence (name, seq) SELECT 'finding', seq FROM sqlite_sequence WHERE name = 'old_finding';
INSERT INTO sqlite_sequence (name, seq) SELECT 'occurrence', seq FROM sqlite_sequence WHERE name = 'old_finding';

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
INSERT INTO outbox SELECT id, alert_id, channel, event, case_id, finding_id, state, attempts, created_at,
    next_attempt_at, sent_at, last_error FROM old_outbox;
DELETE FROM sqlite_sequence WHERE name = 'outbox';
INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox', seq FROM sqlite_sequence WHERE name = 'old_outbox';
DROP TABLE old_outbox;
DROP TABLE old_finding;

CREATE INDEX finding_of_class     ON finding (case_id, reference, host);
CREATE INDEX finding_of_reference ON finding (reference);
CREATE INDEX finding_of_alert     ON finding (alert_id);
CREATE INDEX finding_of_site      ON finding (site, first_seen);
CREATE INDEX occurrence_of_content ON occurrence (content);
CREATE INDEX occurrence_of_page    ON occurrence (page_url);
CREATE INDEX occurrence_of_image   ON occurrence (image_url);
CREATE INDEX occurrence_look       ON occurrence (look_due) WHERE evidence <> 'none';
CREATE INDEX occurrence_pending    ON occurrence (finding_id) WHERE evidence = 'pending';
CREATE INDEX outbox_due        ON outbox (next_attempt_at) WHERE state = 'queued';
CREATE INDEX outbox_of_case    ON outbox (case_id);
CREATE INDEX outbox_of_finding ON outbox (finding_id);

-- Matches above the bound of a site and day: counted only, and compared again later.
CREATE TABLE match_left_out (
    site    TEXT NOT NULL,
    day     INTEGER NOT NULL,
    matches INTEGER NOT NULL,
    PRIMARY KEY (site, day)
) STRICT, WITHOUT ROWID;
)sql";

// Recipients of a channel that have an alert while others of it wait, one a line.
constexpr const char* fifth_step = "ALTER TABLE outbox ADD COLUMN told TEXT NOT NULL DEFAULT '';";

// The staff; and who stands behind a consent. Older programs believed a typed name.
constexpr const char* sixth_step = R"sql(
CREATE TABLE account (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    name      TEXT NOT NULL UNIQUE,
    role      TEXT NOT NULL CHECK (role IN ('auditor', 'caseworker', 'lead', 'operator')),
    unix_user TEXT NOT NULL,
    disabled  INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    added_at  INTEGER NOT NULL,
    added_by  TEXT NOT NULL
) STRICT;
ALTER TABLE consent ADD COLUMN approval TEXT NOT NULL DEFAULT 'typed'
    CHECK (approval IN ('none', 'second_person', 'one_person', 'typed'));
ALTER TABLE consent ADD COLUMN approved_at INTEGER;
)sql";

// Signed roots of the audit log's tree.
constexpr const char* seventh_step = R"sql(
CREATE TABLE audit_checkpoint (
    size INTEGER PRIMARY KEY,
    at   INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE TRIGGER checkpoint_is_not_changed BEFORE UPDATE ON audit_checkpoint
BEGIN SELECT raise(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER checkpoint_is_not_erased BEFORE DELETE ON audit_checkpoint
BEGIN SELECT raise(ABORT, 'checkpoints are append-only'); END;
)sql";

// PINs of withdrawal, and how often one was tried under which number.
constexpr const char* eighth_step = R"sql(
CREATE TABLE withdrawal_pin (
    case_id INTEGER PRIMARY KEY REFERENCES "case" (id),
    hash    TEXT NOT NULL
) STRICT;
CREATE TABLE pin_attempt (
    claimed    TEXT PRIMARY KEY,
    failures   INTEGER NOT NULL CHECK (failures >= 0),
    not_before INTEGER NOT NULL,
    at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// What people do with findings. `silences`: further pictures of its class bring no alert;
// `confirmed_by_person`: copies of it are confirmed unseen. Notes rest sealed to the case's key.
constexpr const char* ninth_step = R"sql(
ALTER TABLE finding ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN changed_at INTEGER;
ALTER TABLE finding ADD COLUMN assigned TEXT NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN silences INTEGER NOT NULL DEFAULT 0 CHECK (silences IN (0, 1));
ALTER TABLE finding ADD COLUMN confirmed_by_person INTEGER NOT NULL DEFAULT 0 CHECK (confirmed_by_person IN (0, 1));
ALTER TABLE finding ADD COLUMN sightings INTEGER NOT NULL DEFAULT 1;
UPDATE finding SET sightings = left_out +
    coalesce((SELECT sum(o.sightings) FROM occurrence o WHERE o.finding_id = finding.id), 0);
CREATE TABLE finding_change (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    finding_id INTEGER NOT NULL REFERENCES finding (id),
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    event      TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    epoch      INTEGER NOT NULL CHECK (epoch >= 1),
    note       BLOB NOT NULL
) STRICT;
CREATE INDEX change_of_finding ON finding_change (finding_id, id);
CREATE INDEX finding_of_case   ON finding (case_id);
CREATE INDEX finding_silent    ON finding (case_id, reference) WHERE silences = 1;
CREATE INDEX finding_confirmed ON finding (case_id, reference) WHERE confirmed_by_person = 1;
CREATE INDEX finding_unseen    ON finding (id) WHERE reason = 'zero_view';
)sql";

// Pictures that nobody may look at: nothing but where, when and why.
constexpr const char* tenth_step = R"sql(
CREATE TABLE guard_hit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL UNIQUE,
    at      INTEGER NOT NULL,
    reason  TEXT NOT NULL
) STRICT;
)sql";

// What was decided about each alert, and who answered it. Made anew: an alert may stay untold for a reason,
// or be told by the message of another. Nobody is reminded of what older programs told.
constexpr const char* eleventh_step = R"sql(
DROP INDEX outbox_due;
DROP INDEX outbox_of_case;
DROP INDEX outbox_of_finding;
ALTER TABLE outbox RENAME TO old_outbox;
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_id        TEXT NOT NULL,
    channel         TEXT NOT NULL,
    event           TEXT NOT NULL,
    case_id         INTEGER REFERENCES "case" (id),
    finding_id      INTEGER REFERENCES finding (id),
    state           TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'dead', 'silent', 'joined')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    sent_at         INTEGER,
    last_error      TEXT NOT NULL DEFAULT '',
    told            TEXT NOT NULL DEFAULT '',
    held_until      INTEGER,
    reason          TEXT NOT NULL DEFAULT '',
    is_made         INTEGER NOT NULL DEFAULT 0 CHECK (is_made IN (0, 1)),
    told_in         INTEGER,
    told_at         INTEGER,
    repeats         INTEGER NOT NULL DEFAULT 0,
    is_escalated    INTEGER NOT NULL DEFAULT 0 CHECK (is_escalated IN (0, 1)),
    acknowledged_at INTEGER,
    acknowledged_by TEXT NOT NULL DEFAULT '',
    UNIQUE (alert_id, channel)
) STRICT;
INSERT INTO outbox (id, alert_id, channel, event, case_id, finding_id, state, attempts, created_at, next_attempt_at,
    sent_at, last_error, told, is_made) SELECT id, alert_id, channel, event, case_id, finding_id, state, attempts,
    created_at, next_attempt_at, sent_at, last_error, told, attempts > 0 FROM old_outbox;
DELETE FROM sqlite_sequence WHERE name = 'outbox';
INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox', seq FROM sqlite_sequence WHERE name = 'old_outbox';
DROP TABLE old_outbox;
CREATE INDEX outbox_queue      ON outbox (channel) WHERE state = 'queued'; -- in the order of their numbers
CREATE INDEX outbox_of_case    ON outbox (case_id, channel);
CREATE INDEX outbox_of_finding ON outbox (finding_id);
CREATE INDEX outbox_in         ON outbox (told_in) WHERE told_in IS NOT NULL;
CREATE INDEX outbox_sent       ON outbox (channel, sent_at) WHERE state = 'sent';
CREATE INDEX outbox_unanswered ON outbox (channel, told_at)
    WHERE told_at IS NOT NULL AND acknowledged_at IS NULL AND finding_id IS NOT NULL;

CREATE TABLE silence (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    kind   TEXT NOT NULL CHECK (kind IN ('case', 'site')),
    name   TEXT NOT NULL,
    until  INTEGER NOT NULL,
    set_at INTEGER NOT NULL,
    set_by TEXT NOT NULL,
    UNIQUE (kind, name)
) STRICT;
)sql";

constexpr std::array steps{first_step,        second_step,        third_step,        fourth_step,
                           fifth_step,        sixth_step,         seventh_step,      eighth_step,
                           ninth_step,        tenth_step,         eleventh_step,     twelfth_step,
                           thirteenth_step,   fourteenth_step,    fifteenth_step,    sixteenth_step,
                           seventeenth_step,  eighteenth_step,    nineteenth_step,   twentieth_step,
                           twenty_first_step, twenty_second_step, twenty_third_step, twenty_fourth_step};

} // namespace

const Schema case_schema{"cases", 0x53574331, steps}; // "SWC1"

} // namespace stillwatch::store
