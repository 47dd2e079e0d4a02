#pragma once

// Inside this folder only: the later steps of the schema of cases.
namespace stillwatch::store {

// References of which others brought a hash and nothing else, and what was found by them.
constexpr const char* twelfth_step = R"sql(
ALTER TABLE reference ADD COLUMN list TEXT NOT NULL DEFAULT '';
ALTER TABLE reference ADD COLUMN hash_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN hash_only INTEGER NOT NULL DEFAULT 0 CHECK (hash_only IN (0, 1));
DROP INDEX reference_list;
CREATE INDEX reference_list ON reference (case_id, id, name, quality_percent, weak, extractor_version, generation,
    added_at, list, hash_kind) WHERE removed = 0;
CREATE INDEX reference_of_list ON reference (case_id, list, id, name) WHERE removed = 0 AND list <> '';
)sql";

// Where the pictures of a case may stay, as its person agreed; evidence of earlier times that a picture was
// up; since when nobody is told of each match of a reference.
constexpr const char* thirteenth_step = R"sql(
CREATE TABLE consented_place (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id  INTEGER NOT NULL REFERENCES "case" (id),
    sealed   BLOB NOT NULL,
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL
) STRICT;
CREATE INDEX place_of_case ON consented_place (case_id);
ALTER TABLE finding ADD COLUMN consented INTEGER NOT NULL DEFAULT 0 CHECK (consented IN (0, 1));
CREATE TABLE earlier_evidence (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    occurrence_id   INTEGER NOT NULL REFERENCES occurrence (id),
    epoch           INTEGER NOT NULL CHECK (epoch >= 1),
    evidence_file   TEXT NOT NULL,
    evidence_digest BLOB NOT NULL
) STRICT;
ALTER TABLE reference ADD COLUMN quarantined_at INTEGER;
ALTER TABLE reference ADD COLUMN released_at INTEGER;
DROP INDEX finding_of_reference;
CREATE INDEX finding_of_reference ON finding (reference, first_seen);
CREATE INDEX reference_quarantined ON reference (id) WHERE quarantined_at IS NOT NULL;
CREATE INDEX earlier_evidence_of ON earlier_evidence (occurrence_id);
)sql";

// References that show the same picture as one of another case.
constexpr const char* fourteenth_step = R"sql(
CREATE TABLE collision (
    reference INTEGER PRIMARY KEY REFERENCES reference (id) ON DELETE CASCADE,
    seen_at   INTEGER NOT NULL
) STRICT;
)sql";

// When in a video what a finding shows was seen last, as the pipeline told it.
constexpr const char* fifteenth_step = R"sql(
CREATE TABLE finding_video (
    finding_id INTEGER PRIMARY KEY REFERENCES finding (id) ON DELETE CASCADE,
    told       TEXT NOT NULL CHECK (told <> '')
) STRICT;
)sql";

// Of references that are videos, how many of their frames are kept.
constexpr const char* sixteenth_step = R"sql(
ALTER TABLE reference ADD COLUMN frames INTEGER NOT NULL DEFAULT 0 CHECK (frames >= 0);
DROP INDEX reference_list;
CREATE INDEX reference_list ON reference (case_id, id, name, quality_percent, weak, extractor_version, generation,
    added_at, list, hash_kind, frames) WHERE removed = 0;
)sql";

// Notices that ask to take pictures down, with the findings each is about.
constexpr const char* seventeenth_step = R"sql(
CREATE TABLE notice (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id          INTEGER NOT NULL REFERENCES "case" (id),
    route            TEXT NOT NULL,
    language         TEXT NOT NULL,
    host             TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('draft', 'sent', 'acknowledged', 'refused', 'withdrawn')),
    drafted_at       INTEGER NOT NULL,
    drafted_by       TEXT NOT NULL,
    sent_at          INTEGER,
    deadline_at      INTEGER,
    recipient        TEXT NOT NULL DEFAULT '',
    ticket           TEXT NOT NULL DEFAULT '',
    answered_at      INTEGER,
    reason           TEXT NOT NULL DEFAULT '',
    told_approaching INTEGER NOT NULL DEFAULT 0 CHECK (told_approaching IN (0, 1)),
    told_overdue     INTEGER NOT NULL DEFAULT 0 CHECK (told_overdue IN (0, 1)),
    sealed           BLOB NOT NULL
) STRICT;
CREATE INDEX notice_of_case ON notice (case_id);
CREATE INDEX notice_running ON notice (deadline_at) WHERE deadline_at IS NOT NULL;
CREATE TABLE notice_finding (
    notice_id  INTEGER NOT NULL REFERENCES notice (id) ON DELETE CASCADE,
    finding_id INTEGER NOT NULL REFERENCES finding (id),
    PRIMARY KEY (notice_id, finding_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_of_finding ON notice_finding (finding_id);
)sql";

// Whom to write to about hosts, as registries and the hosts said.
constexpr const char* eighteenth_step = R"sql(
CREATE TABLE contact (
    host      TEXT PRIMARY KEY,
    looked_at INTEGER NOT NULL,
    told      TEXT NOT NULL CHECK (told <> '')
) STRICT, WITHOUT ROWID;
)sql";

// Checks whether findings are still up, and how they went at each place. What older programs recorded is
// looked at within an hour.
constexpr const char* nineteenth_step = R"sql(
CREATE TABLE still_up_check (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    occurrence_id  INTEGER NOT NULL REFERENCES occurrence (id) ON DELETE CASCADE,
    began_at       INTEGER NOT NULL,
    ended_at       INTEGER,
    page_sight     TEXT NOT NULL DEFAULT 'unseen',
    page_status    INTEGER NOT NULL DEFAULT 0,
    page_at        INTEGER,
    picture_sight  TEXT NOT NULL DEFAULT 'unseen',
    picture_status INTEGER NOT NULL DEFAULT 0,
    picture_at     INTEGER,
    content        BLOB CHECK (length(content) = 32),
    verdict        TEXT NOT NULL DEFAULT 'unchecked'
) STRICT;
CREATE UNIQUE INDEX check_under_way ON still_up_check (occurrence_id) WHERE ended_at IS NULL;
CREATE INDEX check_of_occurrence ON still_up_check (occurrence_id, id);
ALTER TABLE occurrence ADD COLUMN checks_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE occurrence ADD COLUMN still_up TEXT NOT NULL DEFAULT 'unchecked';
ALTER TABLE occurrence ADD COLUMN seen_up_at INTEGER;
ALTER TABLE occurrence ADD COLUMN gone_since INTEGER;
ALTER TABLE occurrence ADD COLUMN gone_checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE occurrence ADD COLUMN replaced_checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE occurrence ADD COLUMN unclear_checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE occurrence ADD COLUMN is_down INTEGER NOT NULL DEFAULT 0 CHECK (is_down IN (0, 1));
UPDATE occurrence SET checks_from = first_seen, looks = 0, look_due = 0;
DROP INDEX occurrence_look;
CREATE INDEX occurrence_look ON occurrence (look_due);
)sql";

// For how long packages of evidence are kept, what is excepted, and what is held beyond a withdrawal.
constexpr const char* twentieth_step = R"sql(
CREATE TABLE case_retention (
    case_id INTEGER NOT NULL REFERENCES "case" (id),
    kind    TEXT NOT NULL CHECK (kind IN ('open', 'dismissed', 'down', 'earlier')),
    days    INTEGER NOT NULL CHECK (days >= 0),
    PRIMARY KEY (case_id, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence_hold (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id    INTEGER NOT NULL REFERENCES "case" (id),
    finding_id INTEGER,
    until      INTEGER NOT NULL,
    reason     TEXT NOT NULL CHECK (reason <> ''),
    set_by     TEXT NOT NULL,
    set_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX hold_of_case ON evidence_hold (case_id, until);
CREATE TABLE held_package (
    evidence_file   TEXT NOT NULL,
    evidence_digest BLOB NOT NULL CHECK (length(evidence_digest) = 32),
    hold_id         INTEGER NOT NULL REFERENCES evidence_hold (id),
    PRIMARY KEY (evidence_file, hold_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_by ON held_package (hold_id);
)sql";

// Of leads by a face: the face's mark (pipeline/face_mark.hpp), and the finding that shows the same picture
// with another face. On which sites a person's face is looked for; a case without rows: on all.
constexpr const char* twenty_first_step = R"sql(
CREATE TABLE face_lead (
    finding_id INTEGER PRIMARY KEY REFERENCES finding (id) ON DELETE CASCADE,
    mark       BLOB NOT NULL CHECK (length(mark) = 32),
    other_face INTEGER REFERENCES finding (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX face_lead_other ON face_lead (other_face) WHERE other_face IS NOT NULL;
CREATE TABLE face_site (
    case_id INTEGER NOT NULL REFERENCES "case" (id) ON DELETE CASCADE,
    site    TEXT NOT NULL CHECK (site <> ''),
    PRIMARY KEY (case_id, site)
) STRICT, WITHOUT ROWID;
)sql";

// How alike the face of a lead was, for what people decide of leads to be counted (faces/decisions.hpp); null
// in leads of older programs. Of one in a video, what the frame that shows it is known by.
constexpr const char* twenty_second_step = R"sql(
ALTER TABLE face_lead ADD COLUMN model BLOB CHECK (length(model) = 32);
ALTER TABLE face_lead ADD COLUMN hundredths INTEGER NOT NULL DEFAULT 0 CHECK (hundredths BETWEEN 0 AND 100);
ALTER TABLE face_lead ADD COLUMN refs INTEGER NOT NULL DEFAULT 1 CHECK (refs > 0);
ALTER TABLE face_lead ADD COLUMN faces INTEGER NOT NULL DEFAULT 1 CHECK (faces > 0);
ALTER TABLE face_lead ADD COLUMN frame BLOB CHECK (length(frame) = 32);
)sql";

// Packages of checks whether findings are still up, beside the earlier ones; and the record that holds the
// picture of a place, which they refer to.
constexpr const char* twenty_third_step = R"sql(
ALTER TABLE earlier_evidence ADD COLUMN check_id INTEGER REFERENCES still_up_check (id);
CREATE UNIQUE INDEX evidence_of_check ON earlier_evidence (check_id) WHERE check_id IS NOT NULL;
CREATE TABLE captured_picture (
    occurrence_id INTEGER PRIMARY KEY REFERENCES occurrence (id) ON DELETE CASCADE,
    evidence_file TEXT NOT NULL CHECK (evidence_file <> ''),
    record        TEXT NOT NULL,
    url           TEXT NOT NULL,
    fetched_at    INTEGER NOT NULL,
    payload       BLOB NOT NULL CHECK (length(payload) = 32)
) STRICT;
)sql";

// Lines about time stamps are looked for by the root that was stamped.
constexpr const char* twenty_fourth_step =
    "CREATE INDEX audit_stamp ON audit (object) WHERE action = 'evidence.stamp';";

} // namespace stillwatch::store
