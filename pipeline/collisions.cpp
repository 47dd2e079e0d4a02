#include "pipeline/collisions.hpp"

#include "pipeline/finding_alerts.hpp"

#include <utility>

namespace stillwatch::pipeline {

std::vector<ReferenceId> collisions_of(const matcher::ReferenceSet& set, const std::set<ReferenceId>& known)
{
    std::set<ReferenceId> colliding;
    for (const auto& reference : set.references()) {
        if (known.contains(reference->reference)) continue;
        for (const auto index : set.copies_of(*reference)) {
            const auto& other = *set.references()[index];
            if (other.case_id == reference->case_id) continue;
            colliding.insert(reference->reference);
            colliding.insert(other.reference);
        }
    }
    return {colliding.begin(), colliding.end()};
}

Task<Result<std::size_t>> tell_collisions(Stores& stores, const RecordSettings& settings,
                                          std::vector<ReferenceId> references, Timestamp now)
{
    auto note = [&settings, references = std::move(references),
                 now](store::CaseDatabase& cases, crawler::UrlFrontier&) -> Result<std::size_t> {
        std::size_t news = 0;
        for (const auto id : references) {
            const auto reference = cases.find_reference(id);
            const auto c = reference ? cases.find_case(reference->case_id) : std::nullopt;
            if (!c) continue; // withdrawn since it was compared
            const auto alerts = collision_alerts(settings, c->pseudonym, id, now);
            const auto is_news = cases.note_collision(id, alerts, {"stillwatchd", now});
            if (!is_news) return is_news.error();
            news += *is_news ? 1 : 0;
        }
        return news;
    };
    co_return co_await stores.run(std::move(note));
}

} // namespace stillwatch::pipeline
