#include "core/log.hpp"
#include "daemon/picture_mark.hpp"
#include "daemon/pipeline.hpp"

#include <algorithm>

// What becomes of a picture that came: known, compared, recorded.
namespace stillwatch::daemon {

using store::Outcome;

Task<Pipeline::Knowledge> Pipeline::knowledge_of(const Sha256& content)
{
    auto look = [content](store::CaseDatabase&, store::FrontierDatabase& frontier) {
        Knowledge knowledge{frontier.verdict(content), frontier.unread(content)};
        if (knowledge.verdict && knowledge.verdict->extractor_version != extractor_version) knowledge.verdict.reset();
        return knowledge;
    };
    auto knowledge = co_await services_.stores.run(std::move(look));
    co_return std::move(knowledge);
}

// Whether the same bytes would be judged the same, and match nothing. A picture that cannot be read may still be a
// reference's very file.
bool Pipeline::is_settled(const Knowledge& knowledge) const
{
    const auto references = services_.references.current();
    const auto& verdict = knowledge.verdict;
    if (!verdict) return false;
    if (verdict->is_unreadable()) return !references->has_file(verdict->file_digest());
    return !verdict->matched && verdict->generation == references->generation();
}

Task<Result<Ending>> Pipeline::judge_picture(Journey& journey, const crawler::PoliteAnswer& answer, Document document)
{
    auto& result = journey.result;
    const auto& fetched = answer.answer;
    result.kind = LinkKind::image;
    result.generation = services_.references.current()->generation();
    if (!journey.settings->compares) {
        result.outcome = outcome_with(fetched, Outcome::compared);
        result.generation = journey.visit.generation;
        co_return NotCompared::comparing_off;
    }
    journey.known = co_await knowledge_of(*result.content);
    const auto& verdict = journey.known.verdict;
    const auto& unread = journey.known.unread;
    const bool is_reference = services_.references.current()->has_file(journey.digest);
    if (verdict && verdict->is_unreadable() && !is_reference) {
        result.outcome = outcome_with(fetched, verdict->too_small ? Outcome::too_small : Outcome::undecodable);
        co_return verdict->too_small ? NotCompared::known_too_small : NotCompared::known_undecodable;
    }
    if (verdict && !verdict->is_unreadable() && verdict->generation == result.generation) {
        services_.counters.add("pictures_known_total");
        if (!verdict->matched) {
            result.outcome = outcome_with(fetched, Outcome::compared);
            co_return Ending::compared();
        }
        const auto known = co_await on_record(verdict->file_digest());
        std::vector<Match> matches;
        for (const auto& occurrence : known) {
            matches.push_back(occurrence.match);
            journey.fingerprint = occurrence.fingerprint;
            journey.pixels = occurrence.pixels;
        }
        if (!matches.empty()) {
            auto kept = co_await keep(journey, answer, std::move(matches), verdict->file_digest());
            co_return kept;
        }
    }
    if (unread && services_.clock.now() < unread->retry && !is_reference) {
        journey.not_before = unread->retry;
        leave_for_later(journey, Outcome::waiting);
        co_return NotCompared::kept_waiting;
    }
    auto judged = co_await judge_anew(journey, answer, std::move(document));
    co_return judged;
}

Task<Result<Ending>> Pipeline::judge_anew(Journey& journey, const crawler::PoliteAnswer& answer, Document document)
{
    auto& result = journey.result;
    const auto& fetched = answer.answer;
    if (services_.references.current()->size() == 0) {
        result.outcome = outcome_with(fetched, Outcome::compared);
        result.verdict = {*result.content, result.generation, extractor_version};
        co_return NotCompared::no_references;
    }
    if (journey.is_unseen) document.trust = Trust::anyone; // a refusal says no more than that it is no picture
    auto compared = co_await compare(journey, std::move(document));
    if (!compared) {
        if (compared.error().code == Errc::cancelled) co_return compared.error();
        co_return picture_not_read(journey, fetched, compared.error());
    }
    trouble_.worked();
    services_.counters.add("pictures_compared_total");
    if (compared->matches.empty() && journey.broke_off) { // half a picture that is like nothing proves nothing
        leave_for_later(journey);
        co_return NotCompared::cut_off;
    }
    if (compared->matches.empty() && fetched.cut != Cut::none)
        co_return unreadable(journey, fetched, NotCompared::cut_at_limit);
    auto kept = co_await keep(journey, answer, std::move(compared->matches), compared->file_digest);
    co_return kept;
}

// Records what matches, then keeps the verdict.
Task<Result<Ending>> Pipeline::keep(Journey& journey, const crawler::PoliteAnswer& answer, std::vector<Match> matches,
                                    Sha256 file)
{
    auto& result = journey.result;
    if (!matches.empty()) {
        const auto recorded = co_await record(journey, answer, matches, file);
        if (!recorded) {
            if (recorded.error().code == Errc::cancelled) co_return recorded.error();
            log::error("pipeline", "finding not recorded", {{"reason", to_string(recorded.error())}});
            services_.counters.add("record_errors_total");
            leave_for_later(journey, Outcome::waiting);
            co_return NotCompared::not_recorded;
        }
    }
    // Other bytes of a known place leave no occurrence of their own, and matches above the bound of a day none at
    // all: then what is on record is not the whole answer, and the next address with these bytes is compared again. So
    // is this one when its revisit is due, neither sooner nor more often: a matched picture is fetched whole then
    // anyway, and only decoding comes on top.
    auto is_on_record = true;
    if (!matches.empty()) {
        const auto known = co_await on_record(file);
        is_on_record = std::ranges::all_of(matches, [&](const Match& match) {
            return std::ranges::any_of(known, [&](const Occurrence& each) { return each.match.reference == match.reference; });
        });
    }
    result.outcome = outcome_with(answer.answer, Outcome::compared);
    for (const auto& match : matches)
        result.matched.push_back(match.reference);
    result.verdict = {*result.content, is_on_record ? result.generation : 0, extractor_version, !matches.empty()};
    if (file != *result.content) result.verdict->file = file;
    co_return Ending::compared();
}

Task<Result<Compared>> Pipeline::compare(Journey& journey, Document document)
{
    ComparisonTerms terms;
    terms.references = [this] { return services_.references.current(); };
    terms.tiers = journey.settings->tiers;
    auto& memory = templates_[journey.site->name];
    terms.templates = memory.templates();
    if (document.content_encoding.empty()) terms.file_digest = journey.digest;
    auto copy = document;
    auto compared = co_await compare_picture(services_.inspector, services_.cpu, std::move(copy), terms);
    if (compared && !compared->matches.empty() && document.trust != Trust::unshared) {
        // As nearly never: then a worker that served no other site says it again.
        document.trust = Trust::unshared;
        const auto found = compared->matches.size();
        compared = co_await compare_picture(services_.inspector, services_.cpu, std::move(document), std::move(terms));
        if (compared && compared->matches.size() < found) {
            services_.counters.add("worker_disagreements_total");
            log::warn("pipeline", "a second worker does not see a match that the first one told",
                      {{"url", journey.visit.url.text()}});
        }
    }
    if (!compared) co_return compared.error();
    journey.result.generation = compared->generation;
    if (!compared->matches.empty() && compared->fingerprint)
        journey.fingerprint = picture_mark(*compared->fingerprint, services_.signing);
    journey.pixels = std::int64_t{compared->width_px} * compared->height_px;
    memory.learn(compared->file_digest, compared->parts_of_others);
    // A lead that is not another picture of the scene tells a caseworker nothing.
    std::erase_if(compared->matches, [this](const Match& match) {
        if (match.status == MatchStatus::match || match.relation == Relation::same_scene) return false;
        services_.counters.add("candidates_left_out_total");
        return true;
    });
    co_return std::move(compared);
}

Task<std::vector<Fetched>> Pipeline::chain_in_pool(const crawler::PoliteAnswer& answer)
{
    constexpr std::size_t most_bytes_on_loop = 256U << 10U;
    if (answer.answer.body.size() <= most_bytes_on_loop) co_return chain_of(answer);
    auto copy = [&answer] { return chain_of(answer); };
    auto chain = co_await offload(services_.cpu, std::move(copy));
    co_return std::move(chain);
}

} // namespace stillwatch::daemon
