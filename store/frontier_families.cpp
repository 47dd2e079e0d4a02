#include "store/families.hpp"
#include "store/frontier_database_impl.hpp"

#include <algorithm>

// Families of addresses that bring nothing new are asked for a sample only; what waits is not forgotten
// (docs/decisions/0010-trails.md).
namespace stillwatch::store {

namespace {

// As many of a family's pages as one kind of them may make a folder look idle.
constexpr std::int64_t most_idle_of_one_kind = 100;
constexpr std::int64_t idle_pages = 400;            // first visits without a new picture; with those under way below 500
constexpr std::int64_t same_pictures = 256;         // first visits that gave one of the last contents of the family
constexpr std::int64_t same_pictures_of_host = 1024;
constexpr std::size_t contents_remembered = 4;
constexpr std::size_t bytes_of_content = 8; // of the digest: telling apart, not proving
constexpr std::size_t longest_pattern = 200;
constexpr int generations_credited = 3; // pages that led to a page with a new picture: list, album, view
constexpr std::int64_t most_released = 5'000;
constexpr std::int64_t day_ms = 86'400'000;

// Whether the content is among the last few; remembers it as the last.
bool is_recent(Bytes& recent, const Sha256& content)
{
    const auto mark = ByteView(content.bytes).first(bytes_of_content);
    for (std::size_t at = 0; at + bytes_of_content <= recent.size(); at += bytes_of_content)
        if (std::ranges::equal(ByteView(recent).subspan(at, bytes_of_content), mark)) return true;
    recent.insert(recent.begin(), mark.begin(), mark.end());
    recent.resize(std::min(recent.size(), contents_remembered * bytes_of_content));
    return false;
}

void read_family(const Statement& row, int first, Family& family)
{
    family.id = row.integer(first);
    family.visits = row.integer(first + 1);
    family.idle = row.integer(first + 2);
    family.recent = row.blob(first + 3);
    family.waiting = row.integer(first + 4);
    family.next_at = row.time(first + 5);
}

} // namespace

std::array<Family*, 2> FrontierDatabase::Impl::families_of(HostId host, std::string_view target, LinkKind kind)
{
    std::array<Family*, 2> found{};
    const auto patterns = store::families_of(target, kind);
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        const std::string named = (kind == LinkKind::page ? 'p' : 'i') + patterns[i];
        const FamilyKey key{host, keyed_hash(hash_key, as_bytes(named))};
        const auto [entry, is_new] = families.try_emplace(key);
        found[i] = &entry->second;
        if (!is_new) continue;
        auto& family = entry->second;
        family.key = key.second;
        family.kind = kind;
        auto row = connection.prepare("SELECT id, visits, idle, recent, waiting, next_at FROM family "
                                      "WHERE host_id = ?1 AND key = ?2");
        if (row.bind(host, ByteView(key.second)).step())
            read_family(row, 0, family);
        else
            family.pattern = patterns[i].substr(0, longest_pattern);
    }
    return found;
}

Family* FrontierDatabase::Impl::family_at(std::int64_t id)
{
    auto row = connection.prepare("SELECT host_id, key, kind, id, visits, idle, recent, waiting, next_at FROM family WHERE id = ?1");
    if (!row.bind(id).step()) return nullptr;
    FamilyKey key{row.id<HostId>(0), {}};
    const auto stored = row.blob(1);
    if (stored.size() != key.second.size()) return nullptr;
    std::ranges::copy(stored, key.second.begin());
    const auto [entry, is_new] = families.try_emplace(key);
    if (is_new) {
        entry->second.key = key.second;
        entry->second.kind = static_cast<LinkKind>(row.small(2));
        read_family(row, 3, entry->second);
    }
    return &entry->second;
}

bool FrontierDatabase::Impl::is_asleep(const Family& family, bool is_of_host) const
{
    if (family.kind == LinkKind::page) return family.idle >= idle_pages;
    return family.idle >= (is_of_host ? same_pictures_of_host : same_pictures);
}

Family* FrontierDatabase::Impl::asleep(HostId host, std::string_view target, LinkKind kind)
{
    const auto [narrow, wide] = families_of(host, target, kind);
    if (is_asleep(*narrow, false)) return narrow;
    return is_asleep(*wide, true) ? wide : nullptr;
}

void FrontierDatabase::Impl::wake(Family& family)
{
    family.idle = 0;
    if (family.waiting > 0) family.next_at = {};
    family.is_changed = true;
}

void FrontierDatabase::Impl::learn_of_page(HostId host, std::string_view target, std::int64_t news, UrlId parent)
{
    const auto [narrow, wide] = families_of(host, target, LinkKind::page);
    ++narrow->visits;
    ++wide->visits;
    ++narrow->idle;
    if (narrow->idle <= most_idle_of_one_kind) ++wide->idle;
    narrow->is_changed = wide->is_changed = true;
    if (news == 0) return;
    wake(*narrow);
    wake(*wide);
    // A list that shows no picture itself leads to those that do.
    for (int generation = 0; parent && generation < generations_credited; ++generation) {
        HostId parents_host;
        std::string address;
        {
            auto row = connection.prepare("SELECT host_id, target, parent FROM url WHERE id = ?1");
            if (!row.bind(parent).step()) return;
            parents_host = row.id<HostId>(0);
            address = row.text(1);
            parent = row.id<UrlId>(2);
        }
        for (auto* family : families_of(parents_host, address, LinkKind::page))
            wake(*family);
    }
}

void FrontierDatabase::Impl::learn_of_picture(HostId host, std::string_view target, const Sha256& content)
{
    for (auto* family : families_of(host, target, LinkKind::image)) {
        ++family->visits;
        if (is_recent(family->recent, content)) {
            ++family->idle;
            family->is_changed = true;
        } else {
            wake(*family);
        }
    }
}

void FrontierDatabase::Impl::set_aside(UrlId address, HostId host, Family& family, Timestamp now, Timestamp::duration pause)
{
    write_family(host, family); // which gives it a number
    connection.prepare("UPDATE url SET aside = ?2 WHERE id = ?1").bind(address, family.id).run();
    if (family.waiting++ == 0) family.next_at = now + pause;
    family.is_changed = true;
    reached(host, family.kind == LinkKind::page ? "pages_set_aside" : "pictures_set_aside");
}

void FrontierDatabase::Impl::no_longer_aside(std::int64_t family)
{
    auto* known = family == 0 ? nullptr : family_at(family);
    if (!known) return;
    known->waiting = std::max<std::int64_t>(known->waiting - 1, 0);
    known->is_changed = true;
}

// Of a site's pages a day a sixteenth, so that a board of texts with a picture here and there is read as well.
Timestamp::duration FrontierDatabase::Impl::pause_of_samples(HostId host)
{
    auto row = connection.prepare(
        "SELECT s.max_pages_per_day FROM host h JOIN site s ON s.id = h.site_id WHERE h.id = ?1");
    const std::int64_t pages = row.bind(host).step() ? row.integer(0) : 0;
    return Timestamp::duration{day_ms / (std::clamp<std::int64_t>(pages, 400, 50'000) / 16)};
}

std::vector<UrlId> FrontierDatabase::Impl::samples(HostId host, Timestamp now, std::size_t limit)
{
    std::vector<std::int64_t> due;
    {
        auto row = connection.prepare("SELECT id FROM family INDEXED BY family_waiting WHERE host_id = ?1 AND waiting > 0 "
                                      "AND next_at <= ?2 ORDER BY next_at LIMIT ?3");
        row.bind(host, now, limit);
        while (row.step())
            due.push_back(row.integer(0));
    }
    std::vector<UrlId> chosen;
    if (due.empty()) return chosen;
    const auto pause = pause_of_samples(host);
    for (const auto id : due) {
        auto* family = family_at(id);
        if (!family) continue;
        family->is_changed = true;
        if (!is_asleep(*family, false)) {
            release_aside(host, *family);
            continue;
        }
        // What came last and what waits longest in turn: neither a new thread nor an old one waits for all others.
        // What was not taken up for a day is taken up now: passes may be a day apart.
        for (; chosen.size() < limit && family->next_at <= now; family->next_at = std::max(family->next_at, now - std::chrono::days(1)) + pause) {
            const bool newest = (family->visits + static_cast<std::int64_t>(chosen.size())) % 2 == 0;
            auto row = connection.prepare(
                newest ? "SELECT id FROM url INDEXED BY url_aside WHERE host_id = ?1 AND aside <> 0 AND aside = ?2 AND lease_until <= ?3 ORDER BY id DESC LIMIT ?4"
                       : "SELECT id FROM url INDEXED BY url_aside WHERE host_id = ?1 AND aside <> 0 AND aside = ?2 AND lease_until <= ?3 ORDER BY id LIMIT ?4");
            row.bind(host, id, now, chosen.size() + 1);
            UrlId found;
            while (!found && row.step())
                if (std::ranges::find(chosen, row.id<UrlId>(0)) == chosen.end()) found = row.id<UrlId>(0);
            if (found) chosen.push_back(found);
        }
    }
    return chosen;
}

void FrontierDatabase::Impl::release_aside(HostId host, Family& family)
{
    connection
        .prepare("UPDATE url SET aside = 0 WHERE id IN (SELECT id FROM url INDEXED BY url_aside WHERE host_id = ?1 AND aside <> 0 "
                 "AND aside = ?2 ORDER BY id DESC LIMIT ?3)")
        .bind(host, family.id, most_released)
        .run();
    const auto released = connection.changed_rows();
    family.waiting = released < most_released ? 0 : std::max<std::int64_t>(family.waiting - released, 0);
    family.is_changed = true;
}

void FrontierDatabase::Impl::write_family(HostId host, Family& family)
{
    if (family.id != 0) return;
    connection
        .prepare("INSERT INTO family (host_id, key, pattern, kind, visits, idle, recent, waiting, next_at) "
                 "VALUES (?1, ?2, ?3, ?4, 0, 0, x'', 0, 0)")
        .bind(host, ByteView(family.key), family.pattern, family.kind)
        .run();
    family.id = connection.last_row_id();
}

void FrontierDatabase::Impl::write_families()
{
    for (auto& [key, family] : families) {
        if (!family.is_changed) continue;
        write_family(key.first, family);
        connection
            .prepare("UPDATE family SET visits = ?2, idle = ?3, recent = ?4, waiting = ?5, next_at = ?6 WHERE id = ?1")
            .bind(family.id, family.visits, family.idle, family.recent, family.waiting, family.next_at)
            .run();
        family.is_changed = false;
    }
    if (families.size() > most_remembered) families.clear();
}

void FrontierDatabase::Impl::reached(HostId host, std::string_view bound, std::int64_t times)
{
    if (times > 0) bounds[{host, bound}] += times;
}

void FrontierDatabase::Impl::write_bounds()
{
    for (const auto& [key, times] : bounds) {
        connection
            .prepare("INSERT INTO bound_tally (host_id, bound, times) VALUES (?1, ?2, ?3) "
                     "ON CONFLICT DO UPDATE SET times = times + excluded.times")
            .bind(key.first, key.second, times)
            .run();
        untold[std::string(key.second)] += times;
    }
    bounds.clear();
}

std::map<std::string, std::int64_t> FrontierDatabase::take_bounds()
{
    return std::exchange(impl_->untold, {});
}

} // namespace stillwatch::store
