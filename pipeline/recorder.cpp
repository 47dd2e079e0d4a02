#include "pipeline/recorder.hpp"

#include "cases/consent.hpp"
#include "core/log.hpp"
#include "core/match_json.hpp"
#include "evidence/orphans.hpp"
#include "evidence/package.hpp"
#include "pipeline/finding_alerts.hpp"
#include "pipeline/known_findings.hpp"
#include "pipeline/known_place.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::pipeline {

namespace {

// Of one reference on one page; past them a second size of a picture is a place of its own.
constexpr std::size_t max_occurrences_tied = 256;

// The finding that shows the same picture in another size: the page ties both addresses to one item.
// Nothing but one of the same case, reference and page, so a site that ties what does not belong together
// hides none of its pictures whose page was not told of already. A lead covers no match, and what a person
// dismissed covers nothing.
std::optional<FindingId> finding_of_item(const store::CaseDatabase& cases,
                                         const crawler::UrlFrontier& frontier, const Finding& seen)
{
    for (const auto& known :
         cases.occurrences_on(seen.case_id, seen.reference, seen.page_url, max_occurrences_tied)) {
        const bool is_enough =
            known.occurrence.match.status == MatchStatus::match || seen.match.status != MatchStatus::match;
        if (is_enough && known.state != FindingState::dismissed &&
            known.occurrence.image_url != seen.image_url &&
            frontier.is_same_item(known.occurrence.image_url, seen.image_url, seen.page_url))
            return known.occurrence.finding;
    }
    return std::nullopt;
}

bool is_larger(const Finding& seen, const store::CaseDatabase::Place& place)
{
    return seen.pixels > place.best_pixels;
}

bool has_its_findings(const store::CaseDatabase& cases, const RecordSettings& settings, const Finding& seen)
{
    return cases.findings_since(seen.site, start_of_day(seen.last_seen)) >=
           settings.max_findings_per_site_and_day;
}

} // namespace

Task<Result<Recorder::Outcome>> Recorder::record(std::shared_ptr<const RecordSettings> settings,
                                                 Sighting sighting)
{
    auto pages = co_await pages_of(*settings, sighting);
    // An address of the watch list itself that is a picture: no page names it.
    const bool has_page = !pages.empty();
    if (!has_page) pages.push_back(sighting.image_url);

    Outcome outcome;
    evidence::Capture capture;
    capture.image = std::move(sighting.chain);
    for (const auto& page : pages) {
        auto plan = co_await plan_for(*settings, page, sighting);
        if (!plan) co_return plan.error();
        if (!plan->capped.empty()) {
            outcome.is_capped = true;
            co_await tell_capped(*settings, sighting.site->name, std::move(plan->capped));
        }
        Recapture second;
        if (has_page) second.state = PageState::unchecked;
        if (has_page && std::ranges::any_of(plan->steps, &Step::wants_evidence)) {
            auto looked = co_await recapture(services_, settings->page, sighting.site, page, sighting.image,
                                             sighting.image_url);
            if (!looked) co_return looked.error();
            second = *std::move(looked);
        }
        capture.page = std::move(second.fetched);
        capture.page_error = std::move(second.error);
        for (auto& step : plan->steps) {
            step.seen.page_state = second.state;
            const auto settled = co_await settle(*settings, std::move(step), capture, sighting.generation);
            if (!settled) co_return settled.error();
            outcome.is_capped = outcome.is_capped || settled->is_capped;
        }
    }
    co_return outcome;
}

Task<std::vector<Url>> Recorder::pages_of(const RecordSettings& settings, const Sighting& sighting)
{
    const auto most = settings.max_pages_per_picture;
    auto pages = co_await services_.stores.run(&crawler::UrlFrontier::pages_naming, sighting.image, most + 1);
    if (pages.size() > most) {
        services_.counters.add("occurrences_left_out_total");
        pages.erase(pages.begin() + static_cast<std::ptrdiff_t>(most), pages.end());
    }
    co_return std::move(pages);
}

// What is to be recorded of this picture on this page; known places are touched.
Task<Result<Recorder::Plan>> Recorder::plan_for(const RecordSettings& settings, const Url& page,
                                                const Sighting& sighting)
{
    auto sift = [&settings, &page, &sighting, places = services_.references.places(),
                 now = services_.clock.now()](store::CaseDatabase& cases,
                                              crawler::UrlFrontier& frontier) -> Result<Plan> {
        Plan plan;
        if (cases.is_guarded(page) || cases.is_guarded(sighting.image_url.document())) return plan;
        for (const auto& match : sighting.matches) {
            Step step{Finding{{},
                              match.case_id,
                              match.reference,
                              page,
                              sighting.image_url,
                              sighting.content,
                              match,
                              FindingState::fresh,
                              PageState::none,
                              1,
                              now,
                              now}};
            auto& seen = step.seen;
            seen.fingerprint = sighting.fingerprint;
            seen.pixels = sighting.pixels;
            seen.site = sighting.site->name;
            seen.is_consented = places->cover(match.case_id, page);
            auto known = known_place(cases, seen);
            if (!known || !known->place.occurrence) {
                if (const auto tied = finding_of_item(cases, frontier, seen)) {
                    known = known_place_in(cases, *tied, seen);
                    step.tied = *tied;
                    ++plan.tied;
                }
            }
            std::optional<store::CaseDatabase::Place> place;
            if (known) place.emplace(known->place);
            const std::optional<Url> moved =
                known && known->is_signed_anew ? std::optional(seen.image_url) : std::nullopt;
            if (!place) {
                if (const auto silent = cases.silenced_by(seen)) {
                    const auto counted = cases.count_silenced(*silent, now);
                    if (!counted) return counted.error();
                    ++plan.silenced;
                    continue;
                }
            }
            const bool is_dismissed = place && place->state == FindingState::dismissed;
            plan.silenced += is_dismissed ? 1 : 0;
            if (place && place->occurrence) {
                const auto is_back = tell_if_back(cases, settings, place->finding, now);
                if (!is_back) return is_back.error();
                plan.back += *is_back ? 1 : 0;
                if (*is_back) { // that it is up again needs evidence of its own
                    const auto renewed = cases.renew_evidence(place->occurrence);
                    if (!renewed) return renewed.error();
                    place->evidence = EvidenceState::pending;
                }
                const auto touched = cases.touch_occurrence(place->occurrence, now, moved);
                if (!touched) return touched.error();
                if (place->evidence != EvidenceState::pending || is_dismissed) continue;
                step.known = place->occurrence;
            } else if (place) {
                const auto most = settings.max_packages_per_finding;
                const bool is_better = is_larger(seen, *place) && place->packages < 2 * most;
                step.wants_evidence = !is_dismissed && (is_better || (!step.tied && place->packages < most));
            } else if (seen.is_consented) {
                step.wants_evidence = false;
            } else if (has_its_findings(cases, settings, seen)) {
                const auto counted = cases.leave_match_out(seen.site, now);
                if (!counted) return counted.error();
                plan.capped.push_back(seen.case_id);
                continue;
            }
            plan.steps.push_back(std::move(step));
        }
        return plan;
    };
    auto plan = co_await services_.stores.run(std::move(sift));
    if (plan && plan->tied > 0) tell_tied(page, sighting.image_url, plan->tied);
    if (plan) tell_known(*plan);
    co_return std::move(plan);
}

void Recorder::tell_known(const Plan& plan)
{
    if (plan.silenced > 0) services_.counters.add("sightings_of_dismissed_total", {}, {}, plan.silenced);
    if (plan.back == 0) return;
    services_.counters.add("findings_reappeared_total", {}, {}, plan.back);
    services_.alerts_queued();
}

void Recorder::tell_tied(const Url& page, const Url& image, std::int64_t occurrences)
{
    services_.counters.add("occurrences_tied_total", {}, {}, occurrences);
    log::debug("recorder", "another size of what is recorded",
               {{"url", image.text()}, {"page", page.text()}});
}

// Counter, problem and one line a day to the people of each case: nothing is left out in silence.
Task<> Recorder::tell_capped(const RecordSettings& settings, std::string site, std::vector<CaseId> cases)
{
    services_.counters.add("matches_left_out_total", {}, {}, static_cast<std::int64_t>(cases.size()));
    const auto now = services_.clock.now();
    auto queue = [&settings, &site, &cases, now](store::CaseDatabase& database,
                                                 crawler::UrlFrontier&) -> Result<std::int64_t> {
        for (const auto& c : database.cases()) {
            if (std::ranges::find(cases, c.id) == cases.end()) continue;
            for (const auto& alert : capped_alerts(settings, c.pseudonym, site, now)) {
                const auto queued = database.queue_alert(alert, {"stillwatchd", now});
                if (!queued) return queued.error();
            }
        }
        for (const auto& [name, matches] : database.matches_left_out(now))
            if (name == site) return matches;
        return 0;
    };
    const auto matches = co_await services_.stores.run(std::move(queue));
    if (!matches) {
        log::error("recorder", "bound of findings not told", {{"reason", to_string(matches.error())}});
        services_.counters.add("record_errors_total");
        co_return;
    }
    services_.problems.set("findings", site, left_out_text(*matches));
    services_.alerts_queued();
}

// How the finding is named among people; nothing where its case or reference is gone.
Task<evidence::EvidenceFacts> Recorder::facts_of(const Finding& finding, std::int64_t generation)
{
    evidence::EvidenceFacts facts{finding, {}, {}, {}, services_.clock.now()};
    facts.explanation["extractor_version"] = extractor_version;
    facts.explanation["reference_generation"] = generation;
    if (finding.match.placement) facts.explanation["placement"] = placement_json(*finding.match.placement);
    auto names =
        co_await services_.stores.run(&store::CaseDatabase::names_of, finding.case_id, finding.reference);
    if (names) {
        facts.case_pseudonym = std::move(names->pseudonym);
        facts.reference_name = std::move(names->reference);
        facts.explanation["consent_approval"] = name_of(names->approval);
    }
    co_return std::move(facts);
}

// Writes the package of what was seen, synced and renamed; where that cannot be, says so and leaves it
// pending.
Task<bool> Recorder::witness(const RecordSettings& settings, Finding& seen,
                             const evidence::EvidenceFacts& facts, const evidence::Capture& capture)
{
    std::string warning;
    auto write = [&settings, &facts, &capture, &warning, this]() -> Result<evidence::StoredEvidence> {
        const auto used = measure_room(settings.evidence.directory, settings.room);
        if (!used) return used.error();
        auto verdict = judge_room(*used, settings.room);
        if (!verdict.refusal.empty()) return Error{Errc::io, std::move(verdict.refusal)};
        warning = std::move(verdict.warning);
        return evidence::write_evidence(settings.evidence, services_.signing, facts, capture);
    };
    const auto stored = co_await offload(services_.cpu, std::move(write));
    if (stored) {
        services_.problems.set("evidence", {}, std::move(warning));
        seen.evidence = EvidenceState::stored;
        seen.evidence_file = stored->file;
        seen.evidence_digest = stored->digest;
        co_return true;
    }
    services_.counters.add("evidence_errors_total");
    services_.problems.set("evidence", {}, "cannot be written: " + stored.error().detail);
    seen.evidence = EvidenceState::pending;
    co_return false;
}

// Evidence first; then finding, alerts and audit line in one transaction.
Task<Result<Recorder::Outcome>> Recorder::settle(const RecordSettings& settings, Step step,
                                                 const evidence::Capture& capture, std::int64_t generation)
{
    auto& seen = step.seen;
    const auto facts = co_await facts_of(seen, generation);
    if (facts.case_pseudonym.empty() || facts.reference_name.empty())
        co_return Outcome{}; // withdrawn since it was compared

    seen.evidence = EvidenceState::none;
    bool was_written = false;
    if (step.wants_evidence) was_written = co_await witness(settings, seen, facts, capture);
    if (step.known && !was_written) co_return Outcome{}; // as before
    const auto file = seen.evidence_file;
    const auto alerts =
        seen.is_consented ? std::vector<store::NewAlert>{} : alerts_of(settings, seen, facts.case_pseudonym);

    bool is_used = false; // the package
    bool is_tied = false;
    bool is_capped = false;
    bool is_untold = false; // its reference is quarantined
    Plan known;             // what people said meanwhile
    auto commit = [&, at = services_.clock.now()](
                      store::CaseDatabase& cases,
                      crawler::UrlFrontier& frontier) -> Result<store::CaseDatabase::Recorded> {
        // Second looks take their time; a consent may have ended meanwhile.
        const auto c = cases.find_case(seen.case_id);
        if (!c || cases::consent_status(*c, cases::ConsentTime(at, cases.time_seen())) !=
                      cases::ConsentStatus::valid)
            return Error{Errc::refused, "consent has ended"};
        if (cases.is_guarded(seen.page_url) || cases.is_guarded(seen.image_url.document()))
            return Error{Errc::refused, "nothing of this page is told"};
        if (step.known) {
            const auto attached = cases.attach_evidence(step.known, file, seen.evidence_digest,
                                                        seen.page_state, {"stillwatchd", at});
            is_used = attached.has_value();
            if (!attached && attached.error().code == Errc::io) return attached.error();
            return store::CaseDatabase::Recorded{}; // else another visit was first, or a withdrawal
        }
        // So may another size of the picture have been recorded, whose visit went on beside this one.
        if (!step.tied) {
            if (const auto tied = finding_of_item(cases, frontier, seen)) {
                is_tied = true;
                step.tied = *tied;
                const auto place = cases.place_in(*tied, seen.page_url, seen.image_url);
                if (place && !is_larger(seen, *place)) {
                    seen.evidence = EvidenceState::none;
                    seen.evidence_file.clear();
                    seen.evidence_digest = {};
                }
            }
        }
        auto recorded = Result<store::CaseDatabase::Recorded>(store::CaseDatabase::Recorded{});
        if (step.tied) {
            recorded = cases.add_occurrence(step.tied, seen);
        } else if (cases.place_of(seen)) {
            recorded = cases.record_finding(seen, alerts, {"stillwatchd", at});
        } else if (const auto silent = cases.silenced_by(seen)) {
            const auto counted = cases.count_silenced(*silent, at);
            if (!counted) return counted.error();
            known.silenced = 1;
        } else if (!seen.is_consented && has_its_findings(cases, settings, seen)) {
            const auto counted = cases.leave_match_out(seen.site, at);
            if (!counted) return counted.error();
            is_capped = true;
        } else {
            if (seen.is_consented)
                leave_at_place(seen, at);
            else
                confirm_unseen(cases, settings, seen, at);
            const auto aside = seen.is_consented
                                   ? Result<bool>(false)
                                   : is_set_aside(cases, settings, seen, facts.case_pseudonym, at);
            if (!aside) return aside.error();
            is_untold = *aside;
            recorded = cases.record_finding(seen, *aside ? std::vector<store::NewAlert>{} : alerts,
                                            {"stillwatchd", at});
        }
        is_used = recorded && recorded->added && !seen.evidence_file.empty();
        if (recorded && recorded->id && !recorded->created) {
            const auto is_back = tell_if_back(cases, settings, recorded->id, at);
            if (!is_back) return is_back.error();
            known.back = *is_back ? 1 : 0;
            if (*is_back && recorded->occurrence && !recorded->added) {
                const auto renewed = cases.renew_evidence(recorded->occurrence);
                if (!renewed) return renewed.error();
            }
        }
        return recorded;
    };
    const auto recorded = co_await services_.stores.run(std::move(commit));
    if (was_written && !is_used) {
        const auto removed = evidence::remove_package(settings.evidence.directory, file);
        if (!removed) log::error("recorder", "evidence not removed", {{"reason", removed.error().detail}});
    }
    if (!recorded) {
        const auto code = recorded.error().code; // not_found: the finding it was tied to
        if (code == Errc::refused || code == Errc::not_found) co_return Outcome{}; // withdrawn meanwhile
        co_return recorded.error();
    }
    tell_known(known);
    if (is_tied) tell_tied(seen.page_url, seen.image_url, 1);
    if (is_capped) {
        std::vector<CaseId> of_case{seen.case_id};
        co_await tell_capped(settings, seen.site, std::move(of_case));
    }
    if (recorded->added) services_.counters.add("occurrences_total", "tier", name_of(seen.match.tier));
    if (recorded->id && !recorded->occurrence) services_.counters.add("occurrences_left_out_total");
    if (recorded->created) {
        services_.counters.add("findings_total", "tier", name_of(seen.match.tier));
        if (is_untold) services_.counters.add("findings_quarantined_total");
        if (seen.is_consented) services_.counters.add("findings_at_consented_places_total");
        if (seen.state == FindingState::confirmed)
            services_.counters.add("findings_confirmed_unseen_total", "tier", name_of(seen.match.tier));
        log::info("recorder", "finding",
                  {{"finding", recorded->id.value},
                   {"case", facts.case_pseudonym},
                   {"tier", name_of(seen.match.tier)},
                   {"evidence", name_of(seen.evidence)}});
        services_.alerts_queued();
    }
    co_return Outcome{is_capped};
}

} // namespace stillwatch::pipeline
