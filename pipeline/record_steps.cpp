#include "pipeline/record_steps.hpp"

#include "cases/case_consent.hpp"
#include "cases/consent.hpp"
#include "core/face.hpp"
#include "faces/same_face.hpp"
#include "pipeline/finding_alerts.hpp"
#include "pipeline/known_findings.hpp"
#include "pipeline/known_place.hpp"
#include "store/face_records.hpp"
#include "store/still_up_checks.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::pipeline {

namespace {

// Between pictures that are the same (matcher/judge.hpp, tier near).
constexpr int near_bits = 31;

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
    const auto today = start_of_day(seen.last_seen);
    if (seen.match.tier == Tier::resemblance &&
        cases.face_leads_since(seen.case_id, today) >= settings.max_face_leads_per_case_and_day)
        return true;
    return cases.findings_since(seen.site, today) >= settings.max_findings_per_site_and_day;
}

bool covers_faces(const store::CaseDatabase& cases, CaseId id)
{
    const auto found = cases.find_case(id);
    return found && cases::covers(found->consent, "faces");
}

// A person's face is looked for on the sites of their list only, where they have one.
bool is_looked_for_elsewhere(const store::CaseDatabase& cases, const Finding& seen)
{
    if (seen.match.tier != Tier::resemblance) return false;
    const auto sites = store::FaceRecords(cases).sites(seen.case_id);
    return !sites.empty() && std::ranges::find(sites, seen.site) == sites.end();
}

// What a person dismissed: that picture class, or that face.
std::optional<FindingId> silenced_by(const store::CaseDatabase& cases, const Finding& seen,
                                     const std::optional<LeadFace>& face)
{
    if (const auto silent = cases.silenced_by(seen)) return silent;
    return face ? store::FaceRecords(cases).silenced_by(seen.case_id, face->mark, faces::same_face_bits)
                : std::nullopt;
}

// A face that is a little alike counts where the page shows a picture of the same person besides: one that
// was matched, and that nobody dismissed.
bool is_weak_and_alone(const store::CaseDatabase& cases, const Finding& seen)
{
    return band_of(seen.match) == Band::weak &&
           !store::FaceRecords(cases).has_match_on(seen.case_id, seen.page_url);
}

// Counts what is neither recorded nor told. Gives whether that is its end.
Result<bool> count_left_out(store::CaseDatabase& cases, const Standing& standing, const Finding& seen,
                            Timestamp at, RecordTally& tally)
{
    if (standing.kind == Standing::Kind::silenced) {
        const auto counted = cases.count_silenced(standing.silenced_by, at);
        if (!counted) return counted.error();
        ++tally.silenced;
        return true;
    }
    if (standing.kind != Standing::Kind::over_bound) return false;
    const auto counted = cases.leave_match_out(seen.site, at);
    if (!counted) return counted.error();
    tally.capped.push_back(seen.case_id);
    return true;
}

// Seen once more at a place on record. Gives how it stands with its evidence then.
Result<EvidenceState> touch(store::CaseDatabase& cases, const RecordSettings& settings,
                            const Standing& standing, const Finding& seen, Timestamp at, RecordTally& tally)
{
    const auto& place = *standing.place;
    const auto is_back = tell_if_back(cases, settings, place.finding, place.occurrence, at);
    if (!is_back) return is_back.error();
    tally.back += *is_back ? 1 : 0;
    const auto moved = standing.is_signed_anew ? std::optional(seen.image_url) : std::nullopt;
    const auto touched = cases.touch_occurrence(place.occurrence, at, moved);
    if (!touched) return touched.error();
    return *is_back ? EvidenceState::pending : place.evidence;
}

bool wants_package(const RecordSettings& settings, const Standing& standing, const Finding& seen)
{
    if (standing.kind != Standing::Kind::further_place) return !seen.is_consented;
    const auto& place = *standing.place;
    const auto most = settings.max_packages_per_finding;
    const bool is_better = is_larger(seen, place) && place.packages < 2 * most;
    return !standing.is_dismissed() && (is_better || (!standing.tied && place.packages < most));
}

// A new finding: told, unless the person agreed to it or its reference matches too often.
Result<store::CaseDatabase::Recorded> commit_first(store::CaseDatabase& cases, const RecordSettings& settings,
                                                   Finding& seen, const std::string& pseudonym, Timestamp at,
                                                   bool& is_untold)
{
    std::vector<store::NewAlert> alerts;
    if (seen.is_consented) {
        leave_at_place(seen, at);
    } else {
        alerts = alerts_of(settings, seen, pseudonym);
        confirm_unseen(cases, settings, seen, at);
        const auto aside = is_set_aside(cases, settings, seen, pseudonym, at);
        if (!aside) return aside.error();
        is_untold = *aside;
        if (is_untold) alerts.clear();
    }
    return cases.record_finding(seen, alerts, {"stillwatchd", at});
}

// One more place of a known finding, or once more one that another visit recorded meanwhile.
Result<store::CaseDatabase::Recorded> commit_place(store::CaseDatabase& cases, const RecordSettings& settings,
                                                   const Standing& standing, const Finding& seen,
                                                   Timestamp at, RecordTally& tally)
{
    if (standing.kind == Standing::Kind::known_place) {
        const auto touched = touch(cases, settings, standing, seen, at, tally);
        if (!touched) return touched.error();
        return store::CaseDatabase::Recorded{standing.place->finding, standing.place->occurrence};
    }
    auto recorded = standing.tied ? cases.add_occurrence(standing.tied, seen)
                                  : cases.record_finding(seen, {}, {"stillwatchd", at});
    if (!recorded) return recorded;
    const auto is_back = tell_if_back(cases, settings, recorded->id, {}, at);
    if (!is_back) return is_back.error();
    tally.back += *is_back ? 1 : 0;
    return recorded;
}

// Which record later checks refer to. Where a crash comes before, they keep the bytes themselves.
Result<void> note_captured(store::CaseDatabase& cases, const RecordStep& step, OccurrenceId id,
                           const Committed& done)
{
    if (!done.is_package_used || !step.captured) return {};
    return store::StillUpChecks(cases).note_captured(id, *step.captured);
}

} // namespace

Standing standing_of(const store::CaseDatabase& cases, const crawler::UrlFrontier& frontier,
                     const RecordSettings& settings, const Finding& seen, const std::optional<LeadFace>& face,
                     FindingId tied)
{
    Standing standing;
    auto known = tied ? known_place_in(cases, tied, seen) : known_place(cases, seen);
    standing.tied = tied;
    if (!tied && !(known && known->place.occurrence)) {
        if (const auto of_item = finding_of_item(cases, frontier, seen)) {
            standing.tied = *of_item;
            known = known_place_in(cases, *of_item, seen);
        }
    }
    using Kind = Standing::Kind;
    if (known) {
        standing.place = known->place;
        standing.is_signed_anew = known->is_signed_anew;
        standing.kind = known->place.occurrence ? Kind::known_place : Kind::further_place;
    } else if (const auto silent = silenced_by(cases, seen, face)) {
        standing.silenced_by = *silent;
        standing.kind = Kind::silenced;
    } else if (!seen.is_consented && has_its_findings(cases, settings, seen)) {
        standing.kind = Kind::over_bound;
    }
    return standing;
}

Result<std::optional<RecordStep>> plan_step(store::CaseDatabase& cases, const crawler::UrlFrontier& frontier,
                                            const RecordSettings& settings, SeenThere there, Timestamp now,
                                            RecordTally& tally)
{
    auto& [seen, face] = there;
    if (is_looked_for_elsewhere(cases, seen)) {
        ++tally.elsewhere;
        return std::optional<RecordStep>();
    }
    if (is_weak_and_alone(cases, seen)) {
        ++tally.weak;
        return std::optional<RecordStep>();
    }
    const auto standing = standing_of(cases, frontier, settings, seen, face);
    tally.tied += standing.tied ? 1 : 0;
    tally.silenced += standing.is_dismissed() ? 1 : 0;
    const auto is_left_out = count_left_out(cases, standing, seen, now, tally);
    if (!is_left_out) return is_left_out.error();
    if (*is_left_out) return std::optional<RecordStep>();
    RecordStep step{std::move(seen), standing.tied};
    step.face = face;
    if (face)
        step.other_face = store::FaceRecords(cases)
                              .other_face_on(step.seen, {face->mark, {}, {}, face->frame}, near_bits,
                                             faces::other_face_bits)
                              .value_or(FindingId{});
    if (standing.kind == Standing::Kind::known_place) {
        const auto evidence = touch(cases, settings, standing, step.seen, now, tally);
        if (!evidence) return evidence.error();
        if (*evidence != EvidenceState::pending || standing.is_dismissed())
            return std::optional<RecordStep>();
        step.known = standing.place->occurrence;
    } else {
        step.wants_evidence = wants_package(settings, standing, step.seen);
    }
    return std::optional(std::move(step));
}

Result<Committed> commit_step(store::CaseDatabase& cases, const crawler::UrlFrontier& frontier,
                              const RecordSettings& settings, RecordStep& step, const std::string& pseudonym,
                              Timestamp at)
{
    auto& seen = step.seen;
    Committed done;
    // Recaptures take their time; a consent may have ended meanwhile.
    if (!cases::has_consent(cases, seen.case_id, at)) return Error{Errc::refused, "consent has ended"};
    if (seen.match.tier == Tier::resemblance && !covers_faces(cases, seen.case_id))
        return Error{Errc::refused, "the consent covers no faces any more"};
    if (cases.is_guarded(seen.page_url) || cases.is_guarded(seen.image_url.document()))
        return Error{Errc::refused, "nothing of this page is told"};
    if (step.known) {
        const auto attached = cases.attach_evidence(step.known, seen.evidence_file, seen.evidence_digest,
                                                    seen.page_state, {"stillwatchd", at});
        if (!attached && attached.error().code == Errc::io) return attached.error();
        done.is_package_used = attached.has_value(); // else another visit was first, or a withdrawal
        if (const auto noted = note_captured(cases, step, step.known, done); !noted) return noted.error();
        return done;
    }
    const auto standing = standing_of(cases, frontier, settings, seen, step.face, step.tied);
    const bool is_newly_tied = standing.tied && !step.tied;
    if (is_newly_tied) { // another size was recorded by a visit beside this one
        done.tally.tied = 1;
        if (standing.place && !is_larger(seen, *standing.place)) {
            seen.evidence = EvidenceState::none;
            seen.evidence_file.clear();
            seen.evidence_digest = {};
        }
    }
    const auto is_left_out = count_left_out(cases, standing, seen, at, done.tally);
    if (!is_left_out) return is_left_out.error();
    if (*is_left_out) return done;
    auto recorded = standing.kind == Standing::Kind::first
                        ? commit_first(cases, settings, seen, pseudonym, at, done.is_untold)
                        : commit_place(cases, settings, standing, seen, at, done.tally);
    if (!recorded) return recorded.error();
    done.recorded = *std::move(recorded);
    if (!step.video.empty()) {
        const auto noted = cases.note_video(done.recorded.id, json::serialize(step.video));
        if (!noted) return noted.error();
    }
    if (step.face && done.recorded.id) {
        const auto noted = store::FaceRecords::note(
            cases, done.recorded.id,
            {step.face->mark, step.other_face, step.face->likeness, step.face->frame});
        if (!noted) return noted.error();
    }
    done.is_package_used = done.recorded.added && !seen.evidence_file.empty();
    if (const auto noted = note_captured(cases, step, done.recorded.occurrence, done); !noted)
        return noted.error();
    return done;
}

} // namespace stillwatch::pipeline
