#include "crawler/frontier/after_visit.hpp"
#include "crawler/frontier/frontier_impl.hpp"

#include <algorithm>
#include <set>

// What is asked of known addresses and bytes on a picture's way.
namespace stillwatch::crawler {

namespace {

// Addresses that redirect to one picture, through others too: a hostile site could make any number.
constexpr std::size_t most_led_from = 1'000;

} // namespace

std::int64_t UrlFrontier::new_images(const std::vector<store::Discovered>& links, UrlId page) const
{
    Impl::Items items;
    if (page) impl_->know_as_written(links, items);
    std::int64_t count = 0;
    std::set<std::string_view> seen;       // a page names a picture more than once
    std::map<std::string, HostId> origins; // 0: not known
    for (const auto& link : links) {
        if (link.kind != LinkKind::image || !seen.insert(link.url.text()).second) continue;
        const auto [origin, is_first] = origins.try_emplace(link.url.origin());
        if (is_first) origin->second = impl_->known_host(origin->first);
        const HostId host = origin->second;
        if (host && impl_->tables->find(host, impl_->key_of(link.url.target()))) continue;
        if (const auto place = host && page ? impl_->place_on_page(page, host, link, items) : std::nullopt;
            place && place->before)
            continue;
        // Addresses that all gave the same bytes so far are no news.
        if (!host || !impl_->asleep(host, link.url.target(), LinkKind::image)) ++count;
    }
    impl_->bound_families(); // no transaction does: nothing here is written
    return count;
}

std::vector<store::RateCount> UrlFrontier::page_rates(const std::string& site) const
{
    return impl_->tables->rates_of(site);
}

std::optional<store::Verdict> UrlFrontier::verdict(const Sha256& content) const
{
    return impl_->tables->verdict(content);
}

Result<void> UrlFrontier::set_verdict(const store::Verdict& verdict)
{
    return impl_->change([&]() -> Result<void> {
        impl_->keep_verdict(verdict);
        return {};
    });
}

std::optional<store::Unread> UrlFrontier::unread(const Sha256& content) const
{
    return impl_->tables->unread(content);
}

UrlFrontier::Known UrlFrontier::known_of(const Sha256& content) const
{
    return {verdict(content), unread(content)};
}

bool UrlFrontier::is_visited_anyway(const Url& url) const
{
    const auto host = impl_->tables->host_at(url.origin());
    const auto known = impl_->find(url);
    const auto row = known ? impl_->tables->address(known) : std::nullopt;
    if (!row || !host->is_watched) return false;
    const auto namings = impl_->tables->namings_of(known);
    const auto led_here =
        std::ranges::count(namings, Mechanism::redirect, [](const auto& naming) { return naming.mechanism; });
    return crawler::is_visited_anyway(row->standing, static_cast<std::size_t>(led_here));
}

std::vector<Url> UrlFrontier::Impl::urls_of(const std::vector<UrlId>& ids)
{
    std::vector<Url> result;
    for (const auto id : ids) {
        const auto row = tables->address(id);
        const auto host = row ? tables->host(row->host) : std::nullopt;
        if (!host) continue;
        if (auto url = Url::parse(host->host.origin + row->target)) result.push_back(*std::move(url));
    }
    return result;
}

std::vector<Url> UrlFrontier::pages_naming(UrlId image, std::size_t limit) const
{
    // An address that redirects to the picture is no page: the pages that name it name the picture.
    std::map<UrlId, Timestamp> seen;
    for (const auto target : impl_->led_from(image, most_led_from)) {
        const auto namings = impl_->tables->namings_of(target);
        const auto names_it = [&](UrlId page) {
            return std::ranges::any_of(namings, [&](const auto& naming) { return naming.page == page; });
        };
        for (const auto& naming : namings) {
            if (naming.mechanism == Mechanism::redirect) continue;
            const auto page = impl_->tables->address(naming.page);
            if (!page || is_told_by_another(*page, names_it)) continue;
            const auto [entry, is_first] = seen.try_emplace(naming.page, naming.seen);
            if (!is_first) entry->second = std::min(entry->second, naming.seen);
        }
    }
    std::vector<std::pair<Timestamp, UrlId>> first_seen_first;
    for (const auto& [page, when] : seen)
        first_seen_first.emplace_back(when, page);
    std::ranges::sort(first_seen_first);
    std::vector<UrlId> pages;
    for (const auto& [when, page] : first_seen_first)
        if (pages.size() < limit) pages.push_back(page);
    return impl_->urls_of(pages);
}

std::vector<Url> UrlFrontier::addresses_of(UrlId image, std::size_t limit) const
{
    return impl_->urls_of(impl_->led_from(image, limit));
}

bool UrlFrontier::is_same_item(const Url& one, const Url& other, const Url& page) const
{
    const UrlId page_id = impl_->find(page);
    const auto items_of = [&](const Url& picture) {
        std::set<UrlId> items;
        const UrlId id = impl_->find(picture);
        if (!id) return items;
        for (const auto target : impl_->led_from(id, most_led_from))
            for (const auto& naming : impl_->tables->namings_of(target))
                if (naming.page == page_id && naming.item) items.insert(naming.item);
        return items;
    };
    if (!page_id) return false;
    const auto items = items_of(one);
    const auto others = items.empty() ? items : items_of(other);
    return std::ranges::any_of(items, [&](UrlId item) { return others.contains(item); });
}

} // namespace stillwatch::crawler
