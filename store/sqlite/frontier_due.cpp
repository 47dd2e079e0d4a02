#include "store/sqlite/frontier_file.hpp"
#include "store/sqlite/frontier_rows.hpp"
#include "store/sqlite/frontier_sql.hpp"

#include <stdexcept>

// What is due, found through the partial indexes. The conditions and the order are those of
// crawler/policy/due.hpp; leased rows are passed over.
namespace stillwatch::store {

namespace {

using crawler::Due;

// ?1 host, ?2 now, ?3 generation, ?4 limit.
const std::string& statement_for(Due why)
{
    static const auto named_again =
        with_numbers(ADDRESS_COLUMNS
                     "INDEXED BY url_named WHERE u.host_id = ?1 AND u.named_again <> {not_named} AND "
                     "u.outcome <> {unvisited} AND u.lease_until <= ?2 AND ?3 >= 0 ORDER BY u.id LIMIT ?4");
    static const auto new_picture = with_numbers(
        ADDRESS_COLUMNS "INDEXED BY url_new WHERE u.host_id = ?1 AND {is_new} AND u.kind = {image} AND "
                        "u.barren = 0 AND u.lease_until <= ?2 AND ?3 >= 0 ORDER BY u.id LIMIT ?4");
    static const auto new_page = with_numbers(
        ADDRESS_COLUMNS "INDEXED BY url_new WHERE u.host_id = ?1 AND {is_new} AND u.kind = {page} AND "
                        "u.barren = 0 AND u.lease_until <= ?2 AND ?3 >= 0 ORDER BY u.id LIMIT ?4");
    static const auto barren_page = with_numbers(
        ADDRESS_COLUMNS "INDEXED BY url_new WHERE u.host_id = ?1 AND {is_new} AND u.kind = {page} AND "
                        "u.barren = 1 AND u.lease_until <= ?2 AND ?3 >= 0 ORDER BY u.id LIMIT ?4");
    static const auto stale_picture = with_numbers(
        ADDRESS_COLUMNS "INDEXED BY url_stale WHERE u.host_id = ?1 AND {may_be_stale} AND u.generation < ?3 "
                        "AND u.lease_until <= ?2 ORDER BY u.generation, u.id LIMIT ?4");
    static const auto revisit =
        with_numbers(ADDRESS_COLUMNS
                     "INDEXED BY url_due WHERE u.host_id = ?1 AND u.outcome <> {unvisited} AND u.due <= ?2 "
                     "AND u.lease_until <= ?2 AND ?3 >= 0 ORDER BY u.due, u.id LIMIT ?4");
    static const auto new_video = with_numbers(
        ADDRESS_COLUMNS "INDEXED BY url_new WHERE u.host_id = ?1 AND {is_new} AND u.kind = {video} AND "
                        "u.lease_until <= ?2 AND ?3 >= 0 ORDER BY u.id LIMIT ?4");
    switch (why) {
    case Due::named_again: return named_again;
    case Due::new_picture: return new_picture;
    case Due::new_page: return new_page;
    case Due::barren_page: return barren_page;
    case Due::stale_picture: return stale_picture;
    case Due::new_video: return new_video;
    case Due::revisit: return revisit;
    }
    throw std::logic_error("no such reason to be due");
}

// clang-format off
constexpr std::string_view ready = R"sql(
    SELECT h.id, s.name, h.origin, h.backoff_until, h.errors_in_a_row FROM host h JOIN site s ON s.id = h.site_id
    WHERE h.enabled = 1 AND h.backoff_until <= ?1 AND (
        EXISTS (SELECT 1 FROM url u INDEXED BY url_new
                WHERE u.host_id = h.id AND {is_new} AND u.lease_until <= ?1)
        OR EXISTS (SELECT 1 FROM url u INDEXED BY url_due
                   WHERE u.host_id = h.id AND u.outcome <> {unvisited} AND u.due <= ?1 AND u.lease_until <= ?1)
        OR EXISTS (SELECT 1 FROM url u INDEXED BY url_stale
                   WHERE u.host_id = h.id AND {may_be_stale} AND u.generation < ?2 AND u.lease_until <= ?1)
        OR EXISTS (SELECT 1 FROM family f INDEXED BY family_waiting
                   WHERE f.host_id = h.id AND f.waiting > 0 AND f.next_at <= ?1))
    ORDER BY h.id)sql";

// For each watched host its back-off and the first moment at which there is something to visit.
constexpr std::string_view first_moment = R"sql(
    SELECT min(max(backoff_until, first)) FROM (
        SELECT h.backoff_until AS backoff_until, (SELECT min(at) FROM (
            SELECT ?1 AS at WHERE EXISTS (SELECT 1 FROM url u INDEXED BY url_new
                                          WHERE u.host_id = h.id AND {is_new} AND u.lease_until <= ?1)
            UNION ALL
            SELECT ?1 WHERE h.backoff_until > ?1 AND EXISTS (
                SELECT 1 FROM url u INDEXED BY url_stale
                WHERE u.host_id = h.id AND {may_be_stale} AND u.lease_until <= ?1)
            UNION ALL
            SELECT * FROM (SELECT max(f.next_at, ?1) FROM family f INDEXED BY family_waiting
                           WHERE f.host_id = h.id AND f.waiting > 0 ORDER BY f.next_at LIMIT 1)
            UNION ALL
            SELECT * FROM (SELECT max(u.due, ?1) FROM url u INDEXED BY url_due
                           WHERE u.host_id = h.id AND u.outcome <> {unvisited} AND u.lease_until <= ?1
                           ORDER BY u.due LIMIT 1)
            UNION ALL
            SELECT * FROM (SELECT u.lease_until FROM url u INDEXED BY url_leased
                           WHERE u.host_id = h.id AND u.lease_until <> 0 AND u.lease_until > ?1
                           ORDER BY u.lease_until LIMIT 1)
        )) AS first
        FROM host h WHERE h.enabled = 1)
    WHERE first IS NOT NULL)sql";

constexpr std::string_view sizes_of_a_pass = R"sql(
    SELECT s.name, sum(
        (SELECT count(*) FROM url u INDEXED BY url_new WHERE u.host_id = h.id AND {is_new})
        + (SELECT count(*) FROM url u INDEXED BY url_due
           WHERE u.host_id = h.id AND u.outcome <> {unvisited} AND u.due <= ?1)
        + (SELECT count(*) FROM url u INDEXED BY url_stale
           WHERE u.host_id = h.id AND {may_be_stale} AND u.generation < ?2 AND u.due > ?1)), sum(
        ifnull((SELECT sum(t.urls) FROM tally t WHERE t.host_id = h.id), 0)
        - ifnull((SELECT sum(f.waiting) FROM family f INDEXED BY family_waiting
                  WHERE f.host_id = h.id AND f.waiting > 0), 0)
        - (SELECT count(*) FROM url u INDEXED BY url_aside
           WHERE u.host_id = h.id AND u.aside <> 0 AND u.aside = {not_looked_at}))
    FROM site s JOIN host h ON h.site_id = s.id WHERE h.enabled = 1 AND s.enabled = 1 GROUP BY s.id)sql";
// clang-format on

} // namespace

std::vector<AddressRow> FrontierFile::due(Due why, HostId host, Timestamp now, std::int64_t generation,
                                          std::size_t limit)
{
    auto row = connection_.prepare(statement_for(why));
    row.bind(host, now, generation, limit);
    std::vector<AddressRow> result;
    while (row.step())
        result.push_back(read_address(row));
    return result;
}

std::vector<HostRow> FrontierFile::ready_hosts(Timestamp now, std::int64_t generation)
{
    static const auto hosts = with_numbers(ready);
    auto row = connection_.prepare(hosts);
    row.bind(now, generation);
    std::vector<HostRow> result;
    while (row.step())
        result.push_back({row.id<HostId>(0), row.text(1), row.text(2), row.time(3), row.small(4)});
    return result;
}

std::optional<Timestamp> FrontierFile::next_moment(Timestamp now)
{
    static const auto first = with_numbers(first_moment);
    auto row = connection_.prepare(first);
    if (!row.bind(now).step() || row.is_null(0)) return std::nullopt;
    return row.time(0);
}

std::map<std::string, PassSize> FrontierFile::pass_sizes(Timestamp now, std::int64_t generation)
{
    static const auto of_sites = with_numbers(sizes_of_a_pass);
    auto row = connection_.prepare(of_sites);
    row.bind(now, generation);
    std::map<std::string, PassSize> sizes;
    while (row.step())
        sizes[row.text(0)] = {row.integer(1), row.integer(2)};
    return sizes;
}

std::int64_t FrontierFile::count_revisits(Timestamp now)
{
    static const auto revisits =
        with_numbers("SELECT count(*) FROM host h CROSS JOIN url u INDEXED BY url_due "
                     "ON u.host_id = h.id AND u.outcome <> {unvisited} AND u.due <= ?1 WHERE h.enabled = 1");
    auto row = connection_.prepare(revisits);
    return row.bind(now).step() ? row.integer(0) : 0;
}

std::int64_t FrontierFile::pages_under_way(HostId host)
{
    static const auto leased =
        with_numbers("SELECT count(*) FROM host o JOIN host h ON h.site_id = o.site_id JOIN url u INDEXED BY "
                     "url_leased ON "
                     "u.host_id = h.id WHERE o.id = ?1 AND u.lease_until <> 0 AND u.kind = {page}");
    auto row = connection_.prepare(leased);
    return row.bind(host).step() ? row.integer(0) : 0;
}

} // namespace stillwatch::store
