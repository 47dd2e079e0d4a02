#include "store/memory/frontier_memory.hpp"

#include <algorithm>
#include <span>

// Addresses and who names them. What is due is asked of crawler/policy/due.hpp, address by address.
namespace stillwatch::store {

std::optional<KnownAddress> FrontierMemory::find(HostId host, const Key128& key)
{
    const auto known = by_key_.find({host, key});
    if (known == by_key_.end()) return std::nullopt;
    const auto& address = at(known->second);
    return KnownAddress{address.id,    address.standing.kind,     address.standing.outcome,
                        address.depth, bool(address.redirect_to), address.is_named_often};
}

UrlId FrontierMemory::add_address(const NewAddress& fresh)
{
    Address address;
    address.id = UrlId{std::ssize(addresses_) + 1};
    address.host = fresh.host;
    address.target = fresh.target;
    address.depth = fresh.depth;
    address.parent = fresh.parent;
    address.standing.kind = fresh.kind;
    address.standing.due = fresh.due;
    address.standing.is_barren = fresh.is_barren;
    addresses_.push_back(address);
    of_host_[fresh.host].push_back(address.id);
    by_key_[{fresh.host, fresh.key}] = address.id;
    return address.id;
}

std::optional<AddressRow> FrontierMemory::address(UrlId id)
{
    if (!is_known(id)) return std::nullopt;
    return at(id);
}

void FrontierMemory::put_address(const AddressRow& row)
{
    static_cast<AddressRow&>(at(row.id)) = row;
}

void FrontierMemory::add_key(HostId host, const Key128& key, UrlId id)
{
    by_key_[{host, key}] = id;
}

void FrontierMemory::set_target(UrlId id, const NewTarget& moved)
{
    at(id).target = moved.target;
    const auto before = by_key_.find({moved.host, moved.before});
    if (before != by_key_.end() && before->second == id) by_key_.erase(before);
    add_key(moved.host, moved.after, id);
}

void FrontierMemory::set_likely(UrlId id, LinkKind kind)
{
    at(id).standing.kind = kind;
    at(id).standing.is_barren = false;
}

void FrontierMemory::put_videos_aside(const std::string& site, bool wait)
{
    for (auto& address : addresses_) {
        auto& standing = address.standing;
        if (standing.kind != LinkKind::video || !is_of(at(address.host), site)) continue;
        if (standing.outcome == Outcome::unvisited && standing.aside == (wait ? 0 : crawler::not_looked_at))
            standing.aside = wait ? crawler::not_looked_at : 0;
        if (standing.outcome == Outcome::other && !wait) standing.due = {};
    }
}

void FrontierMemory::set_due(UrlId id, Timestamp due, crawler::NamedAgain named_again)
{
    at(id).standing.due = due;
    at(id).standing.named_again = named_again;
}

void FrontierMemory::lease(UrlId id, Timestamp until, crawler::NamedAgain named_again)
{
    at(id).standing.lease_until = until;
    at(id).standing.named_again = named_again;
}

void FrontierMemory::forget_answer(UrlId id)
{
    auto& address = at(id);
    address.content.reset();
    address.etag.clear();
    address.last_modified.clear();
}

void FrontierMemory::end_leases()
{
    for (auto& address : addresses_)
        if (address.standing.lease_until != Timestamp{})
            lease(address.id, {}, crawler::when_given_back(address.standing.named_again));
}

void FrontierMemory::make_pages_due(Timestamp now)
{
    for (auto& address : addresses_)
        if (address.standing.kind == LinkKind::page && address.standing.outcome != Outcome::unvisited)
            address.standing.due = std::min(address.standing.due, now);
}

void FrontierMemory::read_again(ReadAgain which, const std::optional<std::string>& site)
{
    for (auto& address : addresses_) {
        const auto outcome = address.standing.outcome;
        const bool is_meant =
            outcome != Outcome::unvisited &&
            (address.standing.kind == LinkKind::page ||
             (which == ReadAgain::pages_and_unreachable && outcome == Outcome::unreachable));
        if (!is_meant || (site && !is_of(at(address.host), *site))) continue;
        forget_answer(address.id);
        address.standing.due = {};
    }
}

UrlId FrontierMemory::first_page_with(const Sha256& content, HostId host, UrlId before)
{
    for (const UrlId id : of_host_[host]) {
        const auto& address = at(id);
        if (id >= before) break;
        if (address.content == content && address.standing.kind == LinkKind::page &&
            address.standing.outcome == Outcome::page)
            return id;
    }
    return {};
}

bool FrontierMemory::is_content_used(const Sha256& content)
{
    return std::ranges::any_of(addresses_, [&](const Address& one) { return one.content == content; });
}

std::vector<UrlId> FrontierMemory::addresses_with(const Sha256& content, HostId host, std::size_t limit)
{
    std::vector<UrlId> result;
    for (const auto id : of_host_[host])
        if (result.size() < limit && at(id).content == content &&
            at(id).standing.outcome != Outcome::unvisited)
            result.push_back(id);
    return result;
}

std::vector<UrlId> FrontierMemory::pictures_with(const std::vector<Sha256>& contents)
{
    std::vector<UrlId> result;
    for (const auto& address : addresses_)
        if (address.standing.kind == LinkKind::image && address.content &&
            std::ranges::binary_search(contents, *address.content))
            result.push_back(address.id);
    return result;
}

std::vector<AddressRow> FrontierMemory::due(crawler::Due why, HostId host, Timestamp now,
                                            std::int64_t generation, std::size_t limit)
{
    std::vector<std::pair<std::int64_t, UrlId>> turns;
    for (const UrlId id : of_host_[host])
        if (const auto& standing = at(id).standing; crawler::is_due(why, standing, now, generation))
            turns.emplace_back(crawler::turn_of(why, standing), id);
    const auto most = std::min(turns.size(), limit);
    std::ranges::partial_sort(turns, turns.begin() + static_cast<std::ptrdiff_t>(most));
    std::vector<AddressRow> result;
    for (const auto& [turn, id] : std::span(turns).first(most))
        result.push_back(at(id));
    return result;
}

std::vector<HostRow> FrontierMemory::ready_hosts(Timestamp now, std::int64_t generation)
{
    std::vector<HostRow> result;
    for (const auto& host : hosts_) {
        if (!host.is_watched || host.host.backoff_until > now) continue;
        const bool has_visits = std::ranges::any_of(of_host_[host.host.id], [&](UrlId id) {
            return crawler::makes_ready(at(id).standing, now, generation);
        });
        if (has_visits || !due_families(host.host.id, now, 1).empty()) result.push_back(told(host).host);
    }
    return result;
}

std::optional<Timestamp> FrontierMemory::next_moment(Timestamp now)
{
    std::optional<Timestamp> first;
    for (const auto& host : hosts_) {
        if (!host.is_watched) continue;
        const auto backoff_until = host.host.backoff_until;
        const auto offer = [&](Timestamp moment) {
            moment = std::max(moment, backoff_until);
            first = first ? std::min(*first, moment) : moment;
        };
        for (const UrlId id : of_host_[host.host.id])
            if (const auto moment = crawler::next_moment(at(id).standing, now, backoff_until > now))
                offer(*moment);
        for (const auto& [id, family] : families_)
            if (family.host == host.host.id && family.waiting > 0) offer(std::max(family.next_at, now));
    }
    return first;
}

std::map<std::string, PassSize> FrontierMemory::pass_sizes(Timestamp now, std::int64_t generation)
{
    std::map<std::string, PassSize> sizes;
    for (const auto& host : hosts_) {
        if (!host.is_watched || !site_at(host.site).is_listed) continue;
        auto& size = sizes[site_at(host.site).name];
        for (const UrlId id : of_host_[host.host.id]) {
            size.due += crawler::is_owed(at(id).standing, now, generation) ? 1 : 0;
            size.known += at(id).standing.aside == crawler::not_looked_at ? 0 : 1;
        }
        for (const auto& [id, family] : families_)
            if (family.host == host.host.id) size.known -= family.waiting;
    }
    return sizes;
}

std::int64_t FrontierMemory::count_revisits(Timestamp now)
{
    return std::ranges::count_if(addresses_, [&](const Address& one) {
        return at(one.host).is_watched && one.standing.outcome != Outcome::unvisited &&
               one.standing.due <= now;
    });
}

std::int64_t FrontierMemory::pages_under_way(HostId host)
{
    return std::ranges::count_if(addresses_, [&](const Address& one) {
        return at(one.host).site == at(host).site && one.standing.kind == LinkKind::page &&
               one.standing.lease_until != Timestamp{};
    });
}

void FrontierMemory::add_to_tally(const Shelf& shelf, std::int64_t addresses)
{
    if ((tally_[shelf] += addresses) == 0) tally_.erase(shelf);
}

Tally FrontierMemory::tally_of(std::optional<std::string> site)
{
    Tally result;
    for (const auto& [shelf, addresses] : tally_)
        if (const auto& host = at(shelf.host); host.is_watched && (!site || is_of(host, *site)))
            result[shelf] = addresses;
    return result;
}

std::map<LinkKind, std::int64_t> FrontierMemory::addresses_of(std::int64_t site)
{
    std::map<LinkKind, std::int64_t> result;
    for (const auto& [shelf, addresses] : tally_)
        if (at(shelf.host).site == site) result[shelf.kind] += addresses;
    return result;
}

std::int64_t FrontierMemory::highest_generation()
{
    std::int64_t highest = 0;
    for (const auto& [shelf, addresses] : tally_)
        highest = std::max(highest, shelf.generation);
    return highest;
}

std::vector<RateCount> FrontierMemory::rates_of(const std::string& site)
{
    std::map<int, std::int64_t> levels;
    for (const auto& [key, pages] : rates_)
        if (const auto& host = at(key.second); pages > 0 && host.is_watched && is_of(host, site))
            levels[key.first] += pages;
    std::vector<RateCount> result;
    for (const auto& [level, pages] : levels)
        result.push_back({level, pages});
    return result;
}

bool FrontierMemory::add_naming(UrlId target, const Naming& naming)
{
    return namings_.try_emplace({target, naming.page}, naming).second;
}

void FrontierMemory::set_item(UrlId target, UrlId page, UrlId item)
{
    const auto naming = namings_.find({target, page});
    if (naming != namings_.end()) naming->second.item = item;
}

std::size_t FrontierMemory::count_namings(UrlId target, std::size_t most)
{
    return std::min(namings_of(target).size(), most);
}

std::vector<Naming> FrontierMemory::namings_of(UrlId target)
{
    std::vector<Naming> result;
    for (auto it = namings_.lower_bound({target, UrlId{}}); it != namings_.end() && it->first.first == target;
         ++it)
        result.push_back(it->second);
    return result;
}

std::int64_t FrontierMemory::forget_namings(UrlId target)
{
    const auto first = namings_.lower_bound({target, UrlId{}});
    const auto last = namings_.lower_bound({UrlId{target.value + 1}, UrlId{}});
    const auto forgotten = std::distance(first, last);
    namings_.erase(first, last);
    return forgotten;
}

UrlId FrontierMemory::page_that_came_to_name(UrlId target)
{
    for (const auto& naming : namings_of(target))
        if (is_known(naming.page) && at(naming.page).last_visit == naming.seen) return naming.page;
    return {};
}

std::vector<UrlId> FrontierMemory::waiting_for(const FamilyRow& family, Timestamp now, bool newest_first,
                                               std::size_t limit)
{
    std::vector<UrlId> waiting;
    const auto take = [&](UrlId id) {
        const auto& standing = at(id).standing;
        if (standing.aside == family.id && !crawler::is_leased(standing, now)) waiting.push_back(id);
        return waiting.size() >= limit;
    };
    const auto& all = of_host_[family.host];
    if (newest_first)
        (void)std::any_of(all.rbegin(), all.rend(), take);
    else
        (void)std::any_of(all.begin(), all.end(), take);
    return waiting;
}

std::int64_t FrontierMemory::release_waiting(const FamilyRow& family, std::int64_t most)
{
    const auto all = waiting_for(family, Timestamp::max(), true, static_cast<std::size_t>(most));
    for (const UrlId id : all)
        at(id).standing.aside = 0;
    return std::ssize(all);
}

} // namespace stillwatch::store
