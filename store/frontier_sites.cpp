#include "store/frontier_database_impl.hpp"

// What people ask and tell about sites and hosts.
namespace stillwatch::store {

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
            case Outcome::too_small:
            case Outcome::other: health.undecodable += urls; break;
            case Outcome::gone: health.gone += urls; break;
            case Outcome::unreachable: health.unreachable += urls; break;
            case Outcome::refused: health.refused += urls; break;
            }
        }
    }
    {
        auto row = impl_->connection.prepare(
            "SELECT max(h.last_success), max(h.last_failure), iif(s.day = ?2, s.pages_that_day, 0), "
            "iif(s.day = ?2, s.bytes_that_day, 0) FROM site s LEFT JOIN host h ON h.site_id = s.id AND "
            "h.enabled = 1 "
            "WHERE s.name = ?1 GROUP BY s.id");
        if (row.bind(site, Impl::day_of(now)).step()) {
            if (!row.is_null(0) && row.integer(0) > 0) health.last_success = row.time(0);
            if (!row.is_null(1) && row.integer(1) > 0) health.last_failure = row.time(1);
            health.pages_that_day = row.integer(2);
            health.bytes_that_day = row.integer(3);
        }
    }
    auto row = impl_->connection.prepare(
        "SELECT h.origin, h.last_failure, h.last_failure_status, r.http_status FROM host h JOIN site s "
        "ON s.id = h.site_id LEFT JOIN robots r ON r.origin = h.origin WHERE s.name = ?1 AND h.enabled = 1");
    row.bind(site);
    while (row.step()) {
        if (health.last_failure && row.time(1) == *health.last_failure)
            health.last_failure_status = row.small(2);
        if (!row.is_null(3)) health.robots[row.text(0)] = row.small(3);
    }
    return health;
}

} // namespace stillwatch::store
