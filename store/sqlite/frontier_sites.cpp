#include "crawler/policy/wall_history.hpp"
#include "store/sqlite/frontier_database_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

void FrontierDatabase::Impl::write_walls(HostId host, const std::vector<Wall>& walls)
{
    crawler::WallHistory history;
    {
        auto row = connection.prepare(
            "SELECT s.recent_walls, s.last_wall FROM site s JOIN host h ON h.site_id = s.id WHERE h.id = ?1");
        if (walls.empty() || !row.bind(host).step()) return;
        history = {static_cast<std::uint64_t>(row.integer(0)), static_cast<Wall>(row.small(1))};
    }
    for (const Wall wall : walls)
        history.add(wall);
    connection
        .prepare("UPDATE site SET recent_walls = ?2, last_wall = ?3 WHERE id = (SELECT site_id FROM host "
                 "WHERE id = ?1)")
        .bind(host, static_cast<std::int64_t>(history.bits), history.last)
        .run();
}

Result<void> FrontierDatabase::set_stopped_hosts(const std::vector<StoppedHost>& hosts)
{
    return impl_->change([&]() -> Result<void> {
        impl_->connection.execute("DELETE FROM stopped_host");
        for (const auto& host : hosts)
            impl_->connection
                .prepare(
                    "INSERT INTO stopped_host (host_port, since, stopped_by, reason) VALUES (?1, ?2, ?3, ?4)")
                .bind(host.host, host.since, host.stopped_by, host.reason)
                .run();
        return {};
    });
}

void FrontierDatabase::Impl::read_bounds(const std::string& site, SiteHealth& health)
{
    constexpr std::size_t most_named = 10;
    {
        auto row = connection.prepare(
            "SELECT b.bound, sum(b.times) FROM bound_tally b JOIN host h ON h.id = b.host_id "
            "JOIN site s ON s.id = h.site_id WHERE s.name = ?1 AND h.enabled = 1 GROUP BY b.bound");
        row.bind(site);
        while (row.step())
            health.bounds[row.text(0)] = row.integer(1);
    }
    auto row = connection.prepare("SELECT h.origin, f.pattern, f.waiting FROM site s JOIN host h ON "
                                  "h.site_id = s.id JOIN family f INDEXED BY "
                                  "family_waiting ON f.host_id = h.id AND f.waiting > 0 WHERE s.name = ?1 "
                                  "AND h.enabled = 1 ORDER BY f.waiting DESC");
    row.bind(site);
    while (row.step()) {
        health.set_aside += row.integer(2);
        if (health.idle_families.size() < most_named)
            health.idle_families.push_back(
                fmt::format("{}{} ({})", row.text(0), row.text(1), row.integer(2)));
    }
}

namespace {

// Most of what was asked for there, and nothing of it since, as far as is known.
HostTrouble trouble_of(const Statement& row)
{
    const bool is_stopped = row.flag(1);
    const auto success = row.integer(2);
    const auto failure = row.integer(3);
    const int status = row.small(4);
    const auto challenge = row.integer(5);
    const auto disallowed = row.integer(8);
    const auto others = row.integer(9);
    if (is_stopped) return HostTrouble::stopped;
    const bool failing = failure > success;
    const bool turns_away = status == 401 || status == 403 || status == 429 || status == 451;
    if (challenge > success || (failing && turns_away)) return HostTrouble::blocked;
    if (failing) return HostTrouble::unreachable;
    if (disallowed > others) return HostTrouble::disallowed;
    return HostTrouble::none;
}

} // namespace

std::string_view name_of(HostTrouble trouble) noexcept
{
    static constexpr std::array<std::string_view, 5> names{"none", "stopped", "blocked", "unreachable",
                                                           "disallowed"};
    const auto index = static_cast<std::size_t>(trouble);
    return index < names.size() ? names[index] : "unknown";
}

void FrontierDatabase::Impl::read_hosts(const std::string& site, SiteHealth& health)
{
    auto row = connection.prepare(
        "SELECT h.host_port, EXISTS (SELECT 1 FROM stopped_host p WHERE p.host_port = h.host_port), "
        "h.last_success, "
        "h.last_failure, h.last_failure_status, h.last_challenge, "
        "ifnull(sum(t.urls) FILTER (WHERE t.kind = 0 AND t.outcome <> 10), 0), "
        "ifnull(sum(t.urls) FILTER (WHERE t.kind = 1 AND t.outcome <> 10), 0), "
        "ifnull(sum(t.urls) FILTER (WHERE t.outcome = 11), 0), "
        "ifnull(sum(t.urls) FILTER (WHERE t.outcome NOT IN (0, 11)), 0) "
        "FROM site s JOIN host h ON h.site_id = s.id LEFT JOIN tally t ON t.host_id = h.id "
        "WHERE s.name = ?1 AND h.enabled = 1 GROUP BY h.id ORDER BY h.id");
    row.bind(site);
    while (row.step())
        if (const auto trouble = trouble_of(row); trouble != HostTrouble::none)
            health.in_trouble.push_back({row.text(0), trouble, row.integer(6), row.integer(7)});
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
            const auto outcome = static_cast<Outcome>(row.small(1));
            if (outcome != Outcome::moved) (is_page ? health.pages : health.images) += urls;
            switch (outcome) {
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
            case Outcome::moved: health.moved += urls; break;
            case Outcome::disallowed: health.disallowed += urls; break;
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
            const crawler::WallHistory history{static_cast<std::uint64_t>(row.integer(4)),
                                               static_cast<Wall>(row.small(5))};
            health.recent_visits = history.visits();
            health.recent_walls = history.walls();
            health.last_wall = history.last;
        }
    }
    impl_->read_bounds(site, health);
    impl_->read_hosts(site, health);
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

std::map<std::string, PassSize> FrontierDatabase::pass_sizes(Timestamp now, std::int64_t generation) const
{
    auto row = impl_->connection.prepare(R"sql(
        SELECT s.name, sum(
            (SELECT count(*) FROM url u INDEXED BY url_new WHERE u.host_id = h.id AND u.outcome = 0 AND u.aside = 0)
            + (SELECT count(*) FROM url u INDEXED BY url_due WHERE u.host_id = h.id AND u.outcome <> 0 AND u.due <= ?1)
            + (SELECT count(*) FROM url u INDEXED BY url_stale WHERE u.host_id = h.id AND )sql" MAY_BE_STALE
                                         R"sql( AND u.generation < ?2 AND u.due > ?1)), sum(
            ifnull((SELECT sum(t.urls) FROM tally t WHERE t.host_id = h.id), 0)
            - ifnull((SELECT sum(f.waiting) FROM family f INDEXED BY family_waiting WHERE f.host_id = h.id AND f.waiting > 0), 0))
        FROM site s JOIN host h ON h.site_id = s.id WHERE h.enabled = 1 AND s.enabled = 1 GROUP BY s.id)sql");
    row.bind(now, generation);
    std::map<std::string, PassSize> sizes;
    while (row.step())
        sizes[row.text(0)] = {row.integer(1), row.integer(2)};
    return sizes;
}

} // namespace stillwatch::store
