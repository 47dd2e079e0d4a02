#include "daemon/recorder.hpp"

#include "alerts/event.hpp"
#include "cases/consent.hpp"
#include "core/log.hpp"
#include "core/match_json.hpp"
#include "crawler/canonical.hpp"
#include "crawler/walls.hpp"
#include "daemon/answers.hpp"
#include "evidence/orphans.hpp"
#include "evidence/package.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace stillwatch::daemon {

namespace {

std::vector<store::NewAlert> alerts_of(const RecordSettings& settings, const Finding& finding,
                                       const std::string& pseudonym)
{
    alerts::AlertEvent event;
    event.alert_id = alerts::alert_id(pseudonym, finding.reference, finding.content.hex(),
                                      finding.page_url.text() + " " + finding.image_url.text(), finding.epoch);
    event.type = "match.opened";
    event.at = finding.first_seen;
    event.case_pseudonym = pseudonym;
    event.tier = finding.match.tier;
    event.relation = finding.match.relation;
    event.epoch = finding.epoch;
    event.link = alerts::alert_link(settings.link, event.alert_id);
    std::vector<store::NewAlert> queued;
    for (const auto& channel : settings.channels)
        queued.push_back({event.alert_id, channel, alerts::write_event(event)});
    return queued;
}

// The address itself and those that redirect to it.
constexpr std::size_t max_names_of_a_picture = 64;

// Of one reference on one page; past them a second size of a picture brings an alert of its own.
constexpr std::size_t max_occurrences_tied = 256;

// The occurrence that shows the same picture in another size: the page ties both addresses to one item.
// Nothing but one of the same case, reference and page, so a site that ties what does not belong together
// hides none of its pictures whose page was not told of already. A lead covers no match, and what a person
// dismissed covers nothing.
std::optional<FindingId> occurrence_of_item(const store::CaseDatabase& cases,
                                            const store::FrontierDatabase& frontier, const Match& match,
                                            const Url& page, const Url& image)
{
    for (const auto& known :
         cases.occurrences_on(match.case_id, match.reference, page, max_occurrences_tied)) {
        const bool is_enough = known.match.status == MatchStatus::match || match.status != MatchStatus::match;
        if (is_enough && known.state != FindingState::dismissed &&
            frontier.is_same_item(known.image_url, image, page))
            return known.id;
    }
    return std::nullopt;
}

} // namespace

Task<Result<void>> Recorder::record(std::shared_ptr<const RecordSettings> settings, Sighting sighting)
{
    const auto now = services_.clock.now();
    auto pages = co_await pages_of(*settings, sighting);
    // An address of the watch list itself that is a picture: no page names it.
    const bool has_page = !pages.empty();
    if (!has_page) pages.push_back(sighting.image_url);

    evidence::Capture capture;
    capture.image = std::move(sighting.chain);
    for (const auto& page : pages) {
        const auto unknown = co_await unknown_at(*settings, page, sighting);
        if (!unknown) co_return unknown.error();
        if (unknown->empty()) continue;
        SecondLook second;
        if (has_page) {
            auto looked = co_await look_again(*settings, sighting, page);
            if (!looked) co_return looked.error();
            second = *std::move(looked);
        }
        capture.page = std::move(second.fetched);
        capture.page_error = std::move(second.error);
        for (const auto& match : *unknown) {
            Finding finding{{},    match.case_id, match.reference, page, sighting.image_url, sighting.content,
                            match, FindingState::fresh, second.state, 1, now, now, {}, {}};
            const auto recorded = co_await record_occurrence(*settings, std::move(finding), capture, sighting.generation);
            if (!recorded) co_return recorded.error();
        }
    }
    co_return Result<void>{};
}

Task<std::vector<Url>> Recorder::pages_of(const RecordSettings& settings, const Sighting& sighting)
{
    const auto most = settings.max_pages_per_picture;
    auto list = [image = sighting.image, most](store::CaseDatabase&, store::FrontierDatabase& frontier) {
        return frontier.pages_naming(image, most + 1);
    };
    auto pages = co_await services_.stores.run(std::move(list));
    if (pages.size() > most) {
        services_.counters.add("occurrences_left_out_total");
        pages.erase(pages.begin() + static_cast<std::ptrdiff_t>(most), pages.end());
    }
    co_return std::move(pages);
}

// The matches that are no occurrence on this page yet and may become one; known ones are touched.
Task<Result<std::vector<Match>>> Recorder::unknown_at(const RecordSettings& settings, const Url& page,
                                                      const Sighting& sighting)
{
    std::int64_t tied = 0;
    auto sift =
        [&page, &sighting, &tied, most = settings.max_findings_per_picture, now = services_.clock.now()](
            store::CaseDatabase& cases, store::FrontierDatabase& frontier) -> Result<std::vector<Match>> {
        std::vector<Match> unknown;
        const auto same_bytes = cases.findings_of_content(sighting.content);
        for (const auto& match : sighting.matches) {
            auto known = cases.occurrence(match.case_id, match.reference, page, sighting.image_url);
            if (!known) {
                known = occurrence_of_item(cases, frontier, match, page, sighting.image_url);
                tied += known ? 1 : 0;
            }
            if (!known) {
                const auto recorded = std::ranges::count(same_bytes, match.reference, &Finding::reference);
                if (std::cmp_less(recorded, most)) unknown.push_back(match);
                continue;
            }
            const auto touched = cases.touch_finding(*known, now);
            if (!touched) return touched.error();
        }
        return unknown;
    };
    auto unknown = co_await services_.stores.run(std::move(sift));
    if (tied > 0) tell_tied(page, sighting.image_url, tied);
    co_return std::move(unknown);
}

void Recorder::tell_tied(const Url& page, const Url& image, std::int64_t occurrences)
{
    services_.counters.add("occurrences_tied_total", {}, {}, occurrences);
    log::debug("recorder", "another size of what is recorded",
               {{"url", image.text()}, {"page", page.text()}});
}

// Fetches the page once more, without conditions, so that page and picture are witnessed together.
Task<Result<Recorder::SecondLook>> Recorder::look_again(const RecordSettings& settings, const Sighting& sighting, Url page)
{
    SecondLook look;
    look.state = PageState::unavailable;
    crawler::Conditions none;
    const auto answer =
        co_await services_.fetcher.fetch(sighting.site, std::move(page), none, settings.page, crawler::Purpose::evidence);
    if (!answer) {
        if (answer.error().code == Errc::cancelled) co_return answer.error();
        look.error = to_string(answer.error());
        co_return std::move(look);
    }
    look.fetched = chain_of(*answer);
    if (crawler::is_challenge(answer->answer)) {
        services_.fetcher.challenged(answer->answer);
        look.error = "a challenge in place of the page";
        co_return std::move(look);
    }
    if (is_gone(answer->answer)) look.state = PageState::gone;
    if (answer->answer.status != 200) co_return std::move(look);
    auto payload = answer->answer.payload();
    if (!payload) {
        look.error = to_string(payload.error());
        co_return std::move(look);
    }
    auto document = document_of(answer->answer, std::make_shared<const Bytes>(*std::move(payload)), sighting.site->name);
    const auto links = co_await services_.inspector.links(std::move(document), answer->answer.url.text());
    if (!links) {
        if (links.error().code == Errc::cancelled) co_return links.error();
        look.error = to_string(links.error());
        co_return std::move(look);
    }
    if (links->wall == Wall::challenge) {
        services_.fetcher.challenged(answer->answer);
        look.error = "a challenge in place of the page";
        co_return std::move(look);
    }
    auto names = [image = sighting.image](store::CaseDatabase&, store::FrontierDatabase& frontier) {
        return frontier.addresses_of(image, max_names_of_a_picture);
    };
    const auto known_as = co_await services_.stores.run(std::move(names));
    const bool is_named = std::ranges::any_of(links->links, [&](const Link& link) {
        const auto url = Url::parse(link.url);
        if (!url) return false;
        const auto named = crawler::canonical(*url);
        return named == sighting.image_url || std::ranges::find(known_as, named) != known_as.end();
    });
    look.state = is_named ? PageState::named : PageState::not_named;
    co_return std::move(look);
}

// How the finding is named among people; nothing where its case or reference is gone.
Task<evidence::EvidenceFacts> Recorder::facts_of(const Finding& finding, std::int64_t generation)
{
    evidence::EvidenceFacts facts{finding, {}, {}, {}, services_.clock.now()};
    facts.explanation["extractor_version"] = extractor_version;
    facts.explanation["reference_generation"] = generation;
    if (finding.match.placement) facts.explanation["placement"] = placement_json(*finding.match.placement);
    auto name = [&finding, &facts](store::CaseDatabase& cases, store::FrontierDatabase&) {
        for (const auto& c : cases.cases())
            if (c.id == finding.case_id) facts.case_pseudonym = c.pseudonym;
        for (const auto& reference : cases.references_of(finding.case_id))
            if (reference.id == finding.reference) facts.reference_name = reference.name;
    };
    co_await services_.stores.run(std::move(name));
    co_return std::move(facts);
}

// Evidence first, synced and renamed; then finding, alerts and audit line in one transaction.
Task<Result<void>> Recorder::record_occurrence(const RecordSettings& settings, Finding finding,
                                               const evidence::Capture& capture, std::int64_t generation)
{
    const auto facts = co_await facts_of(finding, generation);
    if (facts.case_pseudonym.empty() || facts.reference_name.empty())
        co_return Result<void>{}; // withdrawn since it was compared

    auto write = [&settings, &facts, &capture, this]() -> Result<evidence::StoredEvidence> {
        std::error_code error;
        const auto space = std::filesystem::space(settings.evidence.directory, error);
        if (!error && space.available < settings.min_free_bytes)
            return Error{Errc::io, fmt::format("less than {} MiB free where evidence is kept", settings.min_free_bytes >> 20U)};
        return evidence::write_evidence(settings.evidence, services_.signing, facts, capture);
    };
    const auto stored = co_await offload(services_.cpu, std::move(write));
    if (!stored) co_return stored.error();
    finding.evidence_file = stored->file;
    finding.evidence_digest = stored->digest;

    const auto alerts = alerts_of(settings, finding, facts.case_pseudonym);
    bool is_tied = false;
    auto commit = [&finding, &alerts, &is_tied, at = services_.clock.now()](
                      store::CaseDatabase& cases,
                      store::FrontierDatabase& frontier) -> Result<store::CaseDatabase::Recorded> {
        // Second looks take their time; a consent may have ended meanwhile.
        const auto c = cases.find_case(finding.case_id);
        if (!c || cases::consent_status(*c, cases::ConsentTime(at, cases.time_seen())) != cases::ConsentStatus::valid)
            return Error{Errc::refused, "consent has ended"};
        // So may another size of the picture have been recorded, whose visit went on beside this one.
        const auto tied =
            occurrence_of_item(cases, frontier, finding.match, finding.page_url, finding.image_url);
        if (tied) {
            is_tied = true;
            const auto touched = cases.touch_finding(*tied, finding.last_seen);
            if (!touched) return touched.error();
            return store::CaseDatabase::Recorded{*tied, false};
        }
        return cases.record_finding(finding, alerts, {"stillwatchd", at});
    };
    const auto recorded = co_await services_.stores.run(std::move(commit));
    if (!recorded || !recorded->created) {
        const auto removed = evidence::remove_package(settings.evidence.directory, stored->file);
        if (!removed) log::error("recorder", "evidence not removed", {{"reason", removed.error().detail}});
    }
    if (!recorded) {
        if (recorded.error().code == Errc::refused) co_return Result<void>{}; // withdrawn meanwhile
        co_return recorded.error();
    }
    if (is_tied) tell_tied(finding.page_url, finding.image_url, 1);
    if (recorded->created) {
        services_.counters.add("findings_total", "tier", name_of(finding.match.tier));
        log::info("recorder", "finding", {{"finding", recorded->id.value}, {"case", facts.case_pseudonym},
                                          {"tier", name_of(finding.match.tier)}});
        services_.alerts_queued();
    }
    co_return Result<void>{};
}

} // namespace stillwatch::daemon
