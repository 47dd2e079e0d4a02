#include "crawler/policy/window.hpp"
#include "store/sqlite/frontier_database_impl.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

namespace stillwatch::store {

namespace {

// The conditions repeat those of the partial indexes (frontier_schema.cpp) word for word: SQLite uses an
// index only where it sees that. ?1 host, ?2 now, ?3 generation; leased rows are passed over. Whoever was led
// here by a redirect was led by the page that names it.
// clang-format off
#define VISIT_COLUMNS                                                                                     \
    "SELECT u.id, u.target, u.kind, u.depth, u.tries, u.etag, u.last_modified, u.content, u.generation, " \
    "u.outcome, u.last_visit, u.unchanged_in_a_row, u.news, u.news_days, u.rate_level, u.parent, "        \
    "(SELECT nh.origin || n.target FROM url p JOIN url n ON n.id = iif(p.outcome = 10, p.parent, p.id) "  \
    "JOIN host nh ON nh.id = n.host_id WHERE p.id = u.parent) FROM url u "
// clang-format on
} // namespace

// How the addresses of each kind are found; how many of each are taken is decided in
// crawler/policy/window.hpp.
struct ClaimClass {
    crawler::Due due;
    std::string_view sql;
    bool is_new() const noexcept
    {
        return due == crawler::Due::new_picture || due == crawler::Due::new_page ||
               due == crawler::Due::barren_page;
    }
    bool is_stale() const noexcept { return due == crawler::Due::stale_picture; }
};

namespace {

using crawler::Due;

constexpr std::array<ClaimClass, crawler::due_kinds> in_order{{
    {Due::named_again,
     VISIT_COLUMNS "INDEXED BY url_named WHERE u.host_id = ?1 AND u.named_again <> 0 AND u.outcome <> 0 "
                   "AND u.lease_until <= ?2 AND ?3 >= 0 ORDER BY u.id LIMIT ?4"},
    {Due::new_picture,
     VISIT_COLUMNS "INDEXED BY url_new WHERE u.host_id = ?1 AND " IS_NEW " AND u.kind = 1 AND u.barren = 0 "
                   "AND u.lease_until <= ?2 AND ?3 >= 0 ORDER BY u.id LIMIT ?4"},
    {Due::new_page,
     VISIT_COLUMNS "INDEXED BY url_new WHERE u.host_id = ?1 AND " IS_NEW " AND u.kind = 0 AND u.barren = 0 "
                   "AND u.lease_until <= ?2 AND ?3 >= 0 ORDER BY u.id LIMIT ?4"},
    {Due::barren_page,
     VISIT_COLUMNS "INDEXED BY url_new WHERE u.host_id = ?1 AND " IS_NEW " AND u.kind = 0 AND u.barren = 1 "
                   "AND u.lease_until <= ?2 AND ?3 >= 0 ORDER BY u.id LIMIT ?4"},
    {Due::stale_picture,
     VISIT_COLUMNS "INDEXED BY url_stale WHERE u.host_id = ?1 AND " MAY_BE_STALE
                   " AND u.generation < ?3 AND u.lease_until <= ?2 ORDER BY u.generation, u.id LIMIT ?4"},
    {Due::revisit, VISIT_COLUMNS "INDEXED BY url_due WHERE u.host_id = ?1 AND u.outcome <> 0 AND u.due <= ?2 "
                                 "AND u.lease_until <= ?2 AND ?3 >= 0 ORDER BY u.due, u.id LIMIT ?4"},
}};

constexpr std::string_view by_number = VISIT_COLUMNS "WHERE u.host_id = ?1 AND u.id = ?2";

// Rows that one claim passes over before it lets others have the thread.
constexpr int most_passed_over = 2'000;
constexpr std::size_t stale_looked_at = 64; // in one go: the first of them may all have the same bytes

constexpr std::int64_t most_under_way = 10'000; // pages of one site, claimed and not visited yet

constexpr std::string_view ready = R"sql(
    SELECT h.id, s.name, h.origin, h.backoff_until, h.errors_in_a_row FROM host h JOIN site s ON s.id = h.site_id
    WHERE h.enabled = 1 AND h.backoff_until <= ?1 AND (
        EXISTS (SELECT 1 FROM url u INDEXED BY url_new WHERE u.host_id = h.id AND )sql" IS_NEW
                                   R"sql( AND u.lease_until <= ?1)
        OR EXISTS (SELECT 1 FROM url u INDEXED BY url_due
                   WHERE u.host_id = h.id AND u.outcome <> 0 AND u.due <= ?1 AND u.lease_until <= ?1)
        OR EXISTS (SELECT 1 FROM url u INDEXED BY url_stale
                   WHERE u.host_id = h.id AND )sql" MAY_BE_STALE R"sql( AND u.generation < ?2
                     AND u.lease_until <= ?1)
        OR EXISTS (SELECT 1 FROM family f INDEXED BY family_waiting
                   WHERE f.host_id = h.id AND f.waiting > 0 AND f.next_at <= ?1))
    ORDER BY h.id)sql";

// For each enabled host its back-off and the first moment at which there is something to visit: now for what
// was never visited (or, while it backs off, for pictures, which may be stale then), else the next revisit or
// the end of a lease.
constexpr std::string_view next_moment = R"sql(
    SELECT min(max(backoff_until, first)) FROM (
        SELECT h.backoff_until AS backoff_until, (SELECT min(at) FROM (
            SELECT ?1 AS at WHERE EXISTS (SELECT 1 FROM url u INDEXED BY url_new
                                          WHERE u.host_id = h.id AND )sql" IS_NEW
                                         R"sql( AND u.lease_until <= ?1)
            UNION ALL
            SELECT ?1 WHERE h.backoff_until > ?1 AND EXISTS (
                SELECT 1 FROM url u INDEXED BY url_stale
                WHERE u.host_id = h.id AND )sql" MAY_BE_STALE R"sql( AND u.lease_until <= ?1)
            UNION ALL
            SELECT * FROM (SELECT max(f.next_at, ?1) FROM family f INDEXED BY family_waiting
                           WHERE f.host_id = h.id AND f.waiting > 0 ORDER BY f.next_at LIMIT 1)
            UNION ALL
            SELECT * FROM (SELECT max(u.due, ?1) FROM url u INDEXED BY url_due
                           WHERE u.host_id = h.id AND u.outcome <> 0 AND u.lease_until <= ?1 ORDER BY u.due LIMIT 1)
            UNION ALL
            SELECT * FROM (SELECT u.lease_until FROM url u INDEXED BY url_leased
                           WHERE u.host_id = h.id AND u.lease_until <> 0 AND u.lease_until > ?1
                           ORDER BY u.lease_until LIMIT 1)
        )) AS first
        FROM host h WHERE h.enabled = 1)
    WHERE first IS NOT NULL)sql";

// Nothing when the stored address cannot be read any more (a stricter parser since).
std::optional<Visit> read_visit(const Statement& row, const HostRow& host)
{
    auto url = Url::parse(host.origin + row.text(1));
    if (!url) return std::nullopt;
    Visit visit{row.id<UrlId>(0), host.id, host.site, *std::move(url)};
    visit.kind = static_cast<LinkKind>(row.small(2));
    visit.depth = row.small(3);
    visit.tries = row.small(4);
    visit.etag = row.text(5);
    visit.last_modified = row.text(6);
    if (!row.is_null(7)) visit.content = row.digest(7);
    visit.generation = row.integer(8);
    visit.last_outcome = static_cast<Outcome>(row.small(9));
    visit.last_visit = row.time(10);
    visit.unchanged_in_a_row = row.small(11);
    visit.rate = {row.real(12), row.real(13), row.small(14)};
    visit.parent = row.id<UrlId>(15);
    if (!row.is_null(16))
        if (auto page = Url::parse(row.text(16))) visit.named_by = *std::move(page);
    return visit;
}

HostRow read_host(const Statement& row)
{
    return {row.id<HostId>(0), row.text(1), row.text(2), row.time(3), row.small(4)};
}

} // namespace

std::vector<HostRow> FrontierDatabase::ready_hosts(Timestamp now, std::int64_t generation) const
{
    std::vector<HostRow> result;
    auto row = impl_->connection.prepare(ready);
    row.bind(now, generation);
    while (row.step())
        result.push_back(read_host(row));
    return result;
}

std::optional<Timestamp> FrontierDatabase::next_due(Timestamp now) const
{
    auto row = impl_->connection.prepare(next_moment);
    if (!row.bind(now).step() || row.is_null(0)) return std::nullopt;
    return row.time(0);
}

std::int64_t FrontierDatabase::Impl::pages_under_way(HostId host)
{
    auto row = connection.prepare("SELECT count(*) FROM host o JOIN host h ON h.site_id = o.site_id JOIN url "
                                  "u INDEXED BY url_leased ON u.host_id = "
                                  "h.id WHERE o.id = ?1 AND u.lease_until <> 0 AND u.kind = 0");
    return row.bind(host).step() ? row.integer(0) : 0;
}

void FrontierDatabase::Impl::lease_rows(const std::vector<UrlId>& ids, Timestamp until)
{
    for (const UrlId id : ids)
        connection
            .prepare(
                "UPDATE url SET lease_until = ?2, named_again = CASE named_again WHEN 0 THEN 0 ELSE 2 END "
                "WHERE id = ?1")
            .bind(id, until)
            .run();
}

bool FrontierDatabase::Impl::is_settled(const Visit& visit, std::int64_t generation)
{
    const auto outcome = visit.last_outcome;
    const bool was_read = outcome == Outcome::compared || outcome == Outcome::unchanged ||
                          outcome == Outcome::undecodable || outcome == Outcome::too_small;
    if (!was_read || !visit.content) return false;
    {
        auto row = connection.prepare(
            "SELECT 1 FROM verdict WHERE content = ?1 AND generation >= ?2 AND matched = 0");
        if (!row.bind(*visit.content, generation).step()) return false;
    }
    connection.prepare("UPDATE url SET generation = ?2 WHERE id = ?1").bind(visit.id, generation).run();
    --moves[{visit.host, LinkKind::image, outcome, visit.generation}];
    ++moves[{visit.host, LinkKind::image, outcome, generation}];
    reached(visit.host, "same_bytes_compared_once");
    return true;
}

// Leases up to `limit` visits of one class; how many rows there were. Less than that: there are no more.
std::size_t FrontierDatabase::Impl::lease(const ClaimClass& one, const HostRow& host, const Lease& lease,
                                          std::size_t limit, std::vector<Visit>& visits)
{
    std::size_t found = 0;
    std::set<Sha256> contents;
    const auto pause = one.is_new() ? pause_of_samples(host.id) : Timestamp::duration{};
    while (found < limit && *lease.passed_over < most_passed_over) {
        std::vector<Visit> rows;
        std::vector<UrlId> unreadable;
        const auto wanted = one.is_stale() ? std::max(limit - found, stale_looked_at) : limit - found;
        {
            auto row = connection.prepare(one.sql);
            row.bind(host.id, lease.now, lease.generation, wanted);
            while (row.step()) {
                if (auto visit = read_visit(row, host))
                    rows.push_back(*std::move(visit));
                else
                    unreadable.push_back(row.id<UrlId>(0));
            }
        }
        for (const UrlId id : unreadable) // it stays leased, out of the way, until the next start
            connection.prepare("UPDATE url SET lease_until = ?2 WHERE id = ?1")
                .bind(id, Timestamp::max())
                .run();
        const bool are_all = rows.size() + unreadable.size() < wanted;
        found += unreadable.size();
        std::vector<UrlId> leased;
        int passed_over = 0;
        for (auto& visit : rows) {
            if (found >= limit) break;
            auto* idle =
                one.is_new() && visit.depth > 0 ? asleep(host.id, visit.url.target(), visit.kind) : nullptr;
            if (idle) {
                set_aside(visit.id, host.id, *idle, lease.now, pause);
                ++passed_over;
            } else if (one.is_stale() && is_settled(visit, lease.generation)) {
                ++passed_over;
            } else if (!one.is_stale() || !visit.content || contents.insert(*visit.content).second) {
                leased.push_back(visit.id);
                visits.push_back(std::move(visit));
                ++found;
            }
        }
        lease_rows(leased, lease.until);
        *lease.passed_over += passed_over;
        if (are_all || (passed_over == 0 && leased.empty() && unreadable.empty())) break;
        if (one.is_stale() && passed_over == 0) break; // the others have the same bytes
    }
    return found;
}

std::size_t FrontierDatabase::Impl::lease_samples(const HostRow& host, const Lease& lease, std::size_t limit,
                                                  std::vector<Visit>& visits)
{
    std::vector<UrlId> leased;
    for (const UrlId id : samples(host.id, lease.now, limit)) {
        auto row = connection.prepare(by_number);
        if (!row.bind(host.id, id).step()) continue;
        auto visit = read_visit(row, host);
        if (!visit) continue;
        leased.push_back(id);
        visits.push_back(*std::move(visit));
    }
    lease_rows(leased, lease.until);
    return leased.size();
}

Claim FrontierDatabase::claim_some(HostId host, Timestamp now, std::int64_t generation, Timestamp lease_until,
                                   std::size_t limit)
{
    auto& connection = impl_->connection;
    std::array<std::vector<Visit>, in_order.size()> visits;
    std::vector<Visit> samples;
    int passed_over = 0;
    const auto claimed = impl_->change([&]() -> Result<void> {
        HostRow owner;
        std::int64_t pages_left = 0;
        {
            auto row = connection.prepare(
                "SELECT h.id, s.name, h.origin, h.backoff_until, h.errors_in_a_row, "
                "s.max_pages_per_day, s.max_bytes_per_day, s.day, s.pages_that_day, s.bytes_that_day "
                "FROM host h JOIN site s ON s.id = h.site_id WHERE h.id = ?1 AND h.enabled = 1 "
                "AND NOT EXISTS (SELECT 1 FROM stopped_host t WHERE t.host_port = h.host_port)");
            if (!row.bind(host).step()) return {};
            owner = read_host(row);
            const crawler::SiteDay day{row.integer(5), row.integer(6), row.integer(7), row.integer(8),
                                       row.integer(9)};
            if (day.bytes_left(Impl::day_of(now)) <= 0) return {};
            pages_left = day.pages_left(Impl::day_of(now));
        }
        // What is under way on other hosts of the site is not counted yet; far from the bound it does not
        // matter.
        if (pages_left < most_under_way) pages_left -= impl_->pages_under_way(host);
        const Impl::Lease lease{now, std::max(lease_until, now + std::chrono::milliseconds{1}), generation,
                                &passed_over};
        crawler::WindowPlan plan(limit, pages_left);
        if (const auto most = plan.most_samples(); most > 0)
            plan.took_samples(impl_->lease_samples(owner, lease, most, samples));
        for (int round = 0; round < crawler::WindowPlan::rounds; ++round) {
            for (std::size_t i = 0; i < in_order.size(); ++i) {
                const auto most = plan.most(in_order[i].due, round);
                if (most > 0)
                    plan.took(in_order[i].due, most,
                              impl_->lease(in_order[i], owner, lease, most, visits[i]));
            }
        }
        return {};
    });
    if (!claimed) throw SqliteError(claimed.error().code, claimed.error().detail);
    Claim result;
    for (auto& one : visits)
        std::move(one.begin(), one.end(), std::back_inserter(result.visits));
    std::move(samples.begin(), samples.end(), std::back_inserter(result.visits));
    result.goes_on = result.visits.empty() && passed_over >= most_passed_over;
    return result;
}

std::vector<Visit> FrontierDatabase::claim(HostId host, Timestamp now, std::int64_t generation,
                                           Timestamp lease_until, std::size_t limit)
{
    for (;;) {
        auto claimed = claim_some(host, now, generation, lease_until, limit);
        if (!claimed.goes_on) return std::move(claimed.visits);
    }
}

std::optional<Visit> FrontierDatabase::claim_one(const Url& url, Timestamp now, Timestamp lease_until)
{
    std::vector<Visit> visits;
    const auto claimed = impl_->change([&]() -> Result<void> {
        const auto id = impl_->find(url);
        HostRow owner;
        {
            auto row = impl_->connection.prepare(
                "SELECT h.id, s.name, h.origin, h.backoff_until, h.errors_in_a_row FROM host h JOIN site s "
                "ON s.id = "
                "h.site_id WHERE h.origin = ?1 AND h.enabled = 1 "
                "AND NOT EXISTS (SELECT 1 FROM stopped_host t WHERE t.host_port = h.host_port)");
            if (!id || !row.bind(url.origin()).step()) return {};
            owner = read_host(row);
        }
        {
            auto row = impl_->connection.prepare(VISIT_COLUMNS "WHERE u.id = ?1 AND u.lease_until <= ?2");
            if (!row.bind(id, now).step()) return {};
            if (auto visit = read_visit(row, owner)) visits.push_back(*std::move(visit));
        }
        if (!visits.empty()) impl_->lease_rows({id}, lease_until);
        return {};
    });
    if (!claimed) throw SqliteError(claimed.error().code, claimed.error().detail);
    if (visits.empty()) return std::nullopt;
    return std::move(visits.front());
}

std::vector<Visit> FrontierDatabase::next_visits(const std::string& site, Timestamp now,
                                                 std::int64_t generation, std::size_t limit) const
{
    std::vector<HostRow> hosts;
    {
        auto row = impl_->connection.prepare(
            "SELECT h.id, s.name, h.origin, h.backoff_until, h.errors_in_a_row FROM host h JOIN site s "
            "ON s.id = h.site_id WHERE s.name = ?1 AND h.enabled = 1 ORDER BY h.id");
        row.bind(site);
        while (row.step())
            hosts.push_back(read_host(row));
    }
    std::vector<Visit> result;
    for (const auto& one : in_order) {
        for (const auto& host : hosts) {
            auto row = impl_->connection.prepare(one.sql);
            row.bind(host.id, now, generation, limit);
            while (row.step() && result.size() < limit) {
                auto visit = read_visit(row, host);
                const auto same = [&visit](const Visit& other) { return visit && other.id == visit->id; };
                if (visit && std::ranges::none_of(result, same)) result.push_back(*std::move(visit));
            }
        }
    }
    return result;
}

std::optional<Visit> FrontierDatabase::arrive(const Visit& from, const Url& url, Timestamp now,
                                              Timestamp lease_until)
{
    std::optional<Visit> visit;
    const auto arrived = impl_->change([&]() -> Result<void> {
        visit.reset();
        const auto known = impl_->offer(url, from.kind, from.depth, now, from.id);
        if (!known || !known->fresh) return {};
        VisitResult redirect;
        redirect.id = from.id;
        redirect.host = from.host;
        redirect.at = now;
        (void)impl_->remember_naming(*known, redirect, Mechanism::redirect, {});
        auto row = impl_->connection.prepare("SELECT h.id, s.name, h.origin, h.backoff_until, "
                                             "h.errors_in_a_row FROM url u JOIN host h ON h.id = u.host_id "
                                             "JOIN site s ON s.id = h.site_id WHERE u.id = ?1");
        if (!row.bind(known->id).step()) return {};
        const auto host = read_host(row);
        visit = Visit{known->id, host.id, host.site, url};
        visit->kind = from.kind;
        visit->depth = from.depth;
        visit->parent = from.parent;
        visit->named_by = from.named_by;
        impl_->lease_rows({known->id}, lease_until);
        return {};
    });
    if (!arrived) throw SqliteError(arrived.error().code, arrived.error().detail);
    return visit;
}

Result<void> FrontierDatabase::release(const std::vector<UrlId>& ids)
{
    return impl_->change([&]() -> Result<void> {
        for (const UrlId id : ids)
            impl_->connection
                .prepare("UPDATE url SET lease_until = 0, named_again = (named_again <> 0) WHERE id = ?1")
                .bind(id)
                .run();
        return {};
    });
}

} // namespace stillwatch::store
