#include "crawler/frontier/frontier_impl.hpp"

#include <algorithm>
#include <set>
#include <string>

// What the operator sets: the watch list, stopped hosts, pauses, the reader's version.
namespace stillwatch::crawler {

Result<void> UrlFrontier::set_sites(const std::vector<store::SiteRow>& sites)
{
    auto& tables = *impl_->tables;
    return impl_->change([&]() -> Result<void> {
        impl_->hosts.clear();
        impl_->rooms.clear();
        std::vector<store::ListedSite> listed;
        for (const auto& site : sites) {
            listed.push_back({site, site.hosts});
            for (const auto& seed : site.seeds)
                listed.back().hosts.push_back(seed.host_port()); // a seed is meant to be visited
        }
        for (const auto& site : listed)
            for (const auto& host : site.hosts)
                tables.forget_outside(host);
        std::set<std::string> looked_at_before;
        for (const auto& site : sites)
            if (const auto state = tables.site_named(site.name); state && state->looks_at_videos)
                looked_at_before.insert(site.name);
        const auto with_more_hosts = tables.put_sites(listed);
        for (const auto& site : sites)
            if (site.looks_at_videos != looked_at_before.contains(site.name))
                tables.put_videos_aside(site.name, !site.looks_at_videos);
        for (const auto& site : sites)
            impl_->look_again_if_sent_otherwise(site);
        // They may name what was left out before.
        for (const auto& name : with_more_hosts)
            tables.read_again(store::ReadAgain::pages, name);
        for (const auto& site : sites)
            for (const auto& seed : site.seeds)
                (void)impl_->offer(seed, LinkKind::page, 0, Timestamp{}, {}); // its host is listed: see above
        return {};
    });
}

void UrlFrontier::Impl::look_again_if_sent_otherwise(const store::SiteRow& site)
{
    if (!site.sent) return;
    auto state = tables->site_named(site.name);
    if (!state) return;
    // Under the key: a short cookie cannot be guessed from what stands here without it.
    const Key128 sent = keyed_hash(tables->hash_key(), ByteView(site.sent->bytes));
    if (std::ranges::equal(state->sent, sent)) return;
    const bool is_other = !state->sent.empty(); // else it is new, or of an earlier version that kept none
    state->sent.assign(sent.begin(), sent.end());
    if (is_other) state->walls.forget();
    tables->put_site(*state);
    if (const auto listed = tables->hosts_of(site.name); is_other && !listed.empty())
        forget_bound(listed.front().host.id, stand_in_bound);
    if (is_other) tables->read_again(store::ReadAgain::pages_and_unreachable, site.name);
}

Result<void> UrlFrontier::set_reader_version(int version)
{
    auto& tables = *impl_->tables;
    return impl_->change([&]() -> Result<void> {
        if (tables.reader_version() == version) return {};
        tables.read_again(store::ReadAgain::pages, std::nullopt);
        tables.put_reader_version(version);
        return {};
    });
}

Result<void> UrlFrontier::set_stopped_hosts(const std::vector<store::StoppedHost>& hosts)
{
    return impl_->change([&]() -> Result<void> {
        impl_->tables->put_stopped_hosts(hosts);
        return {};
    });
}

Result<void> UrlFrontier::set_backoff(HostId host, Timestamp until, int errors_in_a_row)
{
    return impl_->change([&]() -> Result<void> {
        auto state = impl_->tables->host(host);
        if (!state) return {};
        state->host.backoff_until = until;
        state->host.errors_in_a_row = errors_in_a_row;
        impl_->tables->put_host(*state);
        return {};
    });
}

std::optional<store::RobotsRow> UrlFrontier::robots(const std::string& origin) const
{
    return impl_->tables->robots(origin);
}

Result<void> UrlFrontier::set_robots(const store::RobotsRow& row)
{
    return impl_->change([&]() -> Result<void> {
        impl_->tables->put_robots(row);
        return {};
    });
}

} // namespace stillwatch::crawler
