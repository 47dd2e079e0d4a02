#include "cases/case_consent.hpp"
#include "core/log.hpp"
#include "pipeline/answers.hpp"
#include "pipeline/pipeline.hpp"

#include <algorithm>
#include <set>

// What is on record of a picture, and how it comes there.
namespace stillwatch::pipeline {

// What this file matched before, as far as the cases still consent.
Task<std::vector<Occurrence>> Pipeline::on_record(Sha256 file)
{
    auto look = [file, now = services_.clock.now()](store::CaseDatabase& cases, crawler::UrlFrontier&) {
        auto occurrences = cases.occurrences_of_content(file);
        if (occurrences.empty()) return occurrences;
        std::set<CaseId> consenting;
        const auto consents = [&](CaseId id) {
            if (consenting.contains(id)) return true;
            if (!cases::has_consent(cases, id, now)) return false;
            consenting.insert(id);
            return true;
        };
        // A lead that turned out to be a match is none any more.
        std::set<ReferenceId> matched;
        for (const auto& each : occurrences)
            if (each.match.status == MatchStatus::match) matched.insert(each.match.reference);
        std::erase_if(occurrences, [&](const Occurrence& each) {
            const bool is_outdated =
                each.match.status != MatchStatus::match && matched.contains(each.match.reference);
            return is_outdated || !consents(each.match.case_id);
        });
        return occurrences;
    };
    co_return co_await services_.stores.run(std::move(look));
}

// The same, as a comparison would tell it.
Task<Pipeline::Matched> Pipeline::matched_before(Sha256 file)
{
    const auto known = co_await on_record(file);
    Matched matched{{}, file};
    for (const auto& occurrence : known) {
        matched.matches.push_back(occurrence.match);
        matched.fingerprint = occurrence.fingerprint;
        matched.pixels = occurrence.pixels;
    }
    co_return std::move(matched);
}

// Other bytes of a known place leave no occurrence of their own, and matches above the bound of a day none at
// all: then what is on record is not the whole answer, and the next address with these bytes is compared
// again. So is this one when its revisit is due, neither sooner nor more often: a matched picture is fetched
// whole then anyway, and only decoding comes on top.
Task<bool> Pipeline::is_on_record(const Matched& matched)
{
    if (matched.matches.empty()) co_return true;
    const auto known = co_await on_record(matched.file);
    co_return std::ranges::all_of(matched.matches, [&](const Match& match) {
        return std::ranges::any_of(
            known, [&](const Occurrence& each) { return each.match.reference == match.reference; });
    });
}

// Records what matches, then keeps the verdict.
Task<Result<Seen>> Pipeline::keep(const VisitState& state, const Came& came, Seen seen, Matched matched)
{
    if (!matched.matches.empty()) {
        const auto recorded = co_await record(state, came, matched);
        if (!recorded) {
            if (recorded.error().code == Errc::cancelled) co_return recorded.error();
            log::error("pipeline", "finding not recorded", {{"reason", to_string(recorded.error())}});
            services_.counters.add("record_errors_total");
            co_return seen.ended(NotCompared::not_recorded);
        }
        seen.is_capped = recorded->is_capped;
    }
    // What is told of the rest stands; of its faces nobody knows, so the same bytes are compared again.
    seen.has_unread_faces = matched.has_unread_faces;
    if (seen.has_unread_faces) services_.counters.add("pictures_with_unread_faces_total");
    const bool is_recorded = co_await is_on_record(matched);
    const bool is_whole_answer = is_recorded && !matched.has_unread_faces;
    for (const auto& match : matched.matches)
        seen.matched.push_back(match.reference);
    seen.matches = std::move(matched.matches);
    seen.verdict = {came.content, is_whole_answer ? seen.generation : 0, verdict_version,
                    !seen.matches.empty()};
    if (matched.file != came.content) seen.verdict->file = matched.file;
    co_return seen.ended(Ending::compared());
}

Task<Result<Recorder::Outcome>> Pipeline::record(const VisitState& state, const Came& came, Matched& matched)
{
    auto chain = co_await chain_in_pool(came);
    Sighting sighting{state.visit.id,      state.visit.url,          matched.file,
                      matched.fingerprint, matched.pixels,           matched.size,
                      matched.generation,  matched.matches,          std::move(chain),
                      matched.videos,      std::move(matched.parts), state.site,
                      matched.faces};
    std::shared_ptr<const RecordSettings> settings(state.settings, &state.settings->record);
    auto recorded = co_await recorder_.record(std::move(settings), std::move(sighting));
    if (recorded && state.visit.named_by) {
        if (pages_with_findings_.size() >= max_pages_with_findings) pages_with_findings_.clear();
        pages_with_findings_.insert(state.visit.named_by->text());
    }
    co_return recorded;
}

Task<std::vector<Fetched>> Pipeline::chain_in_pool(const Came& came)
{
    constexpr std::size_t most_bytes_on_loop = 256U << 10U;
    const auto& answer = *came.answer;
    if (answer.answer.body.size() <= most_bytes_on_loop) co_return chain_of(answer);
    auto copy = [&answer] { return chain_of(answer); };
    auto chain = co_await offload(services_.cpu, std::move(copy));
    co_return std::move(chain);
}

} // namespace stillwatch::pipeline
