#include "crawler/frontier/frontier_impl.hpp"

#include "core/log.hpp"

#include <stdexcept>

// Transactions, and how an address is taken up.
namespace stillwatch::crawler {

namespace {

constexpr std::string_view full_of(LinkKind kind) noexcept
{
    switch (kind) {
    case LinkKind::page: return "site_full_of_pages";
    case LinkKind::image: return "site_full_of_pictures";
    case LinkKind::video: return "site_full_of_videos";
    }
    return "site_full_of_pages";
}

} // namespace

UrlFrontier::UrlFrontier(std::unique_ptr<store::FrontierTables> tables)
    : impl_(std::make_unique<Impl>(std::move(tables)))
{
}
UrlFrontier::~UrlFrontier() = default;
UrlFrontier::UrlFrontier(UrlFrontier&&) noexcept = default;

Result<void> UrlFrontier::Impl::change(const std::function<Result<void>()>& work)
{
    auto done = tables->change([&] {
        auto result = work();
        if (result) {
            write_tally();
            write_accounts();
            write_trails();
            write_families();
            write_bounds();
        }
        return result;
    });
    if (!done) {
        hosts.clear();
        moves.clear();
        accounts.clear();
        trails.clear();
        changed_trails.clear();
        families.clear();
        changed_families.clear();
        bounds.clear();
        rooms.clear();
    }
    return done;
}

void UrlFrontier::Impl::change_or_throw(const std::function<void()>& work)
{
    const auto done = change([&]() -> Result<void> {
        work();
        return {};
    });
    if (!done) throw std::runtime_error(done.error().detail);
}

void UrlFrontier::Impl::write_tally()
{
    for (const auto& [shelf, addresses] : moves)
        if (addresses != 0) tables->add_to_tally(shelf, addresses);
    moves.clear();
}

void UrlFrontier::Impl::write_accounts()
{
    for (const auto& [host, account] : accounts) {
        if (account.is_empty()) continue;
        if (auto site = tables->site_of(host)) {
            account.settle(*site);
            tables->put_site(*site);
        }
        if (!account.has_visits()) continue;
        if (auto state = tables->host(host)) {
            account.settle(*state);
            tables->put_host(*state);
        }
    }
    accounts.clear();
}

void UrlFrontier::Impl::write_bounds()
{
    for (const auto& [key, times] : bounds) {
        tables->add_to_bound(key.first, key.second, times);
        untold[std::string(key.second)] += times;
    }
    bounds.clear();
}

void UrlFrontier::Impl::reached(HostId host, std::string_view bound, std::int64_t times)
{
    if (times > 0) bounds[{host, bound}] += times;
}

void UrlFrontier::Impl::forget_bound(HostId host, std::string_view bound)
{
    bounds.erase({host, bound});
    const auto site = tables->site_of(host);
    if (!site) return;
    const auto counted = tables->bounds_of(site->name);
    const auto found = counted.find(std::string(bound));
    if (found != counted.end()) tables->add_to_bound(host, bound, -found->second);
}

std::map<std::string, std::int64_t> UrlFrontier::take_bounds()
{
    return std::exchange(impl_->untold, {});
}

Key128 UrlFrontier::Impl::key_of(std::string_view text) const
{
    return keyed_hash(tables->hash_key(), as_bytes(text));
}

HostId UrlFrontier::Impl::host_of(const Url& url)
{
    std::string origin = url.origin();
    if (const auto known = hosts.find(origin); known != hosts.end()) return known->second;
    auto host = tables->watched_host(origin);
    if (!host) host = tables->add_host(origin, url.host_port());
    if (!host) return {}; // not on the list: not remembered, strangers choose these
    return hosts.emplace(std::move(origin), host).first->second;
}

HostId UrlFrontier::Impl::known_host(const std::string& origin)
{
    if (const auto known = hosts.find(origin); known != hosts.end()) return known->second;
    const auto host = tables->host_at(origin);
    return host ? host->host.id : HostId{};
}

UrlId UrlFrontier::Impl::find(const Url& url)
{
    const auto host = known_host(url.origin());
    if (!host) return {};
    const auto known = tables->find(host, key_of(url.target()));
    return known ? known->id : UrlId{};
}

UrlFrontier::Impl::SiteRoom* UrlFrontier::Impl::room_of(HostId host)
{
    auto& room = rooms[host];
    if (room) return room.get();
    const auto site = tables->site_of(host);
    if (!site) return nullptr;
    for (const auto& [other, shared] : rooms)
        if (shared && shared->site == site->id) room = shared;
    if (!room) {
        room = std::make_shared<SiteRoom>();
        static_cast<Room&>(*room) = room_of_site(site->max_pages, site->max_images);
        room->site = site->id;
        room->looks_at_videos = site->looks_at_videos;
        room->namings -= site->namings;
        for (const auto& [kind, addresses] : tables->addresses_of(site->id))
            room->of(kind) -= addresses;
    }
    return room.get();
}

std::int64_t UrlFrontier::Impl::pages_left(HostId host)
{
    const auto* room = room_of(host);
    return room ? room->pages : 0;
}

bool UrlFrontier::Impl::takes_up(HostId host, LinkKind kind)
{
    auto* room = room_of(host);
    if (!room) return false;
    auto& left = room->of(kind);
    if (left <= 0) {
        reached(host, full_of(kind));
        return false;
    }
    if (--left == 0)
        log::warn("frontier", "site has as many addresses as it may; further ones are not taken up",
                  {{"site", room->site}, {"kind", name_of(kind)}});
    return true;
}

std::optional<UrlFrontier::Impl::Known> UrlFrontier::Impl::known(HostId host, const Key128& key,
                                                                 LinkKind kind, int depth)
{
    const auto found = tables->find(host, key);
    if (!found) return std::nullopt;
    Known known{*found};
    if (known.depth > depth) tables->set_depth(known.id, depth);
    // A guess is overruled by a better one until the bytes have decided.
    if (known.outcome == Outcome::unvisited && is_better_guess(kind, known.kind)) {
        tables->set_likely(known.id, kind);
        if (known.kind == LinkKind::video) tables->set_aside(known.id, 0);
        if (kind == LinkKind::video) hold_video(host, known.id);
        --moves[{host, known.kind, known.outcome, 0}];
        ++moves[{host, kind, known.outcome, 0}];
        known.kind = kind;
    }
    return known;
}

void UrlFrontier::Impl::hold_video(HostId host, UrlId video)
{
    const auto* room = room_of(host);
    if (room && room->looks_at_videos) return;
    if (const auto row = tables->address(video)) no_longer_aside(row->standing.aside);
    tables->set_aside(video, not_looked_at);
}

std::optional<UrlFrontier::Impl::Known> UrlFrontier::Impl::offer(const Url& url, LinkKind kind, int depth,
                                                                 Timestamp at, UrlId parent)
{
    const HostId host = host_of(url);
    if (!host) return std::nullopt;
    const Key128 key = key_of(url.target());
    if (auto found = known(host, key, kind, depth)) return found;
    bool is_barren = false;
    if (depth > 0) { // seeds are the operator's choice
        std::vector<CachedTrail*> trails_here;
        if (kind == LinkKind::page && pages_left(host) > 0) trails_here = trails_of(host, url.target());
        for (const auto* trail : trails_here) {
            is_barren = is_barren || trail->is_dry();
            if (trail->may_grow(pages_left(host))) continue;
            left_out_unproven = left_out_unproven || !trail->is_dry();
            reached(host, "trail_full");
            return std::nullopt;
        }
        if (!takes_up(host, kind)) return std::nullopt;
        for (auto* trail : trails_here) {
            ++trail->pages;
            will_write(*trail);
        }
    }
    Known fresh;
    fresh.id = tables->add_address({host, key, url.target(), kind, depth, at, is_barren, parent});
    fresh.kind = kind;
    fresh.depth = depth;
    fresh.is_fresh = true;
    if (kind == LinkKind::video) hold_video(host, fresh.id);
    ++moves[{host, kind, Outcome::unvisited, 0}];
    return fresh;
}

Result<void> UrlFrontier::release_leases()
{
    return impl_->change([&]() -> Result<void> {
        impl_->tables->end_leases();
        return {};
    });
}

Result<void> UrlFrontier::start_pass(Timestamp now)
{
    return impl_->change([&]() -> Result<void> {
        impl_->tables->make_pages_due(now);
        return {};
    });
}

Result<void> UrlFrontier::look_again_at(const Sha256& content, const std::string& origin, Timestamp at)
{
    constexpr std::size_t most_looked_at_again = 10'000;
    return impl_->change([&]() -> Result<void> {
        auto& tables = *impl_->tables;
        const auto host = tables.host_at(origin);
        if (!host) return {};
        for (const auto id : tables.addresses_with(content, host->host.id, most_looked_at_again))
            if (const auto row = tables.address(id))
                tables.set_due(id, std::min(row->standing.due, at), row->standing.named_again);
        return {};
    });
}

std::vector<Url> UrlFrontier::ways_in(const std::string& site) const
{
    std::vector<Url> ways;
    for (const auto& address : impl_->tables->ways_in(site))
        if (auto url = Url::parse(address)) ways.push_back(*std::move(url));
    return ways;
}

Result<void> UrlFrontier::set_ways_in(const std::string& site, const std::vector<Url>& ways)
{
    std::vector<std::string> addresses;
    for (const auto& way : ways)
        addresses.push_back(way.text());
    return impl_->change([&]() -> Result<void> {
        impl_->tables->put_ways_in(site, addresses);
        return {};
    });
}

Result<bool> UrlFrontier::look_again(const Url& url, Timestamp at, LinkKind kind)
{
    bool is_due = false;
    const auto done = impl_->change([&]() -> Result<void> {
        const auto known = impl_->offer(Impl::visited_as(url), kind, 1, at, UrlId{});
        if (!known) return {};
        is_due = true;
        const auto row = impl_->tables->address(known->id);
        if (row && row->standing.outcome != Outcome::unvisited && row->standing.due > at)
            impl_->tables->set_due(known->id, at, row->standing.named_again);
        return {};
    });
    if (!done) return done.error();
    return is_due;
}

std::string UrlFrontier::integrity() const
{
    return impl_->tables->integrity();
}

Result<store::DatabaseCopy> UrlFrontier::begin_copy(const std::filesystem::path& file)
{
    return impl_->tables->begin_copy(file);
}

std::int64_t UrlFrontier::newest_generation() const
{
    return impl_->tables->newest_generation();
}

} // namespace stillwatch::crawler
