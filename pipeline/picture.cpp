#include "core/log.hpp"
#include "pipeline/animation_json.hpp"
#include "pipeline/answers.hpp"
#include "pipeline/face_leads.hpp"
#include "pipeline/picture_mark.hpp"
#include "pipeline/pipeline.hpp"

#include <algorithm>

// What becomes of a picture that came: known, compared, recorded.
namespace stillwatch::pipeline {

namespace {

std::shared_ptr<const cases::GuardList> settings_guard(const VisitState& state)
{
    return state.settings->guard;
}

} // namespace

Task<Knowledge> Pipeline::knowledge_of(Sha256 content)
{
    auto [verdict, unread] = co_await services_.stores.run(&crawler::UrlFrontier::known_of, content);
    if (verdict && verdict->version != verdict_version) verdict.reset();
    co_return Knowledge{std::move(verdict), std::move(unread)};
}

// Whether the same bytes would be judged the same, and match nothing. A picture that cannot be read may still
// be a reference's very file.
bool Pipeline::is_settled(const Knowledge& knowledge) const
{
    const auto references = services_.references.current();
    const auto& verdict = knowledge.verdict;
    if (!verdict) return false;
    if (verdict->is_unreadable()) return !references->has_file(verdict->file_digest());
    return !verdict->matched && verdict->generation == references->generation();
}

Task<Result<Seen>> Pipeline::judge_picture(const VisitState& state, const Came& came, Show show)
{
    Seen seen(Ending::compared(), state, came);
    seen.kind = show == Show::video ? LinkKind::video : LinkKind::image;
    // Nobody holds a set of references while it waits: what was withdrawn meanwhile must be gone.
    seen.generation = services_.references.current()->generation();
    seen.is_unseen = show == Show::unseen;
    if (!state.settings->compares) co_return seen.ended(NotCompared::comparing_off);
    const bool looks = services_.videos && state.site->videos >= crawler::VideoUse::glance;
    if (show == Show::video && !looks) co_return seen.ended(NotCompared::video_not_read);
    const auto guarded = co_await guard_.reason_for(settings_guard(state), came.body);
    if (guarded) {
        co_await guard_.trip(*state.settings, state.visit, *guarded);
        co_return seen.ended(NotCompared::guarded);
    }
    const auto known = co_await knowledge_of(came.content);
    const auto& verdict = known.verdict;
    const bool is_reference = services_.references.current()->has_file(came.digest);
    if (verdict && verdict->is_unreadable() && !is_reference)
        co_return seen.ended(verdict->too_small ? NotCompared::known_too_small
                                                : NotCompared::known_undecodable);
    if (verdict && !verdict->is_unreadable() && verdict->generation == seen.generation) {
        services_.counters.add("pictures_known_total");
        if (!verdict->matched) co_return std::move(seen);
        auto before = co_await matched_before(verdict->file_digest());
        before.generation = seen.generation;
        if (!before.matches.empty()) {
            auto kept = co_await keep(state, came, std::move(seen), std::move(before));
            co_return kept;
        }
    }
    if (known.unread && services_.clock.now() < known.unread->retry && !is_reference) {
        seen.not_before = known.unread->retry;
        co_return seen.ended(NotCompared::kept_waiting);
    }
    auto judged = co_await judge_anew(state, came, std::move(seen), known);
    co_return judged;
}

Task<Result<Seen>> Pipeline::judge_anew(const VisitState& state, const Came& came, Seen seen,
                                        const Knowledge& known)
{
    if (services_.references.current()->size() == 0) co_return seen.ended(NotCompared::no_references);
    if (seen.kind == LinkKind::video) {
        auto judged = co_await judge_video(state, came, std::move(seen), known);
        co_return judged;
    }
    if (is_package(came.fetched(), *came.body)) {
        auto judged = co_await judge_package(state, came, std::move(seen), known);
        co_return judged;
    }
    auto matched = co_await compare(state, came, seen.is_unseen);
    if (!matched) {
        if (matched.error().code == Errc::cancelled) co_return matched.error();
        co_return picture_not_read(state, came, std::move(seen), known, matched.error());
    }
    if (matched->guarded) {
        co_await guard_.trip(*state.settings, state.visit, *matched->guarded);
        co_return seen.ended(NotCompared::guarded);
    }
    seen.generation = matched->generation;
    seen.is_in_part = matched->is_in_part;
    if (seen.is_in_part) services_.counters.add("pictures_in_part_total");
    trouble_.worked();
    services_.counters.add("pictures_compared_total");
    const auto why = why_not_whole(came.fetched());
    if (matched->matches.empty() && why) co_return seen.ended(*why);
    auto kept = co_await keep(state, came, std::move(seen), *std::move(matched));
    co_return kept;
}

// Why there is no verdict about a picture, and what is told of it.
Seen Pipeline::picture_not_read(const VisitState& state, const Came& came, Seen seen, const Knowledge& known,
                                const Error& error)
{
    const auto why = why_unread_picture(error, came.fetched(), seen.is_unseen);
    if (seen.is_unseen && error.code == Errc::undecodable) return seen.ended(why); // as it was asked
    if (why == NotCompared::locked_package) seen.has_locked = true;
    services_.counters.add("pictures_refused_total", "code", name_of(error.code));
    log::debug("pipeline", "picture not read",
               {{"url", state.visit.url.text()}, {"reason", to_string(error)}});
    note_trouble(error);
    if (why == NotCompared::worker_lost) {
        const int losses = (known.unread ? known.unread->losses : 0) + 1;
        seen.not_before = services_.clock.now() + pause_after_losses(losses);
        seen.unread = store::Unread{came.content, losses, seen.not_before};
    }
    return seen.ended(why);
}

Task<Result<Pipeline::Matched>> Pipeline::compare(const VisitState& state, const Came& came, bool is_unseen)
{
    auto document = document_of(came.fetched(), came.body, state.site->name);
    // What its document's sender says of the document says nothing of it.
    if (state.visit.url.picture_inside()) document = Document{came.body, {}, {}, {}, state.site->name};
    if (is_unseen) document.trust = Trust::anyone; // a refusal says no more than that it is no picture
    auto& memory = templates_[state.site->name];
    ComparisonTerms terms;
    terms.references = [this] { return services_.references.current(); };
    terms.tiers = state.settings->tiers;
    terms.templates = memory.templates();
    terms.guard = settings_guard(state);
    if (document.content_encoding.empty()) terms.file_digest = came.digest;
    auto of_faces = document;
    auto of_times = document;
    auto compared = co_await compare_twice(state, std::move(document), std::move(terms));
    if (!compared) co_return compared.error();
    Matched matched{{}, compared->file_digest};
    matched.guarded = compared->guarded;
    if (matched.guarded) co_return std::move(matched);
    matched.generation = compared->generation;
    matched.is_in_part = compared->is_in_part;
    if (!compared->matches.empty() && compared->fingerprint)
        matched.fingerprint = picture_mark(*compared->fingerprint, services_.signing);
    matched.pixels = std::int64_t{compared->width_px} * compared->height_px;
    matched.size = {compared->width_px, compared->height_px};
    memory.learn(compared->file_digest, compared->parts_of_others);
    // A lead that is not another picture of the scene tells a caseworker nothing.
    std::erase_if(compared->matches, [this](const Match& match) {
        if (match.status == MatchStatus::match || match.relation == Relation::same_scene) return false;
        services_.counters.add("candidates_left_out_total");
        return true;
    });
    matched.matches = std::move(compared->matches);
    auto leads =
        co_await face_leads(services_, state.visit.url, std::move(of_faces), matched.matches.empty());
    if (!leads) co_return leads.error();
    matched.has_unread_faces = leads->is_unread;
    for (auto& lead : leads->leads) {
        // Where the person's own picture is found, a face that is like theirs says nothing more.
        const bool is_told = std::ranges::any_of(matched.matches, [&](const Match& match) {
            return match.case_id == lead.match.case_id && match.status == MatchStatus::match;
        });
        if (is_told) continue;
        if (!matched.fingerprint && compared->fingerprint)
            matched.fingerprint = picture_mark(*compared->fingerprint, services_.signing);
        matched.faces[lead.match.case_id] = lead.face;
        compared->shown_in[lead.match.reference] = {lead.frame};
        matched.matches.push_back(std::move(lead.match));
    }
    matched.videos = co_await when_shown(services_, std::move(of_times), *compared, matched.matches);
    co_return std::move(matched);
}

// A match counts when a worker that served no other site has said it. Where the first one had, a second one
// is asked. Of the others a sample: somebody who posts at a site could have its worker tell false things of
// the pictures that come after.
Task<Result<Compared>> Pipeline::compare_twice(const VisitState& state, Document document,
                                               ComparisonTerms terms)
{
    auto tellers = std::make_shared<Tellers>();
    document.tellers = tellers;
    auto copy = document;
    auto compared = co_await compare_picture(services_.inspector, services_.cpu, std::move(copy), terms);
    const bool is_told_by_own = tellers->shared == 0 && tellers->unshared > 0;
    if (!compared || compared->matches.empty()) co_return compared;
    if (is_told_by_own && !are_workers_doubted_ && matches_of_own_workers_++ % a_sampled_match != 0)
        co_return compared;
    document.trust = is_told_by_own ? Trust::fresh : Trust::unshared;
    terms.is_seen_before = true;
    auto again =
        co_await compare_picture(services_.inspector, services_.cpu, std::move(document), std::move(terms));
    if (again && again->matches.size() < compared->matches.size()) {
        services_.counters.add("worker_disagreements_total");
        log::warn("pipeline", "a second worker does not see a match that the first one told",
                  {{"url", state.visit.url.text()}});
        if (again->generation == compared->generation) { // no reference was withdrawn meanwhile
            are_workers_doubted_ = true;
            services_.problems.set("worker_disagreement", {},
                                   "a second worker did not see a match that the first one told; what was "
                                   "compared since the start may be wrong "
                                   "(docs/decisions/0011-whose-word-counts.md)");
        }
    }
    co_return again;
}

} // namespace stillwatch::pipeline
