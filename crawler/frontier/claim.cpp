#include "crawler/frontier/after_visit.hpp"
#include "crawler/frontier/frontier_impl.hpp"

#include <algorithm>
#include <iterator>
#include <set>

// Which addresses are given out. Why one is due stands in crawler/policy/due.hpp, how many of each in
// crawler/policy/window.hpp.
namespace stillwatch::crawler {

namespace {

// Rows that one claim passes over before it lets others have the thread.
constexpr int most_passed_over = 2'000;
constexpr std::size_t stale_looked_at = 64; // in one go: the first of them may all have the same bytes

constexpr std::int64_t most_under_way = 10'000; // pages of one site, claimed and not visited yet

} // namespace

std::optional<store::Visit> UrlFrontier::Impl::visit_of(const store::AddressRow& row,
                                                        const store::HostRow& host, Namers& namers)
{
    auto url = Url::parse(host.origin + row.target);
    if (!url) return std::nullopt;
    store::Visit visit{row.id, host.id, host.site, *std::move(url)};
    visit.kind = row.standing.kind;
    visit.depth = row.depth;
    visit.tries = row.tries;
    visit.etag = row.etag;
    visit.last_modified = row.last_modified;
    visit.content = row.content;
    visit.generation = row.standing.generation;
    visit.last_outcome = row.standing.outcome;
    visit.last_visit = row.last_visit;
    visit.unchanged_in_a_row = row.unchanged_in_a_row;
    visit.rate = row.rate;
    visit.parent = row.parent;
    visit.named_by = namer_of(row.parent, namers);
    return visit;
}

// Whoever was led to it by a redirect was led by the page that names that.
std::optional<Url> UrlFrontier::Impl::namer_of(UrlId parent, Namers& namers)
{
    if (!parent) return std::nullopt;
    const auto [known, is_first] = namers.urls.try_emplace(parent);
    if (!is_first) return known->second;
    auto row = tables->address(parent);
    if (row && row->standing.outcome == Outcome::moved && row->parent) row = tables->address(row->parent);
    if (!row) return std::nullopt;
    const auto [origin, is_new] = namers.origins.try_emplace(row->host);
    if (is_new)
        if (auto host = tables->host(row->host)) origin->second = std::move(host->host.origin);
    if (origin->second.empty()) return std::nullopt;
    if (auto url = Url::parse(origin->second + row->target)) known->second = *std::move(url);
    return known->second;
}

std::vector<store::HostRow> UrlFrontier::ready_hosts(Timestamp now, std::int64_t generation) const
{
    return impl_->tables->ready_hosts(now, generation);
}

std::optional<Timestamp> UrlFrontier::next_due(Timestamp now) const
{
    return impl_->tables->next_moment(now);
}

std::map<std::string, store::PassSize> UrlFrontier::pass_sizes(Timestamp now, std::int64_t generation) const
{
    return impl_->tables->pass_sizes(now, generation);
}

void UrlFrontier::Impl::lease_row(const store::AddressRow& row, Timestamp until)
{
    tables->lease(row.id, until, when_claimed(row.standing.named_again));
}

bool UrlFrontier::Impl::is_settled(const store::AddressRow& row, std::int64_t generation)
{
    if (!row.content || !is_settled_by(row, tables->verdict(*row.content), generation)) return false;
    tables->set_generation(row.id, generation);
    const auto& standing = row.standing;
    --moves[{row.host, standing.kind, standing.outcome, standing.generation}];
    ++moves[{row.host, standing.kind, standing.outcome, generation}];
    reached(row.host, "same_bytes_compared_once");
    return true;
}

std::size_t UrlFrontier::Impl::lease(Due why, const store::HostRow& host, const Lease& lease,
                                     std::size_t limit, std::vector<store::Visit>& visits)
{
    const bool is_new = is_first_visit(why);
    const bool is_stale = why == Due::stale_picture;
    std::size_t found = 0;
    std::set<Sha256> contents;
    const auto pause = is_new ? pause_of_samples(host.id) : Timestamp::duration{};
    Namers namers;
    while (found < limit && *lease.passed_over < most_passed_over) {
        const auto wanted = is_stale ? std::max(limit - found, stale_looked_at) : limit - found;
        const auto rows = tables->due(why, host.id, lease.now, lease.generation, wanted);
        std::vector<std::pair<const store::AddressRow*, store::Visit>> readable;
        for (const auto& row : rows)
            if (auto visit = visit_of(row, host, namers))
                readable.emplace_back(&row, *std::move(visit));
            else // it stays leased, out of the way, until the next start
                tables->lease(row.id, Timestamp::max(), row.standing.named_again);
        const auto unreadable = rows.size() - readable.size();
        found += unreadable;
        std::size_t leased = 0;
        int passed_over = 0;
        for (auto& [row, visit] : readable) {
            if (found >= limit) break;
            auto* idle =
                is_new && visit.depth > 0 ? asleep(host.id, visit.url.target(), visit.kind) : nullptr;
            if (idle) {
                set_aside(visit.id, *idle, lease.now, pause);
                ++passed_over;
            } else if (is_stale && is_settled(*row, lease.generation)) {
                ++passed_over;
            } else if (!is_stale || !visit.content || contents.insert(*visit.content).second) {
                lease_row(*row, lease.until);
                visits.push_back(std::move(visit));
                ++leased;
                ++found;
            }
        }
        *lease.passed_over += passed_over;
        if (rows.size() < wanted || (passed_over == 0 && leased == 0 && unreadable == 0)) break;
        if (is_stale && passed_over == 0) break; // the others have the same bytes
    }
    return found;
}

std::size_t UrlFrontier::Impl::lease_samples(const store::HostRow& host, const Lease& lease,
                                             std::size_t limit, std::vector<store::Visit>& visits)
{
    std::size_t leased = 0;
    Namers namers;
    for (const UrlId id : samples(host.id, lease.now, limit)) {
        const auto row = tables->address(id);
        auto visit = row ? visit_of(*row, host, namers) : std::nullopt;
        if (!visit) continue;
        lease_row(*row, lease.until);
        visits.push_back(*std::move(visit));
        ++leased;
    }
    return leased;
}

store::Claim UrlFrontier::claim_some(HostId host, Timestamp now, std::int64_t generation,
                                     Timestamp lease_until, std::size_t limit)
{
    std::array<std::vector<store::Visit>, due_kinds> visits;
    std::vector<store::Visit> samples;
    int passed_over = 0;
    impl_->change_or_throw([&] {
        const auto owner = impl_->tables->host(host);
        const auto site = impl_->tables->site_of(host);
        if (!owner || !site || !owner->is_watched || owner->is_stopped) return;
        if (site->day.bytes_left(day_of(now)) <= 0) return;
        auto pages_left = site->day.pages_left(day_of(now));
        // What is under way on other hosts of the site is not counted yet; far from the bound it does not
        // matter.
        if (pages_left < most_under_way) pages_left -= impl_->tables->pages_under_way(host);
        const Impl::Lease lease{now, std::max(lease_until, now + std::chrono::milliseconds{1}), generation,
                                &passed_over};
        WindowPlan plan(limit, pages_left);
        if (const auto most = plan.most_samples(); most > 0)
            plan.took_samples(impl_->lease_samples(owner->host, lease, most, samples));
        for (int round = 0; round < WindowPlan::rounds; ++round)
            for (std::size_t i = 0; i < in_order_of_urgency.size(); ++i) {
                const auto why = in_order_of_urgency[i];
                const auto most = plan.most(why, round);
                if (most > 0) plan.took(why, most, impl_->lease(why, owner->host, lease, most, visits[i]));
            }
    });
    store::Claim result;
    for (auto& one : visits)
        std::move(one.begin(), one.end(), std::back_inserter(result.visits));
    std::move(samples.begin(), samples.end(), std::back_inserter(result.visits));
    result.goes_on = result.visits.empty() && passed_over >= most_passed_over;
    return result;
}

std::vector<store::Visit> UrlFrontier::claim(HostId host, Timestamp now, std::int64_t generation,
                                             Timestamp lease_until, std::size_t limit)
{
    for (;;) {
        auto claimed = claim_some(host, now, generation, lease_until, limit);
        if (!claimed.goes_on) return std::move(claimed.visits);
    }
}

std::optional<store::Visit> UrlFrontier::claim_one(const Url& url, Timestamp now, Timestamp lease_until)
{
    std::optional<store::Visit> visit;
    impl_->change_or_throw([&] {
        const auto owner = impl_->tables->host_at(url.origin());
        const auto id = impl_->find(Impl::visited_as(url));
        if (!id || !owner || !owner->is_watched || owner->is_stopped) return;
        const auto row = impl_->tables->address(id);
        if (!row || is_leased(row->standing, now)) return;
        Impl::Namers namers;
        visit = impl_->visit_of(*row, owner->host, namers);
        if (visit) impl_->lease_row(*row, lease_until);
    });
    return visit;
}

std::vector<store::Visit> UrlFrontier::next_visits(const std::string& site, Timestamp now,
                                                   std::int64_t generation, std::size_t limit) const
{
    const auto hosts = impl_->tables->hosts_of(site);
    std::vector<store::Visit> result;
    Impl::Namers namers;
    for (const auto why : in_order_of_urgency)
        for (const auto& host : hosts)
            for (const auto& row : impl_->tables->due(why, host.host.id, now, generation, limit)) {
                if (result.size() >= limit) return result;
                auto visit = impl_->visit_of(row, host.host, namers);
                const auto is_same = [&row](const store::Visit& other) { return other.id == row.id; };
                if (visit && std::ranges::none_of(result, is_same)) result.push_back(*std::move(visit));
            }
    return result;
}

std::optional<store::Visit> UrlFrontier::arrive(const store::Visit& from, const Url& url, Timestamp now,
                                                Timestamp lease_until)
{
    std::optional<store::Visit> visit;
    impl_->change_or_throw([&] {
        visit.reset();
        const auto known = impl_->offer(url, from.kind, from.depth, now, from.id);
        if (!known || !known->is_fresh) return;
        (void)impl_->remember_naming(*known, from.host, {from.id, Mechanism::redirect, now, {}});
        const auto host = impl_->tables->host_at(url.origin());
        if (!host) return;
        visit = store::Visit{known->id, host->host.id, host->host.site, url};
        visit->kind = from.kind;
        visit->depth = from.depth;
        visit->parent = from.parent;
        visit->named_by = from.named_by;
        impl_->tables->lease(known->id, lease_until, NamedAgain::no);
    });
    return visit;
}

Result<void> UrlFrontier::release(const std::vector<UrlId>& ids)
{
    return impl_->change([&]() -> Result<void> {
        for (const UrlId id : ids)
            if (const auto row = impl_->tables->address(id))
                impl_->tables->lease(id, {}, when_given_back(row->standing.named_again));
        return {};
    });
}

} // namespace stillwatch::crawler
