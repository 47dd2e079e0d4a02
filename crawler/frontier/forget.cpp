#include "crawler/frontier/after_visit.hpp"
#include "crawler/frontier/frontier_impl.hpp"

#include <algorithm>
#include <set>

// What pictures were compared with, and forgetting what ties them to a case.
namespace stillwatch::crawler {

std::optional<store::ComparedUnder> UrlFrontier::compared_under() const
{
    if (const auto kept = impl_->tables->compared_under()) return kept;
    const auto highest = impl_->tables->highest_generation();
    if (highest == 0) return std::nullopt;
    return store::ComparedUnder{highest, 0};
}

Result<void> UrlFrontier::set_compared_under(const store::ComparedUnder& under)
{
    if (compared_under() == under) return {};
    return impl_->change([&]() -> Result<void> {
        impl_->tables->put_compared_under(under);
        return {};
    });
}

Result<void> UrlFrontier::forget_matches(const std::vector<Sha256>& still_matched,
                                         const std::vector<Url>& images)
{
    auto& tables = *impl_->tables;
    const std::set<Sha256> kept(still_matched.begin(), still_matched.end());
    const auto forgotten = impl_->change([&]() -> Result<void> {
        std::vector<Sha256> gone;
        for (const auto& verdict : tables.matched_verdicts())
            if (!kept.contains(verdict.file_digest())) gone.push_back(verdict.content);
        std::set<UrlId> addresses;
        for (const auto& image : images)
            if (const auto id = impl_->find(image)) addresses.insert(id);
        for (const auto id :
             addresses) { // whatever they showed last, their findings may have had other bytes
            const auto row = tables.address(id);
            if (!row || !row->content) continue;
            const auto verdict = tables.verdict(*row->content);
            const auto& file = verdict ? verdict->file_digest() : *row->content;
            if (!kept.contains(file)) gone.push_back(*row->content);
        }
        std::ranges::sort(gone);
        for (const auto id : tables.pictures_with(gone))
            addresses.insert(id);
        for (const auto id : addresses) {
            const auto row = tables.address(id);
            if (!row) continue;
            const auto& before = row->standing;
            --impl_->moves[{row->host, before.kind, before.outcome, before.generation}];
            ++impl_->moves[{row->host, before.kind, Outcome::unvisited, 0}];
            impl_->count_rate(row->host, row->rate.level, 0);
            tables.put_address(never_visited(*row));
        }
        for (const auto& content : gone)
            tables.remove_verdict(content);
        tables.forget_marks(); // parts of their digests
        impl_->families.clear();
        impl_->changed_families.clear();
        tables.owe_erasure();
        return {};
    });
    if (!forgotten) return forgotten;
    return tables.erase();
}

} // namespace stillwatch::crawler
