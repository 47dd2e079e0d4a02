#include "store/sqlite/frontier_file.hpp"

// Rows of `site`, `site_host`, `host`, `stopped_host`, `robots` and `bound_tally`.
namespace stillwatch::store {

namespace {

// clang-format off
#define SITE_COLUMNS                                                                                        \
    "SELECT s.id, s.name, s.max_pages, s.max_images, s.max_pages_per_day, s.max_bytes_per_day, s.day, "     \
    "s.pages_that_day, s.bytes_that_day, s.recent_walls, s.last_wall, s.namings, s.sent, "    \
    "s.looks_at_videos FROM site s "
#define HOST_COLUMNS                                                                                        \
    "SELECT h.id, s.name, h.origin, h.backoff_until, h.errors_in_a_row, h.host_port, h.enabled, "           \
    "EXISTS (SELECT 1 FROM stopped_host p WHERE p.host_port = h.host_port), h.last_success, "               \
    "h.last_failure, h.last_failure_status, h.last_challenge FROM host h JOIN site s ON s.id = h.site_id "
// clang-format on

std::optional<SiteState> read_site(Statement& row)
{
    if (!row.step()) return std::nullopt;
    return SiteState{row.integer(0),
                     row.text(1),
                     row.integer(2),
                     row.integer(3),
                     {row.integer(4), row.integer(5), row.integer(6), row.integer(7), row.integer(8)},
                     {static_cast<std::uint64_t>(row.integer(9)), static_cast<Wall>(row.small(10))},
                     row.integer(11),
                     row.blob(12),
                     row.flag(13)};
}

std::optional<HostState> read_host(Statement& row)
{
    if (!row.step()) return std::nullopt;
    return HostState{{row.id<HostId>(0), row.text(1), row.text(2), row.time(3), row.small(4)},
                     row.text(5),
                     row.flag(6),
                     row.flag(7),
                     row.time(8),
                     row.time(9),
                     row.small(10),
                     row.time(11)};
}

} // namespace

std::set<std::string> FrontierFile::put_sites(const std::vector<ListedSite>& sites)
{
    connection_.prepare("CREATE TEMP TABLE listed_before AS SELECT host_port, site_id FROM site_host").run();
    connection_.prepare("DELETE FROM site_host").run();
    connection_.prepare("UPDATE site SET enabled = 0").run();
    for (const auto& [site, hosts] : sites) {
        connection_
            .prepare("INSERT INTO site (name, enabled, max_pages, max_images, max_pages_per_day, "
                     "max_bytes_per_day, looks_at_videos) "
                     "VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET enabled = 1, "
                     "max_pages = excluded.max_pages, max_images = excluded.max_images, "
                     "max_pages_per_day = excluded.max_pages_per_day, max_bytes_per_day = "
                     "excluded.max_bytes_per_day, looks_at_videos = excluded.looks_at_videos")
            .bind(site.name, site.max_pages, site.max_images(), site.max_pages_per_day,
                  site.max_bytes_per_day, site.looks_at_videos)
            .run();
        for (const auto& host_port : hosts)
            connection_
                .prepare("INSERT INTO site_host (host_port, site_id) SELECT ?1, id FROM site WHERE name = ?2 "
                         "ON CONFLICT DO NOTHING")
                .bind(host_port, site.name)
                .run();
    }
    connection_
        .prepare(
            "UPDATE host SET (site_id, enabled) = (SELECT ifnull(max(l.site_id), host.site_id), count(*) "
            "FROM site_host l WHERE l.host_port = host.host_port)")
        .run();
    std::set<std::string> with_more;
    {
        auto row = connection_.prepare(
            "SELECT DISTINCT s.name FROM (SELECT host_port, site_id FROM site_host EXCEPT SELECT host_port, "
            "site_id FROM listed_before) n JOIN site s ON s.id = n.site_id");
        while (row.step())
            with_more.insert(row.text(0));
    }
    connection_.prepare("DROP TABLE listed_before").run();
    return with_more;
}

std::optional<SiteState> FrontierFile::site_of(HostId host)
{
    auto row = connection_.prepare(SITE_COLUMNS "JOIN host h ON h.site_id = s.id WHERE h.id = ?1");
    return read_site(row.bind(host));
}

std::optional<SiteState> FrontierFile::site_named(const std::string& name)
{
    auto row = connection_.prepare(SITE_COLUMNS "WHERE s.name = ?1");
    return read_site(row.bind(name));
}

void FrontierFile::put_site(const SiteState& site)
{
    connection_
        .prepare("UPDATE site SET day = ?2, pages_that_day = ?3, bytes_that_day = ?4, recent_walls = ?5, "
                 "last_wall = ?6, namings = ?7, sent = ?8 WHERE id = ?1")
        .bind(site.id, site.day.day, site.day.pages, site.day.bytes,
              static_cast<std::int64_t>(site.walls.bits), site.walls.last, site.namings, site.sent)
        .run();
}

HostId FrontierFile::watched_host(const std::string& origin)
{
    auto row = connection_.prepare("SELECT id FROM host WHERE origin = ?1 AND enabled = 1");
    return row.bind(origin).step() ? row.id<HostId>(0) : HostId{};
}

HostId FrontierFile::add_host(const std::string& origin, const std::string& host_port)
{
    connection_
        .prepare("INSERT INTO host (site_id, origin, host_port, enabled) "
                 "SELECT site_id, ?1, ?2, 1 FROM site_host WHERE host_port = ?2 ON CONFLICT DO NOTHING")
        .bind(origin, host_port)
        .run();
    return connection_.changed_rows() == 0 ? HostId{} : HostId{connection_.last_row_id()};
}

std::optional<HostState> FrontierFile::host(HostId id)
{
    auto row = connection_.prepare(HOST_COLUMNS "WHERE h.id = ?1");
    return read_host(row.bind(id));
}

std::optional<HostState> FrontierFile::host_at(const std::string& origin)
{
    auto row = connection_.prepare(HOST_COLUMNS "WHERE h.origin = ?1");
    return read_host(row.bind(origin));
}

std::vector<HostState> FrontierFile::hosts_of(const std::string& site)
{
    auto row = connection_.prepare(HOST_COLUMNS "WHERE s.name = ?1 AND h.enabled = 1 ORDER BY h.id");
    row.bind(site);
    std::vector<HostState> hosts;
    while (auto host = read_host(row))
        hosts.push_back(*std::move(host));
    return hosts;
}

void FrontierFile::put_host(const HostState& host)
{
    connection_
        .prepare(
            "UPDATE host SET backoff_until = ?2, errors_in_a_row = ?3, last_success = ?4, last_failure = "
            "?5, last_failure_status = ?6, last_challenge = ?7 WHERE id = ?1")
        .bind(host.host.id, host.host.backoff_until, host.host.errors_in_a_row, host.last_success,
              host.last_failure, host.last_failure_status, host.last_challenge)
        .run();
}

void FrontierFile::put_stopped_hosts(const std::vector<StoppedHost>& hosts)
{
    connection_.execute("DELETE FROM stopped_host");
    for (const auto& host : hosts)
        connection_
            .prepare(
                "INSERT INTO stopped_host (host_port, since, stopped_by, reason) VALUES (?1, ?2, ?3, ?4)")
            .bind(host.host, host.since, host.stopped_by, host.reason)
            .run();
}

std::optional<RobotsRow> FrontierFile::robots(const std::string& origin)
{
    auto row =
        connection_.prepare("SELECT origin, fetched_at, http_status, body FROM robots WHERE origin = ?1");
    if (!row.bind(origin).step()) return std::nullopt;
    return RobotsRow{row.text(0), row.time(1), row.small(2), std::string(as_text(row.blob(3)))};
}

std::optional<int> FrontierFile::robots_status(const std::string& origin)
{
    auto row = connection_.prepare("SELECT http_status FROM robots WHERE origin = ?1");
    if (!row.bind(origin).step()) return std::nullopt;
    return row.small(0);
}

void FrontierFile::put_robots(const RobotsRow& robots)
{
    connection_
        .prepare("INSERT INTO robots (origin, fetched_at, http_status, body) VALUES (?1, ?2, ?3, ?4) ON "
                 "CONFLICT DO UPDATE SET fetched_at = excluded.fetched_at, http_status = "
                 "excluded.http_status, body = excluded.body")
        .bind(robots.origin, robots.fetched_at, robots.http_status, as_bytes(robots.body))
        .run();
}

void FrontierFile::add_to_bound(HostId host, std::string_view bound, std::int64_t times)
{
    connection_
        .prepare("INSERT INTO bound_tally (host_id, bound, times) VALUES (?1, ?2, ?3) "
                 "ON CONFLICT DO UPDATE SET times = times + excluded.times")
        .bind(host, bound, times)
        .run();
}

std::map<std::string, std::int64_t> FrontierFile::bounds_of(const std::string& site)
{
    auto row = connection_.prepare(
        "SELECT b.bound, sum(b.times) FROM bound_tally b JOIN host h ON h.id = b.host_id "
        "JOIN site s ON s.id = h.site_id WHERE s.name = ?1 AND h.enabled = 1 GROUP BY b.bound");
    row.bind(site);
    std::map<std::string, std::int64_t> bounds;
    while (row.step())
        bounds[row.text(0)] = row.integer(1);
    return bounds;
}

std::vector<std::string> FrontierFile::ways_in(const std::string& site)
{
    auto row = connection_.prepare("SELECT w.address FROM way_in w JOIN site s ON s.id = w.site_id "
                                   "WHERE s.name = ?1 ORDER BY w.rowid");
    row.bind(site);
    std::vector<std::string> addresses;
    while (row.step())
        addresses.push_back(row.text(0));
    return addresses;
}

void FrontierFile::put_ways_in(const std::string& site, const std::vector<std::string>& addresses)
{
    connection_.prepare("DELETE FROM way_in WHERE site_id = (SELECT id FROM site WHERE name = ?1)")
        .bind(site)
        .run();
    for (const auto& address : addresses)
        connection_.prepare("INSERT INTO way_in (site_id, address) SELECT id, ?2 FROM site WHERE name = ?1")
            .bind(site, address)
            .run();
}

void FrontierFile::add_outside(std::int64_t site, const OutsideHost& host)
{
    connection_
        .prepare("INSERT INTO outside_host (site_id, host_port, pictures, redirects) VALUES (?1, ?2, ?3, ?4) "
                 "ON CONFLICT DO UPDATE SET pictures = pictures + excluded.pictures, "
                 "redirects = redirects + excluded.redirects")
        .bind(site, host.host, host.pictures, host.redirects)
        .run();
}

void FrontierFile::forget_outside(const std::string& host)
{
    connection_.prepare("DELETE FROM outside_host WHERE host_port = ?1").bind(host).run();
}

std::vector<OutsideHost> FrontierFile::outside_of(const std::string& site)
{
    auto row = connection_.prepare("SELECT o.host_port, o.pictures, o.redirects FROM outside_host o "
                                   "JOIN site s ON s.id = o.site_id WHERE s.name = ?1 ORDER BY o.host_port");
    row.bind(site);
    std::vector<OutsideHost> hosts;
    while (row.step())
        hosts.push_back({row.text(0), row.integer(1), row.integer(2)});
    return hosts;
}

} // namespace stillwatch::store
