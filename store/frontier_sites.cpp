#include "store/frontier_database_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

// What people ask and tell about sites and hosts.
namespace stillwatch::store {

void FrontierDatabase::Impl::look_again_if_sent_otherwise(const SiteRow& site)
{
    if (!site.sent) return;
    // Under the key: a short cookie cannot be guessed from what stands here without it.
    const Key128 sent = keyed_hash(hash_key, ByteView(site.sent->bytes));
    bool is_other = false;
    {
        auto row = connection.prepare("SELECT sent FROM site WHERE name = ?1");
        if (!row.bind(site.name).step()) return;
        const Bytes before = row.blob(0);
        if (std::ranges::equal(before, sent)) return;
        is_other = !before.empty(); // else it is new, or of an earlier version that kept none
    }
    connection.prepare("UPDATE site SET sent = ?2, recent_walls = iif(?3, 1, recent_walls) WHERE name = ?1")
        .bind(site.name, ByteView(sent), is_other)
        .run();
    if (!is_other) return;
    connection
        .prepare(
            "UPDATE url SET content = NULL, etag = '', last_modified = '', due = 0 WHERE outcome <> 0 AND "
            "(kind = 0 OR outcome = 8) AND host_id IN (SELECT h.id FROM host h JOIN site s ON s.id = "
            "h.site_id "
            "WHERE s.name = ?1)")
        .bind(site.name)
        .run();
}

// `recent_walls` of a site: a bit for each of the last visits, the newest lowest, 1 for a wall; before the
// oldest stands a 1 that only ends the row.
void FrontierDatabase::Impl::write_walls(HostId host, const std::vector<Wall>& walls)
{
    std::uint64_t recent = 1;
    Wall last = Wall::none;
    bool is_told = false;
    {
        auto row = connection.prepare(
            "SELECT s.recent_walls FROM site s JOIN host h ON h.site_id = s.id WHERE h.id = ?1");
        if (walls.empty() || !row.bind(host).step()) return;
        recent = static_cast<std::uint64_t>(row.integer(0));
    }
    constexpr std::uint64_t end = std::uint64_t{1} << SiteHealth::max_recent_visits;
    for (const Wall wall : walls) {
        if (wall == Wall::challenge) continue; // told apart
        is_told = true;
        if (wall != Wall::none) last = wall;
        recent = recent << 1U | (wall == Wall::none ? 0U : 1U);
        if (recent >= 2 * end) recent = end | (recent & (end - 1));
    }
    if (!is_told) return;
    connection
        .prepare("UPDATE site SET recent_walls = ?2, last_wall = iif(?3 = 0, last_wall, ?3) WHERE id = "
                 "(SELECT site_id "
                 "FROM host WHERE id = ?1)")
        .bind(host, static_cast<std::int64_t>(recent), last)
        .run();
}

Result<void> FrontierDatabase::set_stopped_hosts(const std::vector<StoppedHost>& hosts)
{
    return impl_->change([&]() -> Result<void> {
        impl_->connection.execute("DELETE FROM stopped_host");
        for (const auto& host : hosts)
            impl_->connection
                .prepare("INSERT INTO stopped_host (host_port, since, stopped_by, reason) VALUES (?1, ?2, ?3, ?4)")
                .bind(host.host, host.since, host.stopped_by, host.reason)
                .run();
        return {};
    });
}

SiteHealth FrontierDatabase::site_health(const std::string& site, std::int64_t generation,
                                         Timestamp now) const
{
    SiteHealth health;
    {
        auto row = impl_->connection.prepare(
            "SELECT t.kind, t.outcome, t.generation, t.urls FROM tally t JOIN host h ON h.id = t.host_id "
            "JOIN site s ON s.id = h.site_id WHERE s.name = ?1 AND h.enabled = 1");
        row.bind(site);
        while (row.step()) {
            const bool is_page = static_cast<LinkKind>(row.small(0)) == LinkKind::page;
            const auto urls = row.integer(3);
            (is_page ? health.pages : health.images) += urls;
            switch (static_cast<Outcome>(row.small(1))) {
            case Outcome::unvisited: health.unvisited += urls; break;
            case Outcome::page: health.pages_read += urls; break;
            case Outcome::unchanged:
            case Outcome::compared:
                if (is_page)
                    health.pages_read += urls;
                else if (row.integer(2) >= generation)
                    health.images_compared += urls;
                break;
            case Outcome::undecodable:
            case Outcome::other: health.undecodable += urls; break;
            case Outcome::too_small: health.too_small += urls; break;
            case Outcome::waiting: health.waiting += urls; break;
            case Outcome::gone: health.gone += urls; break;
            case Outcome::unreachable: health.unreachable += urls; break;
            case Outcome::refused: health.refused += urls; break;
            }
        }
    }
    {
        auto row = impl_->connection.prepare(
            "SELECT max(h.last_success), max(h.last_failure), iif(s.day = ?2, s.pages_that_day, 0), "
            "iif(s.day = ?2, s.bytes_that_day, 0), s.recent_walls, s.last_wall FROM site s LEFT JOIN host h "
            "ON h.site_id = s.id AND "
            "h.enabled = 1 "
            "WHERE s.name = ?1 GROUP BY s.id");
        if (row.bind(site, Impl::day_of(now)).step()) {
            if (!row.is_null(0) && row.integer(0) > 0) health.last_success = row.time(0);
            if (!row.is_null(1) && row.integer(1) > 0) health.last_failure = row.time(1);
            health.pages_that_day = row.integer(2);
            health.bytes_that_day = row.integer(3);
            const auto recent = static_cast<std::uint64_t>(row.integer(4));
            health.recent_visits = static_cast<int>(std::bit_width(recent)) - 1;
            health.recent_walls = std::popcount(recent) - 1;
            health.last_wall = static_cast<Wall>(row.small(5));
        }
    }
    auto row = impl_->connection.prepare(
        "SELECT h.origin, h.last_failure, h.last_failure_status, r.http_status, h.last_challenge > "
        "h.last_success FROM host h JOIN site s "
        "ON s.id = h.site_id LEFT JOIN robots r ON r.origin = h.origin WHERE s.name = ?1 AND h.enabled = 1");
    row.bind(site);
    while (row.step()) {
        if (health.last_failure && row.time(1) == *health.last_failure)
            health.last_failure_status = row.small(2);
        if (row.flag(4)) health.challenged.push_back(row.text(0));
        if (!row.is_null(3)) health.robots[row.text(0)] = row.small(3);
    }
    return health;
}

} // namespace stillwatch::store
