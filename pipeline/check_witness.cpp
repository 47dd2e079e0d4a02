#include "pipeline/check_witness.hpp"

#include "core/log.hpp"
#include "pipeline/answers.hpp"
#include "pipeline/write_package.hpp"
#include "store/still_up_checks.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::pipeline {

namespace {

// Places of one picture that are witnessed at one visit; each of the others is by its own check's next visit.
constexpr std::size_t most_at_once = 64;

bool can_be_witnessed(const VisitState& state, const Came& came, const Seen& seen)
{
    return !seen.ending.reason() && !seen.matches.empty() && seen.kind == LinkKind::image &&
           !state.visit.url.picture_inside() && came.fetched().cut == Cut::none && came.digest != Sha256{};
}

// With the figures of this visit; nothing where nothing of its case matched.
std::optional<evidence::EvidenceFacts> facts_of(const store::UnwitnessedCheck& open, const VisitState& state,
                                                const Came& came, const Seen& seen, Timestamp now)
{
    const auto of_finding = [&](const Match& match) { return match.case_id == open.finding.case_id; };
    auto match = std::ranges::find_if(seen.matches, [&](const Match& each) {
        return of_finding(each) && each.reference == open.finding.reference;
    });
    if (match == seen.matches.end()) match = std::ranges::find_if(seen.matches, of_finding);
    if (match == seen.matches.end()) return std::nullopt;
    evidence::EvidenceFacts facts{open.finding, open.pseudonym, open.reference_name, {}, now};
    auto& finding = facts.finding;
    finding.image_url = state.visit.url; // it may be signed anew
    finding.match = *match;
    finding.page_state = PageState::none;
    finding.content = seen.verdict && seen.verdict->file ? *seen.verdict->file : came.content;
    facts.explanation["extractor_version"] = extractor_version;
    facts.explanation["reference_generation"] = seen.generation;
    facts.check = evidence::LaterCheck{open.check, {}};
    if (open.captured && open.captured->payload == came.digest && finding.content == came.digest)
        facts.check->same = open.captured;
    return facts;
}

} // namespace

Task<std::vector<store::CheckPackage>> witness_checks(const Services& services,
                                                      const RecordSettings& settings, const VisitState& state,
                                                      const Came& came, const Seen& seen)
{
    std::vector<store::CheckPackage> packages;
    if (!can_be_witnessed(state, came, seen)) co_return std::move(packages);
    const auto now = services.clock.now();
    auto look = [&state, now](store::CaseDatabase& cases, crawler::UrlFrontier&) {
        return store::StillUpChecks(cases).unwitnessed(state.visit.url, now, most_at_once);
    };
    const auto open = co_await services.stores.run(std::move(look));
    if (open.empty()) co_return std::move(packages);
    evidence::Capture capture;
    capture.page_error = "a check asks for the picture; its page is looked at in a visit of its own";
    auto copy = [&came] { return chain_of(*came.answer); };
    capture.image = co_await offload(services.cpu, std::move(copy));
    for (const auto& each : open) {
        const auto facts = facts_of(each, state, came, seen, now);
        if (!facts) continue;
        const auto stored = co_await write_package(services, settings, *facts, capture);
        if (!stored) break; // the disk is full, say: the checks go on without
        packages.push_back({each.check, each.occurrence, each.finding.epoch, stored->file, stored->digest});
        services.counters.add("check_packages_total", "bytes", facts->check->same ? "same" : "other");
    }
    co_return std::move(packages);
}

} // namespace stillwatch::pipeline
