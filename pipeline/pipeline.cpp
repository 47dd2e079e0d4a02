#include "pipeline/pipeline.hpp"

#include "core/log.hpp"
#include "crawler/revisit.hpp"
#include "evidence/orphans.hpp"
#include "pipeline/answers.hpp"
#include "pipeline/check_witness.hpp"
#include "pipeline/sight.hpp"
#include "pipeline/under_check.hpp"
#include "store/still_up_checks.hpp"

#include <algorithm>
#include <iterator>

namespace stillwatch::pipeline {

using store::Outcome;

namespace {

Outcome outcome_of(const Error& error)
{
    if (crawler::is_robots_refusal(error)) return Outcome::disallowed;
    return error.code == Errc::refused ? Outcome::refused : Outcome::unreachable;
}

// What a validator that was kept by an earlier version may hold is not sent.
crawler::Conditions conditions_of(const store::Visit& known)
{
    const auto sendable = [](const std::string& value) {
        return is_validator(value) ? value : std::string();
    };
    return {sendable(known.etag), sendable(known.last_modified)};
}

} // namespace

Pipeline::Pipeline(const Services& services, std::shared_ptr<const PipelineSettings> settings)
    : services_(services), recorder_(services), guard_(services), scales_(services.stores, services.clock),
      trouble_(services.problems, services.clock), settings_(std::move(settings))
{
    services_.fetcher.leave_to_themselves(
        [this](Url from, Url to) { return is_visited_anyway(std::move(from), std::move(to)); });
}

Task<Result<store::VisitResult>> Pipeline::visit(store::Visit visit)
{
    auto state = co_await prepare(std::move(visit));
    const bool is_guarded = co_await guard_.covers(state.visit.url);
    if (is_guarded) { // nobody asks for it again
        VisitEnd visit_end{services_.clock.now()};
        services_.counters.add("visits_total", "outcome", name_of(Outcome::refused));
        co_return finish_without_answer(state, Outcome::refused, visit_end);
    }
    const bool looks_at_videos = services_.videos && state.settings->compares;
    if (state.visit.kind == LinkKind::video && !looks_at_videos) { // told, and nobody is asked for it
        VisitEnd visit_end{services_.clock.now()};
        count(NotCompared::video_not_read);
        services_.counters.add("visits_total", "outcome", name_of(Outcome::other));
        co_return finish_without_answer(state, Outcome::other, visit_end);
    }
    const auto came = co_await fetch(state);
    if (!came && came.error().code == Errc::cancelled) co_return came.error();
    if (!came) {
        const auto outcome = outcome_of(came.error());
        note_failure(state, came.error());
        std::vector<store::CheckPackage> none;
        const auto visit_end = co_await end(state, visited_without_answer(), std::move(none));
        services_.counters.add("visits_total", "outcome", name_of(outcome));
        auto result = finish_without_answer(state, outcome, visit_end);
        if (auto host = crawler::host_outside(came.error()); host && *host != state.visit.url.host_port())
            result.outside.push_back({*std::move(host), 0, 1});
        co_return std::move(result);
    }
    state = co_await arrive(std::move(state), *came);
    auto seen = co_await look(state, *came);
    if (!seen) co_return seen.error();
    count(*seen, *came);
    if (seen->ending.reason() == NotCompared::guarded) { // nothing else of it is kept
        VisitEnd visit_end{services_.clock.now()};
        services_.counters.add("visits_total", "outcome", name_of(Outcome::refused));
        co_return finish(state, *came, *std::move(seen), visit_end);
    }
    discover_headers(state, *came, *seen);
    note_stand_in(state, *came, *seen);
    co_await go_in(state, *came, *seen);
    const auto is_image = [](const store::Discovered& link) { return link.kind == LinkKind::image; };
    const bool showed = seen->kind == LinkKind::image || std::ranges::any_of(seen->discovered, is_image);
    controls_[state.site->name].visited(state.visit.url.text(), showed);
    auto sitemaps = co_await discover_sitemaps(state, *came);
    std::ranges::move(sitemaps, std::back_inserter(seen->discovered));
    std::vector<store::CheckPackage> packages;
    if (is_looked_after(state))
        packages = co_await witness_checks(services_, state.settings->record, state, *came, *seen);
    const auto visit_end = co_await end(state, visited_of(state, *came, *seen), std::move(packages));
    auto result = finish(state, *came, *std::move(seen), visit_end);
    services_.counters.add("visits_total", "outcome", name_of(result.outcome));
    co_return std::move(result);
}

// What is known of the address, and what it is asked for with.
Task<VisitState> Pipeline::prepare(store::Visit visit)
{
    VisitState state{std::move(visit), settings_};
    state.site = state.settings->crawl->site(state.visit.site);
    state.generation = services_.references.current()->generation();
    if (!state.site) co_return std::move(state);
    if (state.visit.content) state.known = co_await knowledge_of(*state.visit.content);
    if (crawler::may_be_conditional(state.visit, is_settled(state.known)))
        state.conditions = conditions_of(state.visit);
    co_return std::move(state);
}

// What the answer shows, and what follows from it: a picture is compared and recorded, a page is read.
Task<Result<Seen>> Pipeline::look(const VisitState& state, const Came& came)
{
    const bool compares = state.settings->compares && services_.references.current()->size() > 0;
    if (state.visit.url.picture_inside() && is_success(came.fetched())) {
        auto judged = co_await judge_picture(state, came, Show::picture);
        co_return judged;
    }
    auto shown = classify(came, state, compares);
    const bool is_unseen = shown.what == Show::unseen;
    auto generation = state.generation;
    if (shown.what == Show::picture || shown.what == Show::video || is_unseen) {
        auto judged = co_await judge_picture(state, came, shown.what);
        if (!is_unseen || !judged || !is_no_picture(judged->ending)) co_return judged;
        shown = classify_no_picture(came); // no picture stood inside
        generation = services_.references.current()->generation();
    }
    if (shown.what == Show::page) {
        auto read = co_await read_page(state, came, is_unseen);
        if (read && read->kind == LinkKind::page) read->generation = generation;
        co_return read;
    }
    if (shown.what == Show::suspect) {
        auto refused = co_await read_refusal(state, came, shown);
        if (refused) refused->generation = generation;
        co_return refused;
    }
    Seen seen(*shown.why, state, came);
    seen.generation = generation;
    co_return std::move(seen);
}

// The one place that every way of bytes passes in the end. Of a challenge nothing was seen: its host rests,
// and the operator is told. None is ever solved.
void Pipeline::count(const Seen& seen, const Came& came)
{
    const auto& reason = seen.ending.reason();
    if (!reason) return;
    count(*reason);
    if (reason != NotCompared::challenge) return;
    services_.fetcher.challenged(came.fetched());
    services_.counters.add("walls_total", "wall", name_of(Wall::challenge));
}

void Pipeline::count(NotCompared reason)
{
    services_.counters.add("not_compared_total", "reason", name_of(reason));
}

void Pipeline::note_failure(const VisitState& state, const Error& error)
{
    if (!state.site) return;
    if (crawler::is_robots_refusal(error))
        services_.counters.add("robots_refusals_total"); // as it should be: no error
    else
        services_.counters.add("fetch_errors_total", "code", name_of(error.code));
    if (crawler::is_guard_refusal(error))
        services_.counters.add("guard_refusals_total", "site", state.site->name);
    log::debug("pipeline", "not fetched", {{"url", state.visit.url.text()}, {"reason", to_string(error)}});
}

// What a worker's failure says of workers.
void Pipeline::note_trouble(const Error& error)
{
    if (error.code == Errc::io) trouble_.cannot_start(error.detail);
    if (error.code == Inspector::lost) trouble_.lost();
}

// Whether somebody wants to know what it shows of a finding.
bool Pipeline::is_looked_after(const VisitState& state) const
{
    const auto* const under_check = services_.under_check;
    const auto is_asked_for = [&](const Url& url) { return under_check && under_check->contains(url); };
    return state.was_match() || is_asked_for(state.visit.url) ||
           std::ranges::any_of(state.led_from, is_asked_for);
}

Task<VisitEnd> Pipeline::end(const VisitState& state, store::Visited visited,
                             std::vector<store::CheckPackage> packages)
{
    VisitEnd visit_end{services_.clock.now()};
    if (is_looked_after(state)) {
        visited.at = visit_end.at;
        co_await note_look(state, std::move(visited), std::move(packages));
    }
    if (state.site) visit_end.scale = co_await scales_.of(state.site);
    co_return visit_end;
}

// What became of the places of findings there stands with them, and what witnesses it. What led here showed
// the same.
Task<> Pipeline::note_look(const VisitState& state, store::Visited visited,
                           std::vector<store::CheckPackage> packages)
{
    auto addresses = state.led_from;
    addresses.push_back(state.visit.url);
    std::vector<std::string> unused;
    auto note = [&unused, addresses = std::move(addresses), visited = std::move(visited),
                 packages = std::move(packages), now = services_.clock.now()](
                    store::CaseDatabase& cases, crawler::UrlFrontier&) -> Result<void> {
        store::StillUpChecks checks(cases);
        for (const auto& package : packages)
            unused.push_back(package.file);
        // First: a check that has seen all may end.
        auto kept = checks.keep_packages(packages, {"stillwatchd", now});
        if (!kept) return kept.error();
        unused = *std::move(kept);
        for (const auto& address : addresses)
            if (const auto noted = checks.note_look(address, visited); !noted) return noted;
        return {};
    };
    const auto noted = co_await services_.stores.run(std::move(note));
    if (!noted) log::error("pipeline", "look at a finding not noted", {{"reason", to_string(noted.error())}});
    for (const auto& file : unused) {
        const auto removed = evidence::remove_package(state.settings->record.evidence.directory, file);
        if (!removed) log::error("pipeline", "evidence not removed", {{"reason", removed.error().detail}});
    }
}

} // namespace stillwatch::pipeline
