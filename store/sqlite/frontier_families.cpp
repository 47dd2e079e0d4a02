#include "store/sqlite/frontier_file.hpp"

#include <algorithm>

// Rows of `trail` and `family`.
namespace stillwatch::store {

namespace {

FamilyRow read_family(const Statement& row)
{
    FamilyRow family;
    family.id = row.integer(0);
    family.host = row.id<HostId>(1);
    const auto key = row.blob(2);
    if (key.size() != family.key.size()) throw SqliteError(Errc::corrupt, "a family's key is damaged");
    std::ranges::copy(key, family.key.begin());
    family.kind = static_cast<LinkKind>(row.small(3));
    family.visits = row.integer(4);
    family.idle = row.integer(5);
    family.recent = row.blob(6);
    family.waiting = row.integer(7);
    family.next_at = row.time(8);
    return family;
}

} // namespace

std::optional<crawler::Trail> FrontierFile::trail(HostId host, const Key128& key)
{
    auto row = connection_.prepare("SELECT pages, news, dry FROM trail WHERE host_id = ?1 AND key = ?2");
    if (!row.bind(host, ByteView(key)).step()) return std::nullopt;
    return crawler::Trail{row.integer(0), row.integer(1), row.integer(2)};
}

void FrontierFile::put_trail(HostId host, const Key128& key, const crawler::Trail& trail)
{
    connection_
        .prepare("INSERT INTO trail (host_id, key, pages, news, dry) VALUES (?1, ?2, ?3, ?4, ?5) "
                 "ON CONFLICT DO UPDATE SET pages = excluded.pages, news = excluded.news, dry = excluded.dry")
        .bind(host, ByteView(key), trail.pages, trail.news, trail.dry)
        .run();
}

std::optional<FamilyRow> FrontierFile::family(HostId host, const Key128& key)
{
    auto row =
        connection_.prepare("SELECT id, host_id, key, kind, visits, idle, recent, waiting, next_at FROM "
                            "family WHERE host_id = ?1 AND key = ?2");
    if (!row.bind(host, ByteView(key)).step()) return std::nullopt;
    return read_family(row);
}

std::optional<FamilyRow> FrontierFile::family(std::int64_t id)
{
    auto row = connection_.prepare(
        "SELECT id, host_id, key, kind, visits, idle, recent, waiting, next_at FROM family WHERE id = ?1");
    if (!row.bind(id).step()) return std::nullopt;
    return read_family(row);
}

std::int64_t FrontierFile::add_family(const FamilyRow& family)
{
    connection_
        .prepare("INSERT INTO family (host_id, key, pattern, kind, visits, idle, recent, waiting, next_at) "
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        .bind(family.host, ByteView(family.key), family.pattern, family.kind, family.visits, family.idle,
              family.recent, family.waiting, family.next_at)
        .run();
    return connection_.last_row_id();
}

void FrontierFile::put_family(const FamilyRow& family)
{
    connection_
        .prepare("UPDATE family SET visits = ?2, idle = ?3, recent = ?4, waiting = ?5, next_at = ?6 "
                 "WHERE id = ?1")
        .bind(family.id, family.visits, family.idle, family.recent, family.waiting, family.next_at)
        .run();
}

void FrontierFile::forget_marks()
{
    connection_.prepare("UPDATE family SET recent = x'' WHERE recent <> x''").run();
}

std::vector<std::int64_t> FrontierFile::due_families(HostId host, Timestamp now, std::size_t limit)
{
    auto row = connection_.prepare(
        "SELECT id FROM family INDEXED BY family_waiting WHERE host_id = ?1 AND waiting > 0 "
        "AND next_at <= ?2 ORDER BY next_at LIMIT ?3");
    row.bind(host, now, limit);
    std::vector<std::int64_t> due;
    while (row.step())
        due.push_back(row.integer(0));
    return due;
}

std::vector<UrlId> FrontierFile::waiting_for(const FamilyRow& family, Timestamp now, bool newest_first,
                                             std::size_t limit)
{
    auto row = connection_.prepare(
        newest_first
            ? "SELECT id FROM url INDEXED BY url_aside WHERE host_id = ?1 AND aside <> 0 AND aside = "
              "?2 AND lease_until <= ?3 ORDER BY id DESC LIMIT ?4"
            : "SELECT id FROM url INDEXED BY url_aside WHERE host_id = ?1 AND aside <> 0 AND aside = "
              "?2 AND lease_until <= ?3 ORDER BY id LIMIT ?4");
    row.bind(family.host, family.id, now, limit);
    std::vector<UrlId> waiting;
    while (row.step())
        waiting.push_back(row.id<UrlId>(0));
    return waiting;
}

std::int64_t FrontierFile::release_waiting(const FamilyRow& family, std::int64_t most)
{
    connection_
        .prepare("UPDATE url SET aside = 0 WHERE id IN (SELECT id FROM url INDEXED BY url_aside WHERE "
                 "host_id = ?1 AND aside <> 0 "
                 "AND aside = ?2 ORDER BY id DESC LIMIT ?3)")
        .bind(family.host, family.id, most)
        .run();
    return connection_.changed_rows();
}

std::vector<std::pair<std::string, std::int64_t>> FrontierFile::idle_families(const std::string& site)
{
    auto row = connection_.prepare("SELECT h.origin || f.pattern, f.waiting FROM site s JOIN host h ON "
                                   "h.site_id = s.id JOIN family f INDEXED BY "
                                   "family_waiting ON f.host_id = h.id AND f.waiting > 0 WHERE s.name = ?1 "
                                   "AND h.enabled = 1 ORDER BY f.waiting DESC");
    row.bind(site);
    std::vector<std::pair<std::string, std::int64_t>> families;
    while (row.step())
        families.emplace_back(row.text(0), row.integer(1));
    return families;
}

} // namespace stillwatch::store
