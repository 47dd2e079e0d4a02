#include "store/sqlite/frontier_file.hpp"
#include "store/sqlite/frontier_rows.hpp"
#include "store/sqlite/frontier_sql.hpp"

#include <algorithm>

// Rows of `url` and `url_key`.
namespace stillwatch::store {

std::optional<KnownAddress> FrontierFile::find(HostId host, const Key128& key)
{
    auto row = connection_.prepare("SELECT u.id, u.kind, u.outcome, u.depth, u.redirect_to, u.named_often "
                                   "FROM url_key k JOIN url u ON u.id = k.id "
                                   "WHERE k.host_id = ?1 AND k.key = ?2");
    if (!row.bind(host, ByteView(key)).step()) return std::nullopt;
    return KnownAddress{row.id<UrlId>(0),
                        static_cast<LinkKind>(row.small(1)),
                        static_cast<Outcome>(row.small(2)),
                        row.small(3),
                        row.flag(4),
                        row.flag(5)};
}

UrlId FrontierFile::add_address(const NewAddress& address)
{
    connection_
        .prepare("INSERT INTO url (host_id, kind, depth, due, target, barren, parent) VALUES (?1, ?2, ?3, "
                 "?4, ?5, ?6, ?7)")
        .bind(address.host, address.kind, address.depth, address.due, address.target, address.is_barren,
              address.parent)
        .run();
    const UrlId id{connection_.last_row_id()};
    add_key(address.host, address.key, id);
    return id;
}

void FrontierFile::add_key(HostId host, const Key128& key, UrlId id)
{
    connection_.prepare("INSERT OR REPLACE INTO url_key (host_id, key, id) VALUES (?1, ?2, ?3)")
        .bind(host, ByteView(key), id)
        .run();
}

void FrontierFile::set_target(UrlId id, const NewTarget& moved)
{
    connection_.prepare("UPDATE url SET target = ?2 WHERE id = ?1").bind(id, moved.target).run();
    connection_.prepare("DELETE FROM url_key WHERE host_id = ?1 AND key = ?2 AND id = ?3")
        .bind(moved.host, ByteView(moved.before), id)
        .run();
    add_key(moved.host, moved.after, id);
}

std::optional<AddressRow> FrontierFile::address(UrlId id)
{
    auto row = connection_.prepare(ADDRESS_COLUMNS "WHERE u.id = ?1");
    if (!row.bind(id).step()) return std::nullopt;
    return read_address(row);
}

void FrontierFile::put_address(const AddressRow& row)
{
    const auto& standing = row.standing;
    connection_
        .prepare("UPDATE url SET kind = ?2, outcome = ?3, generation = ?4, due = ?5, lease_until = ?6, "
                 "named_again = ?7, barren = ?8, aside = ?9, tries = ?10, unchanged_in_a_row = ?11, "
                 "http_status = ?12, last_visit = ?13, wire_bytes = ?14, redirect_to = ?15, content = ?16, "
                 "etag = ?17, last_modified = ?18, news = ?19, news_days = ?20, rate_level = ?21, same_as = "
                 "?22 WHERE id = ?1")
        .bind(row.id, standing.kind, standing.outcome, standing.generation, standing.due,
              standing.lease_until, standing.named_again, standing.is_barren, standing.aside, row.tries,
              row.unchanged_in_a_row, row.http_status, row.last_visit, row.wire_bytes, row.redirect_to,
              row.content, row.etag, row.last_modified, row.rate.news, row.rate.days, row.rate.level,
              row.same_as)
        .run();
}

void FrontierFile::set_depth(UrlId id, int depth)
{
    connection_.prepare("UPDATE url SET depth = ?2 WHERE id = ?1").bind(id, depth).run();
}

void FrontierFile::set_likely(UrlId id, LinkKind kind)
{
    connection_.prepare("UPDATE url SET kind = ?2, barren = 0 WHERE id = ?1").bind(id, kind).run();
}

void FrontierFile::put_videos_aside(const std::string& site, bool wait)
{
    static const auto waiting = with_numbers(
        "UPDATE url SET aside = {not_looked_at} WHERE kind = {video} AND outcome = {unvisited} AND aside = 0 "
        "AND host_id IN (SELECT h.id FROM host h JOIN site s ON s.id = h.site_id WHERE s.name = ?1)");
    static const auto due = with_numbers(
        "UPDATE url SET aside = 0, due = iif(outcome = {other}, 0, due) WHERE kind = {video} AND "
        "(aside = {not_looked_at} OR outcome = {other}) AND host_id IN (SELECT h.id FROM host h JOIN site s "
        "ON s.id = h.site_id WHERE s.name = ?1)");
    connection_.prepare(wait ? waiting : due).bind(site).run();
}

void FrontierFile::set_named_often(UrlId id, bool is_so)
{
    connection_.prepare("UPDATE url SET named_often = ?2 WHERE id = ?1 AND named_often <> ?2")
        .bind(id, is_so)
        .run();
}

void FrontierFile::set_aside(UrlId id, std::int64_t family)
{
    connection_.prepare("UPDATE url SET aside = ?2 WHERE id = ?1").bind(id, family).run();
}

void FrontierFile::set_generation(UrlId id, std::int64_t generation)
{
    connection_.prepare("UPDATE url SET generation = ?2 WHERE id = ?1").bind(id, generation).run();
}

void FrontierFile::lease(UrlId id, Timestamp until, crawler::NamedAgain named_again)
{
    connection_.prepare("UPDATE url SET lease_until = ?2, named_again = ?3 WHERE id = ?1")
        .bind(id, until, named_again)
        .run();
}

void FrontierFile::set_redirect(UrlId id, UrlId to)
{
    connection_.prepare("UPDATE url SET redirect_to = ?2 WHERE id = ?1").bind(id, to).run();
}

void FrontierFile::set_news(UrlId id, double news)
{
    connection_.prepare("UPDATE url SET news = ?2 WHERE id = ?1").bind(id, news).run();
}

void FrontierFile::set_due(UrlId id, Timestamp due, crawler::NamedAgain named_again)
{
    connection_.prepare("UPDATE url SET due = ?2, named_again = ?3 WHERE id = ?1")
        .bind(id, due, named_again)
        .run();
}

void FrontierFile::forget_answer(UrlId id)
{
    connection_.prepare("UPDATE url SET content = NULL, etag = '', last_modified = '' WHERE id = ?1")
        .bind(id)
        .run();
}

void FrontierFile::end_leases()
{
    static const auto all = with_numbers(
        "UPDATE url INDEXED BY url_leased SET lease_until = 0, named_again = iif(named_again = {not_named}, "
        "{not_named}, {named}) WHERE lease_until <> 0");
    connection_.prepare(all).run();
}

void FrontierFile::make_pages_due(Timestamp now)
{
    static const auto pages =
        with_numbers("UPDATE url SET due = ?1 WHERE kind = {page} AND outcome <> {unvisited} AND due > ?1");
    connection_.prepare(pages).bind(now).run();
}

void FrontierFile::read_again(ReadAgain which, const std::optional<std::string>& site)
{
    static const auto pages_of_all =
        with_numbers("UPDATE url SET content = NULL, etag = '', last_modified = '', due = 0 "
                     "WHERE kind = {page} AND outcome <> {unvisited}");
    static const auto of_site = with_numbers(
        "UPDATE url SET content = NULL, etag = '', last_modified = '', due = 0 WHERE outcome <> {unvisited} "
        "AND (kind = {page} OR (?2 AND outcome = {unreachable})) AND host_id IN (SELECT h.id FROM host h "
        "JOIN site s ON s.id = h.site_id WHERE s.name = ?1)");
    if (site)
        connection_.prepare(of_site).bind(*site, which == ReadAgain::pages_and_unreachable).run();
    else
        connection_.prepare(pages_of_all).run();
}

UrlId FrontierFile::first_page_with(const Sha256& content, HostId host, UrlId before)
{
    static const auto first = with_numbers(
        "SELECT id FROM url INDEXED BY url_content WHERE content = ?1 AND content IS NOT NULL AND "
        "host_id = ?2 AND kind = {page} AND outcome = {was_page} AND id < ?3 ORDER BY id LIMIT 1");
    auto row = connection_.prepare(first);
    return row.bind(content, host, before).step() ? row.id<UrlId>(0) : UrlId{};
}

bool FrontierFile::is_content_used(const Sha256& content)
{
    auto row = connection_.prepare(
        "SELECT 1 FROM url INDEXED BY url_content WHERE content = ?1 AND content IS NOT NULL LIMIT 1");
    return row.bind(content).step();
}

std::vector<UrlId> FrontierFile::addresses_with(const Sha256& content, HostId host, std::size_t limit)
{
    static const auto addresses =
        with_numbers("SELECT id FROM url INDEXED BY url_content WHERE content = ?1 AND content IS NOT NULL "
                     "AND host_id = ?2 AND outcome <> {unvisited} LIMIT ?3");
    std::vector<UrlId> result;
    auto row = connection_.prepare(addresses);
    row.bind(content, host, limit);
    while (row.step())
        result.push_back(row.id<UrlId>(0));
    return result;
}

std::vector<UrlId> FrontierFile::pictures_with(const std::vector<Sha256>& contents)
{
    static const auto pictures =
        with_numbers("SELECT id, content FROM url WHERE content IS NOT NULL AND kind = {image}");
    std::vector<UrlId> result;
    if (contents.empty()) return result;
    auto row = connection_.prepare(pictures);
    while (row.step())
        if (std::ranges::binary_search(contents, row.digest(1))) result.push_back(row.id<UrlId>(0));
    return result;
}

} // namespace stillwatch::store
