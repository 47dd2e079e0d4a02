#include "pipeline/reference_history.hpp"

#include "core/log.hpp"

namespace stillwatch::pipeline {

Result<void> check_history(store::CaseDatabase& cases, crawler::UrlFrontier& frontier,
                           const store::Actor& actor)
{
    const auto under = frontier.compared_under();
    if (under && under->state == cases.references_state()) return {};
    if (under) {
        const auto raised = cases.raise_generation(actor, under->generation);
        if (!raised) return raised.error();
        log::warn(
            "references",
            "the database of cases is not the one that pictures were compared under; all are compared again",
            {{"generation", *raised}});
    }
    return note_history(cases, frontier);
}

Result<void> note_history(const store::CaseDatabase& cases, crawler::UrlFrontier& frontier)
{
    return frontier.set_compared_under({cases.generation(), cases.references_state()});
}

} // namespace stillwatch::pipeline
