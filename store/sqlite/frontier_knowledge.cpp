#include "store/sqlite/frontier_database_impl.hpp"

#include <set>
#include <string>
#include <string_view>

namespace stillwatch::store {

std::int64_t FrontierDatabase::new_images(const std::vector<Discovered>& links) const
{
    std::int64_t count = 0;
    std::set<std::string_view> seen; // a page names a picture more than once
    for (const auto& link : links) {
        if (link.kind != LinkKind::image || !seen.insert(link.url.text()).second) continue;
        if (impl_->find(link.url)) continue;
        // Addresses that all gave the same bytes so far are no news.
        auto host = impl_->connection.prepare("SELECT id FROM host WHERE origin = ?1");
        const auto known_host = host.bind(link.url.origin()).step() ? host.id<HostId>(0) : HostId{};
        if (!known_host || !impl_->asleep(known_host, link.url.target(), LinkKind::image)) ++count;
    }
    impl_->families.clear(); // no transaction writes them
    return count;
}

std::vector<RateCount> FrontierDatabase::page_rates(const std::string& site) const
{
    auto row = impl_->connection.prepare(
        "SELECT t.level, sum(t.urls) FROM rate_tally t JOIN host h ON h.id = t.host_id JOIN site s ON s.id = "
        "h.site_id "
        "WHERE s.name = ?1 AND h.enabled = 1 AND t.urls > 0 GROUP BY t.level ORDER BY t.level");
    row.bind(site);
    std::vector<RateCount> result;
    while (row.step())
        result.push_back({row.small(0), row.integer(1)});
    return result;
}

Result<void> FrontierDatabase::set_reader_version(int version)
{
    auto& connection = impl_->connection;
    return impl_->change([&]() -> Result<void> {
        const auto wanted = std::to_string(version);
        {
            auto row = connection.prepare("SELECT value FROM meta WHERE name = 'reader_version'");
            if (row.step() && as_text(row.blob(0)) == wanted) return {};
        }
        connection
            .prepare("UPDATE url SET content = NULL, etag = '', last_modified = '', due = 0 WHERE kind = 0 "
                     "AND outcome <> 0")
            .run();
        connection
            .prepare("INSERT INTO meta (name, value) VALUES ('reader_version', ?1) ON CONFLICT DO UPDATE SET "
                     "value = "
                     "excluded.value")
            .bind(as_bytes(wanted))
            .run();
        return {};
    });
}

std::optional<Verdict> FrontierDatabase::verdict(const Sha256& content) const
{
    auto row = impl_->connection.prepare("SELECT content, generation, extractor_version, matched, "
                                         "undecodable, too_small, file FROM verdict WHERE content = ?1");
    if (!row.bind(content).step()) return std::nullopt;
    Verdict verdict{row.digest(0), row.integer(1), row.small(2), row.flag(3), row.flag(4), row.flag(5)};
    if (!row.is_null(6)) verdict.file = row.digest(6);
    return verdict;
}

Result<void> FrontierDatabase::set_verdict(const Verdict& verdict)
{
    return impl_->change([&]() -> Result<void> {
        impl_->keep_verdict(verdict);
        return {};
    });
}

std::optional<Unread> FrontierDatabase::unread(const Sha256& content) const
{
    auto row = impl_->connection.prepare("SELECT losses, retry FROM unread WHERE content = ?1");
    if (!row.bind(content).step()) return std::nullopt;
    return Unread{content, row.small(0), row.time(1)};
}

std::vector<Url> FrontierDatabase::pages_naming(UrlId image, std::size_t limit) const
{
    // An address that redirects to the picture is no page: the pages that name it name the picture. The bound
    // is on such addresses, of which a hostile site could make any number.
    auto row = impl_->connection.prepare(R"sql(
        WITH RECURSIVE hop (id) AS (
            VALUES (?1) UNION SELECT l.page FROM hop JOIN link l ON l.target = hop.id WHERE l.mechanism = 1 LIMIT 1000)
        SELECT h.origin || u.target
        FROM hop JOIN link l ON l.target = hop.id JOIN url u ON u.id = l.page JOIN host h ON h.id = u.host_id
        WHERE l.mechanism <> 1 AND NOT EXISTS (
            SELECT 1 FROM link o WHERE o.target = l.target AND o.page <> l.page
                AND o.page IN (u.same_as, iif(u.outcome = 10, u.redirect_to, 0)))
        GROUP BY u.id ORDER BY min(l.seen), u.id LIMIT ?2)sql");
    row.bind(image, limit);
    std::vector<Url> result;
    while (row.step())
        if (auto url = Url::parse(row.text(0))) result.push_back(*std::move(url));
    return result;
}

std::vector<Url> FrontierDatabase::addresses_of(UrlId image, std::size_t limit) const
{
    auto row = impl_->connection.prepare(R"sql(
        WITH RECURSIVE hop (id) AS (
            VALUES (?1) UNION SELECT l.page FROM hop JOIN link l ON l.target = hop.id WHERE l.mechanism = 1 LIMIT ?2)
        SELECT h.origin || u.target FROM hop JOIN url u ON u.id = hop.id JOIN host h ON h.id = u.host_id)sql");
    row.bind(image, limit);
    std::vector<Url> result;
    while (row.step())
        if (auto url = Url::parse(row.text(0))) result.push_back(*std::move(url));
    return result;
}

bool FrontierDatabase::is_visited_anyway(const Url& url) const
{
    const UrlId known = impl_->find(url);
    if (!known) return false;
    // What waits for its turn among many that bring nothing would hide behind it, and where all are sent to
    // one place that place is in the way: a log-in, a gate.
    constexpr int most_led_to_one = 8;
    auto row = impl_->connection.prepare("SELECT (SELECT count(*) FROM (SELECT 1 FROM link l WHERE l.target "
                                         "= u.id AND l.mechanism = 1 LIMIT ?2)) FROM url u "
                                         "JOIN host h ON h.id = u.host_id WHERE u.id = ?1 AND h.enabled = 1 "
                                         "AND u.aside = 0 AND u.outcome NOT IN (7, 8, 9, 11, 12)");
    return row.bind(known, most_led_to_one).step() && row.integer(0) < most_led_to_one;
}

UrlId FrontierDatabase::Impl::find(const Url& url)
{
    const Key128 key = keyed_hash(hash_key, as_bytes(url.target()));
    auto row = connection.prepare(
        "SELECT k.id FROM host h JOIN url_key k ON k.host_id = h.id WHERE h.origin = ?1 AND k.key = ?2");
    return row.bind(url.origin(), ByteView(key)).step() ? row.id<UrlId>(0) : UrlId{};
}

bool FrontierDatabase::is_same_item(const Url& one, const Url& other, const Url& page) const
{
    const UrlId one_id = impl_->find(one);
    const UrlId other_id = impl_->find(other);
    const UrlId page_id = impl_->find(page);
    if (!one_id || !other_id || !page_id) return false;
    auto row = impl_->connection.prepare(R"sql(
        WITH RECURSIVE
            one (id) AS (
                VALUES (?1) UNION SELECT l.page FROM one JOIN link l ON l.target = one.id WHERE l.mechanism = 1 LIMIT 1000),
            other (id) AS (
                VALUES (?2) UNION SELECT l.page FROM other JOIN link l ON l.target = other.id WHERE l.mechanism = 1 LIMIT 1000)
        SELECT 1 FROM one JOIN link l ON l.target = one.id AND l.page = ?3 WHERE l.item <> 0 AND l.item IN (
            SELECT o.item FROM other JOIN link o ON o.target = other.id AND o.page = ?3))sql");
    return row.bind(one_id, other_id, page_id).step();
}

std::optional<RobotsRow> FrontierDatabase::robots(const std::string& origin) const
{
    auto row = impl_->connection.prepare(
        "SELECT origin, fetched_at, http_status, body FROM robots WHERE origin = ?1");
    if (!row.bind(origin).step()) return std::nullopt;
    return RobotsRow{row.text(0), row.time(1), row.small(2), std::string(as_text(row.blob(3)))};
}

Result<void> FrontierDatabase::set_robots(const RobotsRow& robots)
{
    return impl_->change([&]() -> Result<void> {
        impl_->connection
            .prepare("INSERT INTO robots (origin, fetched_at, http_status, body) VALUES (?1, ?2, ?3, ?4) ON "
                     "CONFLICT "
                     "DO UPDATE SET fetched_at = excluded.fetched_at, http_status = excluded.http_status, "
                     "body = excluded.body")
            .bind(robots.origin, robots.fetched_at, robots.http_status, as_bytes(robots.body))
            .run();
        return {};
    });
}

Result<DatabaseCopy> FrontierDatabase::begin_copy(const std::filesystem::path& file)
{
    return DatabaseCopy::begin(impl_->connection, file);
}

std::int64_t FrontierDatabase::newest_generation() const
{
    return impl_->connection.integer("SELECT max((SELECT coalesce(max(generation), 0) FROM verdict), "
                                     "(SELECT coalesce(max(generation), 0) FROM url))");
}

Coverage FrontierDatabase::coverage(std::int64_t generation) const
{
    Coverage result;
    auto row =
        impl_->connection.prepare("SELECT t.outcome, t.generation, t.urls FROM tally t "
                                  "JOIN host h ON h.id = t.host_id WHERE h.enabled = 1 AND t.kind = 1");
    while (row.step()) {
        const bool current = row.integer(1) >= generation;
        const std::int64_t urls = row.integer(2);
        if (static_cast<Outcome>(row.small(0)) == Outcome::moved) continue; // counted where it leads to
        result.images += urls;
        switch (static_cast<Outcome>(row.small(0))) {
        case Outcome::unreachable: result.unreachable += urls; break;
        case Outcome::refused:
        case Outcome::disallowed: (current ? result.unreachable : result.pending) += urls; break;
        case Outcome::gone: (current ? result.gone : result.pending) += urls; break;
        case Outcome::compared:
        case Outcome::unchanged: (current ? result.compared : result.pending) += urls; break;
        case Outcome::undecodable:
        case Outcome::other: (current ? result.undecodable : result.pending) += urls; break;
        case Outcome::too_small: (current ? result.too_small : result.pending) += urls; break;
        case Outcome::waiting: result.waiting += urls; break;
        case Outcome::unvisited:
        case Outcome::moved:
        case Outcome::page: result.pending += urls; break;
        }
    }
    return result;
}

FrontierCounts FrontierDatabase::counts(Timestamp now) const
{
    FrontierCounts result;
    {
        auto row =
            impl_->connection.prepare("SELECT ifnull(sum(t.urls) FILTER (WHERE t.kind = 0), 0), "
                                      "ifnull(sum(t.urls) FILTER (WHERE t.kind = 1), 0), "
                                      "ifnull(sum(t.urls) FILTER (WHERE t.outcome = 0), 0) "
                                      "FROM tally t JOIN host h ON h.id = t.host_id WHERE h.enabled = 1");
        if (row.step()) {
            result.pages = row.integer(0);
            result.images = row.integer(1);
            result.due = row.integer(2);
        }
    }
    result.contents = impl_->connection.integer("SELECT count(*) FROM verdict");
    auto row = impl_->connection.prepare(
        "SELECT count(*) FROM host h CROSS JOIN url u INDEXED BY url_due "
        "ON u.host_id = h.id AND u.outcome <> 0 AND u.due <= ?1 WHERE h.enabled = 1");
    if (row.bind(now).step()) result.due += row.integer(0);
    return result;
}

} // namespace stillwatch::store
