#include "crawler/frontier/after_visit.hpp"
#include "crawler/frontier/frontier_impl.hpp"

#include <algorithm>

// What visits brought is written; what it means is told by after_visit.hpp and crawler/policy.
namespace stillwatch::crawler {

Result<void> UrlFrontier::apply(const std::vector<store::VisitResult>& results)
{
    return impl_->change([&]() -> Result<void> {
        for (const auto& result : results) {
            for (const auto& earlier : result.led_here)
                impl_->visited(earlier);
            impl_->visited(result);
            impl_->accounts[result.host].add(result);
            if (result.has_stand_in_ended) impl_->forget_bound(result.host, stand_in_bound);
            if (result.is_in_part) impl_->reached(result.host, "picture_looked_at_in_part");
            if (result.has_locked) impl_->reached(result.host, "package_under_password");
            if (result.is_stand_in) impl_->reached(result.host, stand_in_bound);
        }
        return {};
    });
}

void UrlFrontier::Impl::visited(const store::VisitResult& result)
{
    const auto before = tables->address(result.id);
    if (!before) return; // of a frontier that was lost and begun anew
    no_longer_aside(before->standing.aside);
    if (result.verdict) keep_verdict(*result.verdict);
    if (result.unread) keep_unread(*result.unread);

    auto after = after_visit(*before, result);
    // The same bytes under two addresses of a host are one page: the one that was known first.
    if (result.outcome == Outcome::page && result.content)
        after.same_as = tables->first_page_with(*result.content, before->host, before->id);
    tables->put_address(after);
    --moves[{before->host, before->standing.kind, before->standing.outcome, before->standing.generation}];
    ++moves[{after.host, after.standing.kind, after.standing.outcome, after.standing.generation}];
    count_rate(before->host, before->rate.level, after.rate.level);
    if (before->content && after.content != before->content) forget_verdict(*before->content);

    note_outside(before->host, result.outside);
    if (before->standing.outcome == Outcome::unvisited) learn(*before, result);
    if (turned_out_a_page(*before, result)) forget_namings(result.id, before->host);
    ask_for_signature(*before, result);
    Items items;
    know_as_written(result.discovered, items);
    left_out_unproven = false;
    for (const auto& link : result.discovered)
        names(result, link, items);
    // Its next visit reads it again, though its bytes be the same: by then the trail may have brought
    // something.
    if (left_out_unproven) tables->forget_answer(result.id);
    if (before->standing.named_again == NamedAgain::due) name_again(result.id, result.at);
}

// A site may name hosts without end: those that came first are enough to see what is missing.
void UrlFrontier::Impl::note_outside(HostId named_by, const std::vector<store::OutsideHost>& named)
{
    constexpr std::size_t most_outside = 200;
    if (named.empty()) return;
    const auto site = tables->site_of(named_by);
    if (!site) return;
    const auto known = tables->outside_of(site->name);
    auto count = known.size();
    for (const auto& host : named) {
        const bool is_new = std::ranges::find(known, host.host, &store::OutsideHost::host) == known.end();
        if (is_new && count >= most_outside) {
            tables->add_to_bound(named_by, "outside_hosts", 1);
            continue;
        }
        if (is_new) ++count;
        tables->add_outside(site->id, host);
    }
}

void UrlFrontier::Impl::learn(const store::AddressRow& before, const store::VisitResult& result)
{
    if (result.outcome == Outcome::page && before.standing.kind == LinkKind::page) {
        for (auto* trail : trails_of(before.host, before.target)) {
            trail->learn(result.news);
            will_write(*trail);
        }
        learn_of_page(before.host, before.target, result.news, before.parent);
    }
    if (shows_picture(result) && result.content)
        learn_of_picture(before.host, before.target, *result.content);
    if (result.news > 0) credit_parent(result.id, result.news);
}

void UrlFrontier::Impl::count_rate(HostId host, int before, int after)
{
    if (before == after) return;
    if (before != 0) tables->add_to_rates(host, before, -1);
    if (after != 0) tables->add_to_rates(host, after, 1);
}

void UrlFrontier::Impl::credit_parent(UrlId page, std::int64_t news)
{
    const auto namer = tables->page_that_came_to_name(page);
    const auto row = namer ? tables->address(namer) : std::nullopt;
    if (row && takes_credit(row->rate.days))
        tables->set_news(namer, row->rate.news + static_cast<double>(news));
}

void UrlFrontier::Impl::keep_verdict(const store::Verdict& verdict)
{
    const auto kept = tables->verdict(verdict.content);
    if (!kept || replaces(verdict, *kept)) tables->put_verdict(verdict);
    tables->remove_unread(verdict.content);
}

void UrlFrontier::Impl::keep_unread(const store::Unread& unread)
{
    tables->remove_unread_before(unread.retry - unread_is_forgotten_after);
    const auto kept = tables->unread(unread.content);
    tables->put_unread(kept ? merged(unread, *kept) : unread);
}

// A picture whose bytes are others at each visit leaves one verdict, not one for each visit.
void UrlFrontier::Impl::forget_verdict(const Sha256& content)
{
    if (!tables->is_content_used(content)) tables->remove_verdict(content);
}

} // namespace stillwatch::crawler
