#include "store/sqlite/frontier_database_impl.hpp"

#include <algorithm>

// Reads and writes families; what they decide stands in crawler/policy/family.hpp.
namespace stillwatch::store {

namespace {

using Width = crawler::Family::Width;

constexpr std::size_t longest_pattern = 200;
constexpr std::int64_t most_released = 5'000;

void read_family(const Statement& row, int first, StoredFamily& family)
{
    family.id = row.integer(first);
    family.visits = row.integer(first + 1);
    family.idle = row.integer(first + 2);
    family.recent = row.blob(first + 3);
    family.waiting = row.integer(first + 4);
    family.next_at = row.time(first + 5);
}

} // namespace

std::array<StoredFamily*, 2> FrontierDatabase::Impl::families_of(HostId host, std::string_view target,
                                                                 LinkKind kind)
{
    std::array<StoredFamily*, 2> found{};
    const auto patterns = crawler::families_of(target, kind);
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

StoredFamily* FrontierDatabase::Impl::family_at(std::int64_t id)
{
    auto row = connection.prepare(
        "SELECT host_id, key, kind, id, visits, idle, recent, waiting, next_at FROM family WHERE id = ?1");
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

StoredFamily* FrontierDatabase::Impl::asleep(HostId host, std::string_view target, LinkKind kind)
{
    const auto [narrow, wide] = families_of(host, target, kind);
    if (narrow->is_asleep(Width::narrow)) return narrow;
    return wide->is_asleep(Width::wide) ? wide : nullptr;
}

void FrontierDatabase::Impl::learn_of_page(HostId host, std::string_view target, std::int64_t news,
                                           UrlId parent)
{
    const auto [narrow, wide] = families_of(host, target, LinkKind::page);
    crawler::learn_page(*narrow, *wide, news);
    narrow->is_changed = wide->is_changed = true;
    if (news == 0) return;
    // A list that shows no picture itself leads to those that do.
    for (int generation = 0; parent && generation < crawler::generations_credited; ++generation) {
        HostId parents_host;
        std::string address;
        {
            auto row = connection.prepare("SELECT host_id, target, parent FROM url WHERE id = ?1");
            if (!row.bind(parent).step()) return;
            parents_host = row.id<HostId>(0);
            address = row.text(1);
            parent = row.id<UrlId>(2);
        }
        for (auto* family : families_of(parents_host, address, LinkKind::page)) {
            family->wake();
            family->is_changed = true;
        }
    }
}

void FrontierDatabase::Impl::learn_of_picture(HostId host, std::string_view target, const Sha256& content)
{
    for (auto* family : families_of(host, target, LinkKind::image)) {
        family->learn_picture(content);
        family->is_changed = true;
    }
}

void FrontierDatabase::Impl::set_aside(UrlId address, HostId host, StoredFamily& family, Timestamp now,
                                       Timestamp::duration pause)
{
    write_family(host, family); // which gives it a number
    connection.prepare("UPDATE url SET aside = ?2 WHERE id = ?1").bind(address, family.id).run();
    family.set_aside(now, pause);
    family.is_changed = true;
    reached(host, family.kind == LinkKind::page ? "pages_set_aside" : "pictures_set_aside");
}

void FrontierDatabase::Impl::no_longer_aside(std::int64_t family)
{
    auto* known = family == 0 ? nullptr : family_at(family);
    if (!known) return;
    known->take_out();
    known->is_changed = true;
}

Timestamp::duration FrontierDatabase::Impl::pause_of_samples(HostId host)
{
    auto row = connection.prepare(
        "SELECT s.max_pages_per_day FROM host h JOIN site s ON s.id = h.site_id WHERE h.id = ?1");
    return crawler::pause_of_samples(row.bind(host).step() ? row.integer(0) : 0);
}

std::vector<UrlId> FrontierDatabase::Impl::samples(HostId host, Timestamp now, std::size_t limit)
{
    std::vector<std::int64_t> due;
    {
        auto row = connection.prepare(
            "SELECT id FROM family INDEXED BY family_waiting WHERE host_id = ?1 AND waiting > 0 "
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
        if (!family->is_asleep(Width::narrow)) {
            release_aside(host, *family);
            continue;
        }
        for (; chosen.size() < limit && family->next_at <= now; family->sampled(now, pause)) {
            auto row = connection.prepare(
                family->takes_newest(chosen.size())
                    ? "SELECT id FROM url INDEXED BY url_aside WHERE host_id = ?1 AND aside <> 0 AND aside = "
                      "?2 AND lease_until <= ?3 ORDER BY id DESC LIMIT ?4"
                    : "SELECT id FROM url INDEXED BY url_aside WHERE host_id = ?1 AND aside <> 0 AND aside = "
                      "?2 AND lease_until <= ?3 ORDER BY id LIMIT ?4");
            row.bind(host, id, now, chosen.size() + 1);
            UrlId found;
            while (!found && row.step())
                if (std::ranges::find(chosen, row.id<UrlId>(0)) == chosen.end()) found = row.id<UrlId>(0);
            if (found) chosen.push_back(found);
        }
    }
    return chosen;
}

void FrontierDatabase::Impl::release_aside(HostId host, StoredFamily& family)
{
    connection
        .prepare("UPDATE url SET aside = 0 WHERE id IN (SELECT id FROM url INDEXED BY url_aside WHERE "
                 "host_id = ?1 AND aside <> 0 "
                 "AND aside = ?2 ORDER BY id DESC LIMIT ?3)")
        .bind(host, family.id, most_released)
        .run();
    const auto released = connection.changed_rows();
    family.waiting = released < most_released ? 0 : std::max<std::int64_t>(family.waiting - released, 0);
    family.is_changed = true;
}

void FrontierDatabase::Impl::write_family(HostId host, StoredFamily& family)
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
            .prepare("UPDATE family SET visits = ?2, idle = ?3, recent = ?4, waiting = ?5, next_at = ?6 "
                     "WHERE id = ?1")
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
