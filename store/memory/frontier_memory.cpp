#include "store/memory/frontier_memory.hpp"

#include <algorithm>

// Sites, hosts, families and what is known of bytes.
namespace stillwatch::store {

std::unique_ptr<FrontierTables> frontier_in_memory()
{
    return std::make_unique<FrontierMemory>();
}

Result<DatabaseCopy> FrontierMemory::begin_copy(const std::filesystem::path&)
{
    return Error{Errc::refused, "the frontier is kept in memory"};
}

std::int64_t FrontierMemory::newest_generation()
{
    std::int64_t newest = 0;
    for (const auto& [content, verdict] : verdicts_)
        newest = std::max(newest, verdict.generation);
    for (const auto& address : addresses_)
        newest = std::max(newest, address.standing.generation);
    return newest;
}

std::set<std::string> FrontierMemory::put_sites(const std::vector<ListedSite>& sites)
{
    const auto listed_before = std::exchange(listed_, {});
    for (auto& site : sites_)
        site.is_listed = false;
    for (const auto& [row, hosts] : sites) {
        auto site = std::ranges::find(sites_, row.name, &Site::name);
        if (site == sites_.end()) {
            site = sites_.emplace(sites_.end());
            site->id = std::ssize(sites_);
            site->name = row.name;
        }
        site->is_listed = true;
        site->max_pages = row.max_pages;
        site->max_images = row.max_images();
        site->looks_at_videos = row.looks_at_videos;
        site->day.max_pages = row.max_pages_per_day;
        site->day.max_bytes = row.max_bytes_per_day;
        for (const auto& host_port : hosts)
            listed_.try_emplace(host_port, site->id);
    }
    for (auto& host : hosts_) {
        const auto listed = listed_.find(host.host_port);
        host.is_watched = listed != listed_.end();
        if (host.is_watched) host.site = listed->second;
    }
    std::set<std::string> with_more;
    for (const auto& [host_port, site] : listed_) {
        const auto before = listed_before.find(host_port);
        if (before == listed_before.end() || before->second != site) with_more.insert(site_at(site).name);
    }
    return with_more;
}

std::optional<SiteState> FrontierMemory::site_of(HostId host)
{
    if (!is_known(host)) return std::nullopt;
    return site_at(at(host).site);
}

std::optional<SiteState> FrontierMemory::site_named(const std::string& name)
{
    const auto site = std::ranges::find(sites_, name, &Site::name);
    if (site == sites_.end()) return std::nullopt;
    return *site;
}

void FrontierMemory::put_site(const SiteState& site)
{
    static_cast<SiteState&>(site_at(site.id)) = site;
}

HostId FrontierMemory::watched_host(const std::string& origin)
{
    const auto host = host_at(origin);
    return host && host->is_watched ? host->host.id : HostId{};
}

HostId FrontierMemory::add_host(const std::string& origin, const std::string& host_port)
{
    const auto listed = listed_.find(host_port);
    if (listed == listed_.end() || host_at(origin)) return {};
    Host host;
    host.host.id = HostId{std::ssize(hosts_) + 1};
    host.host.origin = origin;
    host.host_port = host_port;
    host.is_watched = true;
    host.site = listed->second;
    hosts_.push_back(host);
    return host.host.id;
}

HostState FrontierMemory::told(const Host& host)
{
    HostState state = host;
    state.host.site = site_at(host.site).name;
    state.is_stopped = stopped_.contains(host.host_port);
    return state;
}

bool FrontierMemory::is_of(const Host& host, const std::string& site)
{
    return site_at(host.site).name == site;
}

std::optional<HostState> FrontierMemory::host(HostId id)
{
    if (!is_known(id)) return std::nullopt;
    return told(at(id));
}

std::optional<HostState> FrontierMemory::host_at(const std::string& origin)
{
    const auto host =
        std::ranges::find_if(hosts_, [&](const Host& one) { return one.host.origin == origin; });
    if (host == hosts_.end()) return std::nullopt;
    return told(*host);
}

std::vector<HostState> FrontierMemory::hosts_of(const std::string& site)
{
    std::vector<HostState> result;
    for (const auto& host : hosts_)
        if (host.is_watched && is_of(host, site)) result.push_back(told(host));
    return result;
}

void FrontierMemory::put_host(const HostState& host)
{
    static_cast<HostState&>(at(host.host.id)) = host;
}

void FrontierMemory::put_stopped_hosts(const std::vector<StoppedHost>& hosts)
{
    stopped_.clear();
    for (const auto& host : hosts)
        stopped_.insert(host.host);
}

std::optional<RobotsRow> FrontierMemory::robots(const std::string& origin)
{
    const auto row = robots_.find(origin);
    if (row == robots_.end()) return std::nullopt;
    return row->second;
}

std::optional<int> FrontierMemory::robots_status(const std::string& origin)
{
    const auto row = robots_.find(origin);
    if (row == robots_.end()) return std::nullopt;
    return row->second.http_status;
}

void FrontierMemory::add_to_bound(HostId host, std::string_view bound, std::int64_t times)
{
    bounds_[{host, std::string(bound)}] += times;
}

std::map<std::string, std::int64_t> FrontierMemory::bounds_of(const std::string& site)
{
    std::map<std::string, std::int64_t> result;
    for (const auto& [key, times] : bounds_)
        if (at(key.first).is_watched && is_of(at(key.first), site)) result[key.second] += times;
    return result;
}

std::vector<std::string> FrontierMemory::ways_in(const std::string& site)
{
    return ways_in_[site];
}

void FrontierMemory::put_ways_in(const std::string& site, const std::vector<std::string>& addresses)
{
    ways_in_[site] = addresses;
}

void FrontierMemory::add_outside(std::int64_t site, const OutsideHost& host)
{
    auto& known = outside_[{site_at(site).name, host.host}];
    known.host = host.host;
    known.pictures += host.pictures;
    known.redirects += host.redirects;
}

void FrontierMemory::forget_outside(const std::string& host)
{
    std::erase_if(outside_, [&](const auto& entry) { return entry.first.second == host; });
}

std::vector<OutsideHost> FrontierMemory::outside_of(const std::string& site)
{
    std::vector<OutsideHost> result;
    for (const auto& [key, host] : outside_)
        if (key.first == site) result.push_back(host);
    return result;
}

std::optional<crawler::Trail> FrontierMemory::trail(HostId host, const Key128& key)
{
    const auto trail = trails_.find({host, key});
    if (trail == trails_.end()) return std::nullopt;
    return trail->second;
}

void FrontierMemory::put_trail(HostId host, const Key128& key, const crawler::Trail& trail)
{
    trails_[{host, key}] = trail;
}

std::optional<FamilyRow> FrontierMemory::family(HostId host, const Key128& key)
{
    for (const auto& [id, family] : families_)
        if (family.host == host && family.key == key) return family;
    return std::nullopt;
}

std::optional<FamilyRow> FrontierMemory::family(std::int64_t id)
{
    const auto family = families_.find(id);
    if (family == families_.end()) return std::nullopt;
    return family->second;
}

std::int64_t FrontierMemory::add_family(const FamilyRow& family)
{
    const auto id = std::ssize(families_) + 1;
    families_[id] = family;
    families_[id].id = id;
    return id;
}

void FrontierMemory::forget_marks()
{
    for (auto& [id, family] : families_)
        family.recent.clear();
}

std::vector<std::int64_t> FrontierMemory::due_families(HostId host, Timestamp now, std::size_t limit)
{
    std::vector<std::pair<Timestamp, std::int64_t>> due;
    for (const auto& [id, family] : families_)
        if (family.host == host && family.waiting > 0 && family.next_at <= now)
            due.emplace_back(family.next_at, id);
    std::ranges::sort(due);
    std::vector<std::int64_t> result;
    for (const auto& [next_at, id] : due)
        if (result.size() < limit) result.push_back(id);
    return result;
}

std::vector<std::pair<std::string, std::int64_t>> FrontierMemory::idle_families(const std::string& site)
{
    std::vector<std::pair<std::string, std::int64_t>> result;
    for (const auto& [id, family] : families_)
        if (const auto& host = at(family.host); family.waiting > 0 && host.is_watched && is_of(host, site))
            result.emplace_back(host.host.origin + family.pattern, family.waiting);
    std::ranges::stable_sort(result, [](const auto& a, const auto& b) { return a.second > b.second; });
    return result;
}

std::optional<Verdict> FrontierMemory::verdict(const Sha256& content)
{
    const auto verdict = verdicts_.find(content);
    if (verdict == verdicts_.end()) return std::nullopt;
    return verdict->second;
}

std::vector<Verdict> FrontierMemory::matched_verdicts()
{
    std::vector<Verdict> result;
    for (const auto& [content, verdict] : verdicts_)
        if (verdict.matched) result.push_back(verdict);
    return result;
}

std::optional<Unread> FrontierMemory::unread(const Sha256& content)
{
    const auto unread = unread_.find(content);
    if (unread == unread_.end()) return std::nullopt;
    return unread->second;
}

void FrontierMemory::remove_unread_before(Timestamp retry)
{
    std::erase_if(unread_, [&](const auto& entry) { return entry.second.retry < retry; });
}

} // namespace stillwatch::store
