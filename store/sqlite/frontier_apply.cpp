#include "store/sqlite/frontier_database_impl.hpp"

#include <algorithm>

namespace stillwatch::store {

namespace {

// Pages of one address that are remembered; one more brings no visit. Evidence names 32 of them.
constexpr std::int64_t most_namings = 64;
constexpr int max_redirects = 20; // hops over which "a page names this" is passed on

// Whether the other side's bytes, or a 304 in their place, said what the address is.
bool answered(Outcome outcome)
{
    return outcome != Outcome::gone && outcome != Outcome::unreachable && outcome != Outcome::refused &&
           outcome != Outcome::disallowed && outcome != Outcome::waiting;
}

LinkKind kind_after(const VisitResult& result, LinkKind before)
{
    switch (result.outcome) {
    case Outcome::page: return LinkKind::page;
    case Outcome::compared:
    case Outcome::too_small: return LinkKind::image;
    case Outcome::unchanged:
    case Outcome::undecodable: return result.kind;
    default: return before; // these bytes, or none, say nothing about it
    }
}

// An empty validator of a 304 or of no answer is no news.
std::optional<std::string_view> validator(const VisitResult& result, const std::string& value)
{
    const bool full = answered(result.outcome) && result.outcome != Outcome::unchanged;
    if (value.empty() && !full) return std::nullopt;
    return value;
}

bool shows_picture(const VisitResult& result)
{
    return result.kind == LinkKind::image &&
           (result.outcome == Outcome::compared || result.outcome == Outcome::too_small ||
            result.outcome == Outcome::undecodable);
}

bool redirects(const VisitResult& result)
{
    return std::any_of(result.discovered.begin(), result.discovered.end(),
                       [](const Discovered& link) { return link.mechanism == Mechanism::redirect; });
}

} // namespace

void FrontierDatabase::Impl::visited(const VisitResult& result)
{
    Shelf before;
    auto named = NamedAgain::no;
    int level = 0;
    std::string target; // of an address that was never visited
    std::optional<Sha256> old_content;
    std::int64_t aside = 0;
    UrlId parent;
    {
        auto row = connection.prepare("SELECT host_id, kind, outcome, generation, named_again, rate_level, "
                                      "iif(outcome = 0, target, ''), content, aside, parent "
                                      "FROM url WHERE id = ?1");
        if (!row.bind(result.id).step()) return; // of a frontier that was lost and begun anew
        before = {row.id<HostId>(0), static_cast<LinkKind>(row.small(1)), static_cast<Outcome>(row.small(2)),
                  row.integer(3)};
        named = static_cast<NamedAgain>(row.small(4));
        level = row.small(5);
        target = row.text(6);
        if (!row.is_null(7)) old_content = row.digest(7);
        aside = row.integer(8);
        parent = row.id<UrlId>(9);
    }
    if (aside != 0) no_longer_aside(aside);
    if (result.verdict) keep_verdict(*result.verdict);
    if (result.unread) keep_unread(*result.unread);

    Shelf after = before;
    after.kind = kind_after(result, before.kind);
    after.outcome = result.outcome;
    if (after.kind == LinkKind::page)
        after.generation = 0;
    else if (result.outcome != Outcome::unreachable &&
             result.outcome != Outcome::waiting) // which wait for their pause
        after.generation = result.generation;
    --moves[before];
    ++moves[after];
    count_rate(before.host, level, result.rate.level);

    std::optional<std::int64_t> redirect_to;
    if (answered(result.outcome)) redirect_to = 0; // set by names() if it redirects
    connection
        .prepare(
            "UPDATE url SET kind = ?2, outcome = ?3, tries = ?4, unchanged_in_a_row = ?5, http_status = ?6, "
            "named_again = 0, lease_until = 0, aside = 0, due = ?7, generation = ?8, last_visit = ?9, "
            "wire_bytes = ?10, "
            "redirect_to = ifnull(?11, redirect_to), content = ifnull(?12, content), etag = ifnull(?13, "
            "etag), "
            "last_modified = ifnull(?14, last_modified), news = ?15, news_days = ?16, rate_level = ?17 WHERE "
            "id = ?1")
        .bind(result.id, after.kind, after.outcome, result.tries, result.unchanged_in_a_row,
              result.http_status, result.due, after.generation, result.at, result.wire_bytes, redirect_to,
              result.content, validator(result, result.etag), validator(result, result.last_modified),
              result.rate.news, result.rate.days, result.rate.level)
        .run();

    if (old_content && result.content && *old_content != *result.content) forget_verdict(*old_content);

    const bool is_first_page =
        result.outcome == Outcome::page && !target.empty() && before.kind == LinkKind::page;
    if (is_first_page) {
        for (auto* trail : trails_of(before.host, target)) {
            trail->learn(result.news);
            trail->is_changed = true;
        }
        learn_of_page(before.host, target, result.news, parent);
    }
    if (!target.empty() && shows_picture(result) && result.content)
        learn_of_picture(before.host, target, *result.content);
    if (result.news > 0 && before.outcome == Outcome::unvisited) credit_parent(result.id, result.news);
    // Who names a page is kept only until it is known to be one: navigation is named by every page of a site.
    // A picture's address may answer with a page for once: a riddle, a limit.
    if (result.outcome == Outcome::page && before.outcome != Outcome::page && before.kind == LinkKind::page &&
        !redirects(result))
        forget_namings(result.id, before.host);
    if (result.outcome == Outcome::page && result.content) find_twin(result, before.host);
    Items items;
    left_out_unproven = false;
    for (const auto& link : result.discovered)
        names(result, link, items);
    // Its next visit reads it again, though its bytes be the same: by then the trail may have brought
    // something.
    if (left_out_unproven)
        connection.prepare("UPDATE url SET content = NULL, etag = '', last_modified = '' WHERE id = ?1")
            .bind(result.id)
            .run();
    if (named == NamedAgain::due) name_again(result.id, result.at);
}

void FrontierDatabase::Impl::account(const VisitResult& result)
{
    auto& account = accounts[result.host];
    account.at = std::max(account.at, result.at);
    account.pages += result.kind == LinkKind::page && result.http_status != 0 ? 1 : 0;
    account.bytes += result.wire_bytes;
    if (result.wall) account.walls.push_back(*result.wall);
    if (result.is_stand_in) reached(result.host, "one_answer_for_many_addresses");
    if (result.wall == Wall::challenge) account.last_challenge = std::max(account.last_challenge, result.at);
    const bool is_in_the_way = result.wall && *result.wall != Wall::none;
    const bool is_success =
        !is_in_the_way && (result.outcome == Outcome::page || result.outcome == Outcome::compared ||
                           result.outcome == Outcome::unchanged || result.outcome == Outcome::too_small);
    if (is_success) account.last_success = std::max(account.last_success, result.at);
    if (result.outcome == Outcome::unreachable && result.at >= account.last_failure) {
        account.last_failure = result.at;
        account.last_failure_status = result.http_status;
    }
}

void FrontierDatabase::Impl::write_accounts()
{
    for (const auto& [host, account] : accounts) {
        if (account.namings != 0)
            connection
                .prepare("UPDATE site SET namings = max(namings + ?2, 0) WHERE id = (SELECT site_id FROM "
                         "host WHERE id = ?1)")
                .bind(host, account.namings)
                .run();
        if (account.at == Timestamp{}) continue; // no visit
        connection
            .prepare("UPDATE site SET pages_that_day = ?2 + CASE day WHEN ?4 THEN pages_that_day ELSE 0 END, "
                     "bytes_that_day = ?3 + CASE day WHEN ?4 THEN bytes_that_day ELSE 0 END, day = ?4 "
                     "WHERE id = (SELECT site_id FROM host WHERE id = ?1)")
            .bind(host, account.pages, account.bytes, day_of(account.at))
            .run();
        if (account.last_success > Timestamp{})
            connection.prepare("UPDATE host SET last_success = max(last_success, ?2) WHERE id = ?1")
                .bind(host, account.last_success)
                .run();
        if (account.last_failure > Timestamp{})
            connection.prepare("UPDATE host SET last_failure = ?2, last_failure_status = ?3 WHERE id = ?1")
                .bind(host, account.last_failure, account.last_failure_status)
                .run();
        if (account.last_challenge > Timestamp{})
            connection.prepare("UPDATE host SET last_challenge = max(last_challenge, ?2) WHERE id = ?1")
                .bind(host, account.last_challenge)
                .run();
        write_walls(host, account.walls);
    }
    accounts.clear();
}

void FrontierDatabase::Impl::count_rate(HostId host, int before, int after)
{
    if (before == after) return;
    if (before != 0)
        connection.prepare("UPDATE rate_tally SET urls = urls - 1 WHERE host_id = ?1 AND level = ?2")
            .bind(host, before)
            .run();
    if (after != 0)
        connection
            .prepare("INSERT INTO rate_tally (host_id, level, urls) VALUES (?1, ?2, 1) "
                     "ON CONFLICT DO UPDATE SET urls = urls + 1")
            .bind(host, after)
            .run();
}

void FrontierDatabase::Impl::credit_parent(UrlId page, std::int64_t news)
{
    connection
        .prepare("UPDATE url SET news = news + ?2 WHERE news_days > 0 AND id = (SELECT l.page FROM link l "
                 "JOIN url p "
                 "ON p.id = l.page WHERE l.target = ?1 AND l.seen = p.last_visit ORDER BY l.page LIMIT 1)")
        .bind(page, news)
        .run();
}

void FrontierDatabase::Impl::names(const VisitResult& page, const Discovered& link, Items& items)
{
    const auto known = offer(link.url, link.kind, link.depth_from(page.depth), page.at, page.id);
    if (!known || known->id == page.id) return;
    const bool redirect = link.mechanism == Mechanism::redirect;
    if (redirect)
        connection.prepare("UPDATE url SET redirect_to = ?2 WHERE id = ?1").bind(page.id, known->id).run();
    if (link.kind == LinkKind::page && known->outcome == Outcome::page && !known->redirects && !redirect)
        return;
    const auto [tie, is_first] = items.of_target.try_emplace(known->id);
    if (!is_first && (tie->second || link.item == 0)) return; // the same address, written otherwise
    if (link.item != 0) tie->second = items.first.try_emplace(link.item, known->id).first->second;
    const UrlId item = tie->second;
    if (remember_naming(*known, page, link.mechanism, item) && !known->fresh) name_again(known->id, page.at);
}

// A picture in a side bar is named by every page: past what is ever recorded, one more is neither kept nor a
// reason to fetch it.
bool FrontierDatabase::Impl::remember_naming(const Known& target, const VisitResult& page,
                                             Mechanism mechanism, UrlId item)
{
    auto* room = room_of(page.host);
    const bool has_room =
        target.fresh || !room || room->namings > 0; // the first page of each is always known
    if (!target.is_named_often && has_room) {
        connection
            .prepare("INSERT INTO link (target, page, mechanism, seen, item) VALUES (?1, ?2, ?3, ?4, ?5) "
                     "ON CONFLICT DO NOTHING")
            .bind(target.id, page.id, mechanism, page.at, item)
            .run();
        if (connection.changed_rows() > 0) {
            count_namings(page.host, 1);
            if (target.fresh) return true;
            auto row =
                connection.prepare("SELECT count(*) FROM (SELECT 1 FROM link WHERE target = ?1 LIMIT ?2)");
            const bool is_enough = row.bind(target.id, most_namings).step() && row.integer(0) >= most_namings;
            if (is_enough)
                connection.prepare("UPDATE url SET named_often = 1 WHERE id = ?1").bind(target.id).run();
            return !is_enough;
        }
    }
    connection.prepare("UPDATE link SET item = ?3 WHERE target = ?1 AND page = ?2 AND item <> ?3")
        .bind(target.id, page.id, item)
        .run();
    if (target.is_named_often || !has_room) reached(page.host, "pages_naming_a_picture");
    return false;
}

void FrontierDatabase::Impl::count_namings(HostId host, std::int64_t more)
{
    if (auto* room = room_of(host)) room->namings -= more;
    accounts[host].namings += more;
}

void FrontierDatabase::Impl::forget_namings(UrlId target, HostId host)
{
    connection.prepare("DELETE FROM link WHERE target = ?1").bind(target).run();
    const auto forgotten = connection.changed_rows();
    if (forgotten > 0) count_namings(host, -forgotten);
    connection.prepare("UPDATE url SET named_often = 0 WHERE id = ?1 AND named_often <> 0")
        .bind(target)
        .run();
}

// The same bytes under two addresses of a host are one page: the one that was known first.
void FrontierDatabase::Impl::find_twin(const VisitResult& page, HostId host)
{
    UrlId twin;
    {
        auto row = connection.prepare(
            "SELECT id FROM url INDEXED BY url_content WHERE content = ?1 AND content IS NOT NULL AND "
            "host_id = ?2 AND kind = 0 AND outcome = 1 AND id < ?3 ORDER BY id LIMIT 1");
        if (row.bind(page.content, host, page.id).step()) twin = row.id<UrlId>(0);
    }
    connection.prepare("UPDATE url SET same_as = ?2 WHERE id = ?1 AND same_as <> ?2")
        .bind(page.id, twin)
        .run();
}

// A picture whose bytes are others at each visit leaves one verdict, not one for each visit.
void FrontierDatabase::Impl::forget_verdict(const Sha256& content)
{
    connection
        .prepare("DELETE FROM verdict WHERE content = ?1 AND NOT EXISTS (SELECT 1 FROM url INDEXED BY "
                 "url_content WHERE "
                 "content = ?1 AND content IS NOT NULL)")
        .bind(content)
        .run();
}

void FrontierDatabase::Impl::name_again(UrlId target, Timestamp at)
{
    for (int hop = 0; target && hop < max_redirects; ++hop) {
        bool visit = false;
        UrlId next;
        {
            auto row = connection.prepare(
                "SELECT redirect_to, lease_until <> 0 OR (outcome <> 0 AND EXISTS (SELECT 1 FROM verdict v "
                "WHERE v.content = url.content AND v.matched = 1)) FROM url WHERE id = ?1");
            if (!row.bind(target).step()) return;
            next = row.id<UrlId>(0);
            visit = row.flag(1);
        }
        if (visit)
            connection.prepare("UPDATE url SET named_again = 1, due = min(due, ?2) WHERE id = ?1")
                .bind(target, at)
                .run();
        target = next;
    }
}

void FrontierDatabase::Impl::keep_verdict(const Verdict& verdict)
{
    // Two addresses with the same bytes may end in any order: the older comparison does not win.
    connection
        .prepare(
            "INSERT INTO verdict (content, generation, extractor_version, matched, undecodable, too_small, "
            "file) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET generation = excluded.generation, "
            "extractor_version = excluded.extractor_version, matched = excluded.matched, "
            "undecodable = excluded.undecodable, too_small = excluded.too_small, file = excluded.file "
            "WHERE excluded.generation >= verdict.generation "
            "OR excluded.extractor_version > verdict.extractor_version")
        .bind(verdict.content, verdict.generation, verdict.extractor_version, verdict.matched,
              verdict.undecodable, verdict.too_small, verdict.file)
        .run();
    connection.prepare("DELETE FROM unread WHERE content = ?1").bind(verdict.content).run();
}

// A hostile site can make any number of such bytes: those that nobody met again for long are forgotten.
void FrontierDatabase::Impl::keep_unread(const Unread& unread)
{
    constexpr auto forgotten_after = std::chrono::days(60);
    connection.prepare("DELETE FROM unread WHERE retry < ?1").bind(unread.retry - forgotten_after).run();
    connection
        .prepare("INSERT INTO unread (content, losses, retry) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET "
                 "losses = max(losses, excluded.losses), retry = max(retry, excluded.retry)")
        .bind(unread.content, unread.losses, unread.retry)
        .run();
}

Result<void> FrontierDatabase::apply(const std::vector<VisitResult>& results)
{
    return impl_->change([&]() -> Result<void> {
        for (const auto& result : results) {
            for (const auto& earlier : result.led_here)
                impl_->visited(earlier);
            impl_->visited(result);
            impl_->account(result);
        }
        return {};
    });
}

} // namespace stillwatch::store
