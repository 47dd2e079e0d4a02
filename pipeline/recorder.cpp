#include "pipeline/recorder.hpp"

#include "core/log.hpp"
#include "core/match_json.hpp"
#include "evidence/orphans.hpp"
#include "evidence/package.hpp"
#include "pipeline/finding_alerts.hpp"
#include "pipeline/record_steps.hpp"
#include "pipeline/write_package.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::pipeline {

namespace {

Finding finding_of(const Sighting& sighting, const Url& page, const Match& match, Timestamp now)
{
    Finding seen{{},
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
                 now};
    seen.fingerprint = sighting.fingerprint;
    seen.pixels = sighting.pixels;
    seen.site = sighting.site->name;
    return seen;
}

} // namespace

struct Recorder::Plan {
    std::vector<RecordStep> steps;
    RecordTally tally;
};

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
    capture.parts = std::move(sighting.parts);
    for (const auto& page : pages) {
        auto plan = co_await plan_for(*settings, page, sighting);
        if (!plan) co_return plan.error();
        if (!plan->tally.capped.empty()) {
            outcome.is_capped = true;
            co_await tell_capped(*settings, sighting.site->name, std::move(plan->tally.capped));
        }
        Recapture second;
        if (has_page) second.state = PageState::unchecked;
        if (has_page && std::ranges::any_of(plan->steps, &RecordStep::wants_evidence)) {
            auto looked = co_await recapture(services_, settings->page, sighting.site, page, sighting.image,
                                             sighting.image_url);
            if (!looked) co_return looked.error();
            second = *std::move(looked);
        }
        capture.styles.clear();
        if (!second.sheets.empty()) {
            auto styles = co_await styles_.of_page(sighting.site, page, std::move(second.sheets));
            if (!styles) co_return styles.error();
            capture.styles = *std::move(styles);
        }
        capture.page = std::move(second.fetched);
        capture.page_error = std::move(second.error);
        for (auto& step : plan->steps) {
            step.seen.page_state = second.state;
            const auto settled = co_await settle(*settings, std::move(step), capture, sighting);
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
        for (std::size_t i = 0; i < sighting.matches.size(); ++i) {
            const auto& match = sighting.matches[i];
            auto seen = finding_of(sighting, page, match, now);
            seen.is_consented = places->cover(match.case_id, page);
            std::optional<LeadFace> face;
            if (const auto mark = sighting.faces.find(match.case_id);
                mark != sighting.faces.end() && match.tier == Tier::resemblance)
                face = mark->second;
            auto step = plan_step(cases, frontier, settings, {std::move(seen), face}, now, plan.tally);
            if (!step) return step.error();
            if (!*step) continue;
            plan.steps.push_back(**std::move(step));
            if (i < sighting.videos.size()) plan.steps.back().video = sighting.videos[i];
        }
        return plan;
    };
    auto plan = co_await services_.stores.run(std::move(sift));
    if (plan) tell_known(page, sighting.image_url, plan->tally);
    co_return std::move(plan);
}

void Recorder::tell_known(const Url& page, const Url& image, const RecordTally& tally)
{
    if (tally.tied > 0) {
        services_.counters.add("occurrences_tied_total", {}, {}, tally.tied);
        log::debug("recorder", "another size of what is recorded",
                   {{"url", image.text()}, {"page", page.text()}});
    }
    if (tally.silenced > 0) services_.counters.add("sightings_of_dismissed_total", {}, {}, tally.silenced);
    if (tally.elsewhere > 0) services_.counters.add("face_leads_elsewhere_total", {}, {}, tally.elsewhere);
    if (tally.weak > 0) services_.counters.add("face_leads_weak_total", {}, {}, tally.weak);
    if (tally.back == 0) return;
    services_.counters.add("findings_reappeared_total", {}, {}, tally.back);
    services_.alerts_queued();
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
Task<evidence::EvidenceFacts> Recorder::facts_of(const Finding& finding, const Sighting& sighting)
{
    evidence::EvidenceFacts facts{finding, {}, {}, {}, services_.clock.now()};
    facts.explanation["extractor_version"] = extractor_version;
    facts.explanation["reference_generation"] = sighting.generation;
    facts.picture = sighting.size;
    if (sighting.size != evidence::PictureSize{})
        facts.explanation["picture_size"] = json::array{sighting.size.width_px, sighting.size.height_px};
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

// Writes the package of what was seen; where that cannot be, leaves it pending.
Task<bool> Recorder::witness(const RecordSettings& settings, RecordStep& step,
                             const evidence::EvidenceFacts& facts, const evidence::Capture& capture)
{
    auto& seen = step.seen;
    const auto stored = co_await write_package(services_, settings, facts, capture);
    seen.evidence = stored ? EvidenceState::stored : EvidenceState::pending;
    if (!stored) co_return false;
    seen.evidence_file = stored->file;
    seen.evidence_digest = stored->digest;
    step.captured = stored->picture;
    co_return true;
}

// Evidence first; then finding, alerts and audit line in one transaction.
Task<Result<Recorder::Outcome>> Recorder::settle(const RecordSettings& settings, RecordStep step,
                                                 const evidence::Capture& capture, const Sighting& sighting)
{
    auto& seen = step.seen;
    auto facts = co_await facts_of(seen, sighting);
    if (!step.video.empty()) facts.explanation["video"] = step.video;
    if (step.other_face) facts.explanation["same_picture_with_another_face"] = true;
    if (facts.case_pseudonym.empty() || facts.reference_name.empty())
        co_return Outcome{}; // withdrawn since it was compared

    seen.evidence = EvidenceState::none;
    bool was_written = false;
    if (step.wants_evidence) was_written = co_await witness(settings, step, facts, capture);
    if (step.known && !was_written) co_return Outcome{}; // as before
    const auto file = seen.evidence_file;

    auto commit = [&settings, &step, &facts, at = services_.clock.now()](store::CaseDatabase& cases,
                                                                         crawler::UrlFrontier& frontier) {
        return commit_step(cases, frontier, settings, step, facts.case_pseudonym, at);
    };
    auto done = co_await services_.stores.run(std::move(commit));
    if (was_written && !(done && done->is_package_used)) {
        const auto removed = evidence::remove_package(settings.evidence.directory, file);
        if (!removed) log::error("recorder", "evidence not removed", {{"reason", removed.error().detail}});
    }
    if (!done) {
        const auto code = done.error().code;
        if (code == Errc::refused || code == Errc::not_found) co_return Outcome{}; // withdrawn meanwhile
        co_return done.error();
    }
    tell_known(seen.page_url, seen.image_url, done->tally);
    const bool is_capped = !done->tally.capped.empty();
    if (is_capped) co_await tell_capped(settings, seen.site, std::move(done->tally.capped));
    tell_recorded(*done, seen, facts.case_pseudonym);
    co_return Outcome{is_capped};
}

void Recorder::tell_recorded(const Committed& done, const Finding& seen, const std::string& pseudonym)
{
    const auto& recorded = done.recorded;
    if (recorded.added) services_.counters.add("occurrences_total", "tier", name_of(seen.match.tier));
    if (recorded.id && !recorded.occurrence) services_.counters.add("occurrences_left_out_total");
    if (!recorded.created) return;
    services_.counters.add("findings_total", "tier", name_of(seen.match.tier));
    if (done.is_untold) services_.counters.add("findings_quarantined_total");
    if (seen.is_consented) services_.counters.add("findings_at_consented_places_total");
    if (seen.state == FindingState::confirmed)
        services_.counters.add("findings_confirmed_unseen_total", "tier", name_of(seen.match.tier));
    log::info("recorder", "finding",
              {{"finding", recorded.id.value},
               {"case", pseudonym},
               {"tier", name_of(seen.match.tier)},
               {"evidence", name_of(seen.evidence)}});
    services_.alerts_queued();
}

} // namespace stillwatch::pipeline
