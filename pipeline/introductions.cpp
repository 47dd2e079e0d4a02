#include "pipeline/introductions.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::pipeline {

using crawler::Referrer;
using crawler::ReferrerPolicy;

Introductions::Pair Introductions::of(const store::Visit& visit) const
{
    Pair pair;
    if (visit.named_by) {
        pair.first = Referrer{*visit.named_by};
        const auto policy = policies_.find(visit.parent.value);
        if (policy != policies_.end()) pair.first->policy = policy->second;
        const auto of_link = of_links_.find({visit.parent.value, visit.url.text()});
        if (of_link != of_links_.end()) pair.first->policy = of_link->second;
    }
    const bool tells_nothing = !pair.first || crawler::referer_of(*pair.first, visit.url).empty();
    if (tells_nothing && visit.named_by && pair.first->policy != ReferrerPolicy{})
        pair.second = Referrer{*visit.named_by};
    else if (const auto front = Url::parse(visit.url.origin() + "/"); tells_nothing && front)
        pair.second = Referrer{*front};
    const auto origin = origins_.find(visit.url.origin());
    pair.is_swapped =
        visit.kind == LinkKind::image && origin != origins_.end() && origin->second.prefers_second;
    if (pair.is_swapped) std::swap(pair.first, pair.second);
    return pair;
}

void Introductions::note_policy(UrlId page, std::optional<ReferrerPolicy> policy)
{
    if (!policy || *policy == ReferrerPolicy{}) {
        policies_.erase(page.value);
        return;
    }
    if (policies_.size() >= max_pages) policies_.clear();
    policies_.insert_or_assign(page.value, *policy);
}

void Introductions::note_link(UrlId page, const Url& url, std::optional<ReferrerPolicy> policy)
{
    if (!policy) {
        if (!of_links_.empty()) of_links_.erase({page.value, url.text()});
        return;
    }
    if (of_links_.size() >= max_pages) of_links_.clear();
    of_links_.insert_or_assign({page.value, url.text()}, *policy);
}

void Introductions::succeeded(const Url& url)
{
    if (const auto origin = origins_.find(url.origin()); origin != origins_.end())
        origin->second.helped_in_a_row = 0;
}

bool Introductions::is_undecided(const Url& url, int status) const
{
    const auto origin = origins_.find(url.origin());
    if (origin == origins_.end()) return false;
    const auto tried = origin->second.by_status.find(status);
    if (tried == origin->second.by_status.end() || tried->second.under_way == 0) return false;
    return tried->second.in_vain < most_in_vain &&
           tried->second.in_vain + tried->second.under_way >= most_in_vain;
}

void Introductions::broken_off(const Url& url, int status)
{
    auto& under_way = origins_[url.origin()].by_status[status].under_way;
    under_way = std::max(0, under_way - 1);
}

bool Introductions::is_worth_another(const Url& url, int status)
{
    if (origins_.size() >= max_origins) origins_.clear();
    auto& tried = origins_[url.origin()].by_status[status];
    ++tried.refusals;
    if (tried.in_vain >= most_in_vain && tried.refusals % then_one_in != 0) return false;
    ++tried.under_way;
    return true;
}

void Introductions::learn(const Url& url, int status, const Pair& tried, bool has_second_helped)
{
    broken_off(url, status);
    auto& origin = origins_[url.origin()];
    auto& in_vain = origin.by_status[status].in_vain;
    in_vain = has_second_helped ? 0 : in_vain + 1;
    if (!has_second_helped || ++origin.helped_in_a_row < enough_helped) return;
    origin.prefers_second = !tried.is_swapped;
    origin.helped_in_a_row = 0;
}

} // namespace stillwatch::pipeline
