#include "crawler/frontier/frontier_impl.hpp"

#include <algorithm>

// Trails and families as they are met; what they decide stands in crawler/policy/trail.hpp and family.hpp.
namespace stillwatch::crawler {

namespace {

using Width = Family::Width;

constexpr std::size_t longest_pattern = 200;

constexpr char letter_of(LinkKind kind) noexcept
{
    switch (kind) {
    case LinkKind::page: return 'p';
    case LinkKind::image: return 'i';
    case LinkKind::video: return 'v';
    }
    return 'p';
}

constexpr std::string_view bound_of(LinkKind kind) noexcept
{
    switch (kind) {
    case LinkKind::page: return "pages_set_aside";
    case LinkKind::image: return "pictures_set_aside";
    case LinkKind::video: return "videos_set_aside";
    }
    return "pages_set_aside";
}

constexpr std::int64_t most_released = 5'000;

} // namespace

std::vector<UrlFrontier::Impl::CachedTrail*> UrlFrontier::Impl::trails_of(HostId host,
                                                                          std::string_view target)
{
    std::vector<CachedTrail*> found;
    for (const auto& pattern : crawler::trails_of(target)) {
        const Key128 key = key_of(pattern);
        const auto [entry, is_new] = trails.try_emplace({host, key});
        if (is_new) {
            if (const auto stored = tables->trail(host, key)) static_cast<Trail&>(entry->second) = *stored;
            entry->second.host = host;
            entry->second.key = key;
        }
        found.push_back(&entry->second);
    }
    return found;
}

void UrlFrontier::Impl::will_write(CachedTrail& trail)
{
    if (!trail.is_changed) changed_trails.push_back(&trail);
    trail.is_changed = true;
}

void UrlFrontier::Impl::will_write(CachedFamily& family)
{
    if (!family.is_changed) changed_families.push_back(&family);
    family.is_changed = true;
}

// Only those that are changed: a site that is full must not fill the table.
void UrlFrontier::Impl::write_trails()
{
    for (auto* trail : changed_trails) {
        tables->put_trail(trail->host, trail->key, *trail);
        trail->is_changed = false;
    }
    changed_trails.clear();
    if (trails.size() > most_remembered) trails.clear();
}

std::array<UrlFrontier::Impl::CachedFamily*, 2>
UrlFrontier::Impl::families_of(HostId host, std::string_view target, LinkKind kind)
{
    std::array<CachedFamily*, 2> found{};
    const auto patterns = crawler::families_of(target, kind);
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        const std::string named = letter_of(kind) + patterns[i];
        const KeyOfHost key{host, key_of(named)};
        const auto [entry, is_new] = families.try_emplace(key);
        found[i] = &entry->second;
        if (!is_new) continue;
        auto& family = entry->second;
        if (const auto stored = tables->family(host, key.second)) {
            static_cast<store::FamilyRow&>(family) = *stored;
            continue;
        }
        family.host = host;
        family.key = key.second;
        family.kind = kind;
        family.pattern = patterns[i].substr(0, longest_pattern);
    }
    return found;
}

UrlFrontier::Impl::CachedFamily* UrlFrontier::Impl::family_at(std::int64_t id)
{
    const auto stored = tables->family(id);
    if (!stored) return nullptr;
    const auto [entry, is_new] = families.try_emplace({stored->host, stored->key});
    if (is_new) static_cast<store::FamilyRow&>(entry->second) = *stored;
    return &entry->second;
}

UrlFrontier::Impl::CachedFamily* UrlFrontier::Impl::asleep(HostId host, std::string_view target,
                                                           LinkKind kind)
{
    const auto [narrow, wide] = families_of(host, target, kind);
    if (narrow->is_asleep(Width::narrow)) return narrow;
    return wide->is_asleep(Width::wide) ? wide : nullptr;
}

void UrlFrontier::Impl::learn_of_page(HostId host, std::string_view target, std::int64_t news, UrlId parent)
{
    const auto [narrow, wide] = families_of(host, target, LinkKind::page);
    crawler::learn_page(*narrow, *wide, news);
    will_write(*narrow);
    will_write(*wide);
    if (news == 0) return;
    // A list that shows no picture itself leads to those that do.
    for (int generation = 0; parent && generation < generations_credited; ++generation) {
        const auto row = tables->address(parent);
        if (!row) return;
        for (auto* family : families_of(row->host, row->target, LinkKind::page)) {
            family->wake();
            will_write(*family);
        }
        parent = row->parent;
    }
}

void UrlFrontier::Impl::learn_of_picture(HostId host, std::string_view target, const Sha256& content)
{
    for (auto* family : families_of(host, target, LinkKind::image)) {
        family->learn_picture(content);
        will_write(*family);
    }
}

void UrlFrontier::Impl::set_aside(UrlId address, CachedFamily& family, Timestamp now,
                                  Timestamp::duration pause)
{
    write_family(family); // which gives it a number
    tables->set_aside(address, family.id);
    family.set_aside(now, pause);
    will_write(family);
    reached(family.host, bound_of(family.kind));
}

void UrlFrontier::Impl::no_longer_aside(std::int64_t family)
{
    auto* known = family == 0 ? nullptr : family_at(family);
    if (!known) return;
    known->take_out();
    will_write(*known);
}

Timestamp::duration UrlFrontier::Impl::pause_of_samples(HostId host)
{
    const auto site = tables->site_of(host);
    return crawler::pause_of_samples(site ? site->day.max_pages : 0);
}

std::vector<UrlId> UrlFrontier::Impl::samples(HostId host, Timestamp now, std::size_t limit)
{
    std::vector<UrlId> chosen;
    const auto due = tables->due_families(host, now, limit);
    if (due.empty()) return chosen;
    const auto pause = pause_of_samples(host);
    for (const auto id : due) {
        auto* family = family_at(id);
        if (!family) continue;
        will_write(*family);
        if (!family->is_asleep(Width::narrow)) {
            release_aside(*family);
            continue;
        }
        for (; chosen.size() < limit && family->next_at <= now; family->sampled(now, pause)) {
            const bool takes_newest = family->takes_newest(chosen.size());
            for (const UrlId waiting : tables->waiting_for(*family, now, takes_newest, chosen.size() + 1)) {
                if (std::ranges::find(chosen, waiting) != chosen.end()) continue;
                chosen.push_back(waiting);
                break;
            }
        }
    }
    return chosen;
}

void UrlFrontier::Impl::release_aside(CachedFamily& family)
{
    const auto released = tables->release_waiting(family, most_released);
    family.waiting = released < most_released ? 0 : std::max<std::int64_t>(family.waiting - released, 0);
    will_write(family);
}

void UrlFrontier::Impl::write_family(CachedFamily& family)
{
    if (family.id == 0) family.id = tables->add_family(family);
}

void UrlFrontier::Impl::write_families()
{
    for (auto* family : changed_families) {
        if (family->id == 0)
            write_family(*family);
        else
            tables->put_family(*family);
        family->is_changed = false;
    }
    changed_families.clear();
    bound_families();
}

void UrlFrontier::Impl::bound_families()
{
    if (families.size() > most_remembered) families.clear();
}

} // namespace stillwatch::crawler
