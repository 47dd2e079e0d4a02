#include "store/sqlite/migrations.hpp"
#include "store/visit.hpp"

#include <array>

namespace stillwatch::store {

namespace {

// Enumerations are stored as their numbers: there are millions of rows (docs/formats/databases.md).
static_assert(static_cast<int>(LinkKind::page) == 0 && static_cast<int>(LinkKind::image) == 1 &&
              static_cast<int>(LinkKind::video) == 2);
static_assert(static_cast<int>(Mechanism::redirect) == 1);
static_assert(static_cast<int>(Wall::login) == 2 && static_cast<int>(Wall::age) == 3);
static_assert(static_cast<int>(Outcome::unvisited) == 0 && static_cast<int>(Outcome::page) == 1 &&
              static_cast<int>(Outcome::compared) == 2 && static_cast<int>(Outcome::unchanged) == 3 &&
              static_cast<int>(Outcome::undecodable) == 4 && static_cast<int>(Outcome::too_small) == 5 &&
              static_cast<int>(Outcome::other) == 6 && static_cast<int>(Outcome::gone) == 7 &&
              static_cast<int>(Outcome::unreachable) == 8 && static_cast<int>(Outcome::refused) == 9 &&
              static_cast<int>(Outcome::moved) == 10 && static_cast<int>(Outcome::disallowed) == 11 &&
              static_cast<int>(Outcome::waiting) == 12);

// url_key is host first, so what one page names touches one subtree; url itself grows at its end only, and
// is found by its number. Leased rows stay in the other indexes: they are few, and skipping them costs less
// than moving entries twice a visit.
constexpr const char* first_step = R"sql(
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE site (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    max_pages  INTEGER NOT NULL,
    max_images INTEGER NOT NULL
) STRICT;

CREATE TABLE site_host (
    host_port TEXT PRIMARY KEY,
    site_id   INTEGER NOT NULL REFERENCES site (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX site_host_site ON site_host (site_id);

CREATE TABLE host (
    id              INTEGER PRIMARY KEY,
    site_id         INTEGER NOT NULL REFERENCES site (id),
    origin          TEXT NOT NULL UNIQUE,
    host_port       TEXT NOT NULL,
    enabled         INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    backoff_until   INTEGER NOT NULL DEFAULT 0,
    errors_in_a_row INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX host_site ON host (site_id);

CREATE TABLE url_key (
    host_id INTEGER NOT NULL,
    key     BLOB NOT NULL,
    id      INTEGER NOT NULL,
    PRIMARY KEY (host_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE url (
    id                 INTEGER PRIMARY KEY,
    host_id            INTEGER NOT NULL REFERENCES host (id),
    kind               INTEGER NOT NULL,
    outcome            INTEGER NOT NULL DEFAULT 0,
    depth              INTEGER NOT NULL,
    tries              INTEGER NOT NULL DEFAULT 0,
    unchanged_in_a_row INTEGER NOT NULL DEFAULT 0,
    http_status        INTEGER NOT NULL DEFAULT 0,
    named_again        INTEGER NOT NULL DEFAULT 0,
    lease_until        INTEGER NOT NULL DEFAULT 0,
    due                INTEGER NOT NULL,
    generation         INTEGER NOT NULL DEFAULT 0,
    last_visit         INTEGER NOT NULL DEFAULT 0,
    wire_bytes         INTEGER NOT NULL DEFAULT 0,
    redirect_to        INTEGER NOT NULL DEFAULT 0,
    content            BLOB,
    target             TEXT NOT NULL,
    etag               TEXT NOT NULL DEFAULT '',
    last_modified      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX url_new    ON url (host_id, kind DESC)   WHERE outcome = 0;
CREATE INDEX url_stale  ON url (host_id, generation)  WHERE kind = 1 AND outcome NOT IN (0, 1, 8);
CREATE INDEX url_due    ON url (host_id, due)         WHERE outcome <> 0;
CREATE INDEX url_named  ON url (host_id)              WHERE named_again <> 0;
CREATE INDEX url_leased ON url (host_id, lease_until) WHERE lease_until <> 0;

CREATE TABLE link (
    target    INTEGER NOT NULL,
    page      INTEGER NOT NULL,
    mechanism INTEGER NOT NULL,
    seen      INTEGER NOT NULL,
    PRIMARY KEY (target, page)
) STRICT, WITHOUT ROWID;

CREATE TABLE verdict (
    content           BLOB PRIMARY KEY,
    generation        INTEGER NOT NULL,
    extractor_version INTEGER NOT NULL,
    matched           INTEGER NOT NULL CHECK (matched IN (0, 1)),
    undecodable       INTEGER NOT NULL CHECK (undecodable IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE robots (
    origin      TEXT PRIMARY KEY,
    fetched_at  INTEGER NOT NULL,
    http_status INTEGER NOT NULL,
    body        BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tally (
    host_id    INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    outcome    INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    urls       INTEGER NOT NULL,
    PRIMARY KEY (host_id, kind, outcome, generation)
) STRICT, WITHOUT ROWID;
)sql";

// How often pages bring something new, and what a site may be asked for in a day.
constexpr const char* second_step = R"sql(
ALTER TABLE url ADD COLUMN news       REAL    NOT NULL DEFAULT 0;
ALTER TABLE url ADD COLUMN news_days  REAL    NOT NULL DEFAULT 0;
ALTER TABLE url ADD COLUMN rate_level INTEGER NOT NULL DEFAULT 0;

CREATE TABLE rate_tally (
    host_id INTEGER NOT NULL,
    level   INTEGER NOT NULL,
    urls    INTEGER NOT NULL,
    PRIMARY KEY (host_id, level)
) STRICT, WITHOUT ROWID;

ALTER TABLE site ADD COLUMN max_pages_per_day INTEGER NOT NULL DEFAULT 9223372036854775807;
ALTER TABLE site ADD COLUMN max_bytes_per_day INTEGER NOT NULL DEFAULT 9223372036854775807;
ALTER TABLE site ADD COLUMN day               INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN pages_that_day    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN bytes_that_day    INTEGER NOT NULL DEFAULT 0;

ALTER TABLE host ADD COLUMN last_success        INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN last_failure        INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN last_failure_status INTEGER NOT NULL DEFAULT 0;

CREATE TABLE stopped_host (
    host_port  TEXT PRIMARY KEY,
    since      INTEGER NOT NULL,
    stopped_by TEXT NOT NULL,
    reason     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// The address of the item's first picture on that page; 0: alone. An address and not the number that the
// page's reader gave: those of another reading would mean other pictures.
constexpr const char* third_step = "ALTER TABLE link ADD COLUMN item INTEGER NOT NULL DEFAULT 0;";

// What is in the way at a site, and which addresses lead to nothing.
constexpr const char* fourth_step = R"sql(
ALTER TABLE host ADD COLUMN last_challenge INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN recent_walls   INTEGER NOT NULL DEFAULT 1;
ALTER TABLE site ADD COLUMN last_wall      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN sent           BLOB    NOT NULL DEFAULT x'';

ALTER TABLE url ADD COLUMN barren INTEGER NOT NULL DEFAULT 0;
DROP INDEX url_new;
CREATE INDEX url_new ON url (host_id, kind DESC, barren) WHERE outcome = 0;

CREATE TABLE trail (
    host_id INTEGER NOT NULL,
    key     BLOB NOT NULL,
    pages   INTEGER NOT NULL,
    news    INTEGER NOT NULL,
    dry     INTEGER NOT NULL,
    PRIMARY KEY (host_id, key)
) STRICT, WITHOUT ROWID;
)sql";

// What a withdrawal has to find. Bounds on what a site may make without end: who names a picture, families of
// addresses that bring nothing, bytes under many addresses. `aside` of an address: the family for whose sake
// it waits.
constexpr const char* fifth_step = R"sql(
CREATE INDEX verdict_matched ON verdict (content) WHERE matched = 1;

ALTER TABLE url ADD COLUMN named_often INTEGER NOT NULL DEFAULT 0;
ALTER TABLE url ADD COLUMN aside       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE url ADD COLUMN parent      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE url ADD COLUMN same_as     INTEGER NOT NULL DEFAULT 0;
DROP INDEX url_new;
DROP INDEX url_stale;
CREATE INDEX url_new     ON url (host_id, kind DESC, barren) WHERE outcome = 0 AND aside = 0;
CREATE INDEX url_aside   ON url (host_id, aside)             WHERE aside <> 0;
CREATE INDEX url_stale   ON url (host_id, generation)        WHERE kind = 1 AND outcome NOT IN (0, 1, 8, 10, 12);
CREATE INDEX url_content ON url (content)                    WHERE content IS NOT NULL;

CREATE TABLE family (
    id      INTEGER PRIMARY KEY,
    host_id INTEGER NOT NULL,
    key     BLOB    NOT NULL,
    pattern TEXT    NOT NULL,
    kind    INTEGER NOT NULL,
    visits  INTEGER NOT NULL,
    idle    INTEGER NOT NULL,
    recent  BLOB    NOT NULL,
    waiting INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    UNIQUE (host_id, key)
) STRICT;
CREATE INDEX family_waiting ON family (host_id, next_at) WHERE waiting > 0;

CREATE TABLE bound_tally (
    host_id INTEGER NOT NULL,
    bound   TEXT    NOT NULL,
    times   INTEGER NOT NULL,
    PRIMARY KEY (host_id, bound)
) STRICT, WITHOUT ROWID;

ALTER TABLE site ADD COLUMN namings INTEGER NOT NULL DEFAULT 0;
UPDATE site SET namings = (SELECT count(*) FROM host h JOIN url u ON u.host_id = h.id JOIN link l ON l.target = u.id
                           WHERE h.site_id = site.id);

-- What is known of bytes is known by how they were encoded, too, and only by what a decoder said. Earlier verdicts of
-- "undecodable" may come from a false encoding or a worker that was killed: what they hid is looked at again.
ALTER TABLE verdict ADD COLUMN too_small INTEGER NOT NULL DEFAULT 0;
ALTER TABLE verdict ADD COLUMN file      BLOB;
DELETE FROM verdict WHERE undecodable = 1;
UPDATE url SET due = 0 WHERE kind = 1 AND outcome IN (3, 4, 5);

CREATE TABLE unread (
    content BLOB PRIMARY KEY,
    losses  INTEGER NOT NULL,
    retry   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Hosts that no site lists, which pages of a site name pictures of or send visits to. Addresses behind which
// a site's gates open.
constexpr const char* sixth_step = R"sql(
CREATE TABLE outside_host (
    site_id   INTEGER NOT NULL REFERENCES site (id),
    host_port TEXT    NOT NULL,
    pictures  INTEGER NOT NULL,
    redirects INTEGER NOT NULL,
    PRIMARY KEY (site_id, host_port)
) STRICT, WITHOUT ROWID;

CREATE TABLE way_in (
    site_id INTEGER NOT NULL REFERENCES site (id),
    address TEXT    NOT NULL
) STRICT;
)sql";

// For a list SQLite builds a table of its own whenever a row is written, to look whether the index has it:
// two thirds of what an update cost.
constexpr const char* seventh_step = R"sql(
DROP INDEX url_stale;
CREATE INDEX url_stale ON url (host_id, generation)
    WHERE kind = 1 AND outcome <> 0 AND outcome <> 1 AND outcome <> 8 AND outcome <> 10 AND outcome <> 12;
)sql";

// Whether the videos of a site are looked at. Addresses that ended as neither page nor picture may be videos.
constexpr const char* eighth_step = "ALTER TABLE site ADD COLUMN looks_at_videos INTEGER NOT NULL DEFAULT 0;";

// A video that was compared is compared again with what comes later, as a picture is.
constexpr const char* ninth_step = R"sql(
DROP INDEX url_stale;
CREATE INDEX url_stale ON url (host_id, generation)
    WHERE kind <> 0 AND (kind <> 2 OR outcome <> 6) AND outcome <> 0 AND outcome <> 1 AND outcome <> 8 AND
          outcome <> 10 AND outcome <> 12;
)sql";

constexpr std::array<const char*, 9> steps{first_step, second_step,  third_step,  fourth_step, fifth_step,
                                           sixth_step, seventh_step, eighth_step, ninth_step};

} // namespace

const Schema frontier_schema{"frontier", 0x53574631, steps}; // "SWF1"

} // namespace stillwatch::store
