#include "daemon/pipeline.hpp"

#include "alerts/event.hpp"
#include "cases/consent.hpp"
#include "core/log.hpp"
#include "crawler/revisit.hpp"
#include "crawler/scope.hpp"
#include "evidence/orphans.hpp"
#include "evidence/package.hpp"
#include "matcher/extract.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::daemon {

using store::Outcome;

namespace {

constexpr int status_not_modified = 304;
constexpr int status_not_found = 404;
constexpr int status_gone = 410;

// What an answer's body is, told by its first bytes where they can be seen, else by what its sender says.
enum class Media : std::uint8_t { page, picture, other };

Media media_of(const Fetched& answer, const Bytes& payload, LinkKind expected)
{
    const auto type = answer.header("Content-Type");
    const auto encoding = answer.header("Content-Encoding");
    if (encoding.empty() || encoding == "identity") {
        if (matcher::sniff_picture(payload)) return Media::picture;
        if (type.starts_with("image/")) return Media::other;
    } else if (type.starts_with("image/") || (expected == LinkKind::image && !type.starts_with("text/"))) {
        return Media::picture;
    }
    const bool is_document = type.empty() || type.starts_with("text/html") || type.starts_with("application/xhtml") ||
                             type.starts_with("text/plain") || type.starts_with("application/octet-stream");
    return is_document ? Media::page : Media::other;
}

Outcome outcome_of(const Error& error)
{
    switch (error.code) {
    case Errc::refused: return Outcome::refused;
    default: return Outcome::unreachable;
    }
}

Outcome outcome_of_status(int status)
{
    return status == status_not_found || status == status_gone ? Outcome::gone : Outcome::unreachable;
}

Document document_of(const Fetched& answer, std::shared_ptr<const Bytes> payload)
{
    Document document{std::move(payload)};
    document.content_encoding = answer.header("Content-Encoding");
    document.content_type = answer.header("Content-Type");
    return document;
}

std::vector<Fetched> chain_of(const crawler::PoliteAnswer& answer)
{
    auto chain = answer.hops;
    chain.push_back(answer.answer);
    return chain;
}

} // namespace

Task<Result<store::VisitResult>> Pipeline::visit(store::Visit visit)
{
    const auto site = settings_->crawl->site(visit.site);
    Journey journey{std::move(visit), settings_, site, {}, false};
    const auto& known = journey.visit;
    auto& result = journey.result;
    result.id = known.id;
    result.host = known.host;
    result.kind = known.kind;
    result.depth = known.depth;
    result.etag = known.etag;
    result.last_modified = known.last_modified;
    result.content = known.content;
    result.generation = services_.references.current()->generation();
    result.outcome = Outcome::refused;

    if (journey.site) {
        bool is_current = false;
        if (known.content) {
            auto look = [content = *known.content](store::CaseDatabase&, store::FrontierDatabase& frontier) {
                return frontier.verdict(content);
            };
            const auto verdict = co_await services_.stores.run(std::move(look));
            is_current = verdict && verdict->extractor_version == extractor_version &&
                         (verdict->undecodable || (!verdict->matched && verdict->generation == result.generation));
        }
        crawler::Conditions conditions;
        if (crawler::may_be_conditional(known, is_current)) conditions = {known.etag, known.last_modified};
        const bool is_image = known.kind == LinkKind::image;
        const auto& limits = is_image ? journey.settings->image : journey.settings->page;
        const auto purpose = is_image ? crawler::Purpose::image : crawler::Purpose::page;
        const auto answer = co_await services_.fetcher.fetch(journey.site, known.url, conditions, limits, purpose);
        if (answer) {
            const auto read = co_await read_answer(journey, *answer);
            if (!read) co_return read.error();
        } else {
            if (answer.error().code == Errc::cancelled) co_return answer.error();
            result.outcome = outcome_of(answer.error());
            services_.counters.add("fetch_errors_total", "code", name_of(answer.error().code));
            log::debug("pipeline", "not fetched", {{"url", known.url.text()}, {"reason", to_string(answer.error())}});
        }
    }
    result.at = services_.clock.now();
    const auto revisit = crawler::next_visit(known, result.outcome, journey.brought_new, result.at,
                                             journey.site ? journey.site->revisit : crawler::RevisitSettings{});
    result.due = revisit.due;
    result.tries = revisit.tries;
    result.unchanged_in_a_row = revisit.unchanged_in_a_row;
    services_.counters.add("visits_total", "outcome", name_of(result.outcome));
    co_return std::move(result);
}

Task<Result<void>> Pipeline::read_answer(Journey& journey, const crawler::PoliteAnswer& answer)
{
    auto& result = journey.result;
    const auto& fetched = answer.answer;
    result.http_status = fetched.status;
    result.wire_bytes = static_cast<std::int64_t>(fetched.body.size());
    services_.counters.add("received_bytes_total", {}, {}, result.wire_bytes);
    if (fetched.status == status_not_modified) {
        result.outcome = Outcome::unchanged;
        co_return Result<void>{};
    }
    if (fetched.status != 200) {
        result.outcome = outcome_of_status(fetched.status);
        co_return Result<void>{};
    }
    auto digest = [&fetched]() -> Result<std::pair<Bytes, Sha256>> {
        auto payload = fetched.payload();
        if (!payload) return payload.error();
        const auto content = Sha256::of(*payload);
        return std::pair{*std::move(payload), content};
    };
    auto digested = co_await offload(services_.cpu, std::move(digest));
    if (!digested || fetched.cut == Cut::disconnect || fetched.cut == Cut::time) {
        result.outcome = Outcome::unreachable;
        services_.counters.add("fetch_errors_total", "code", digested ? name_of(Errc::timed_out) : name_of(Errc::malformed));
        co_return Result<void>{};
    }
    const auto payload = std::make_shared<const Bytes>(std::move(digested->first));
    journey.brought_new = result.content != digested->second;
    result.content = digested->second;
    result.etag = fetched.header("ETag");
    result.last_modified = fetched.header("Last-Modified");
    auto document = document_of(fetched, payload);
    switch (media_of(fetched, *payload, journey.visit.kind)) {
    case Media::page: {
        result.kind = LinkKind::page;
        auto read = co_await read_page(journey, fetched, std::move(document));
        co_return read;
    }
    case Media::picture: {
        result.kind = LinkKind::image;
        auto judged = co_await judge_picture(journey, answer, std::move(document));
        co_return judged;
    }
    case Media::other: break;
    }
    result.outcome = Outcome::other;
    co_return Result<void>{};
}

Task<Result<void>> Pipeline::read_page(Journey& journey, const Fetched& answer, Document document)
{
    auto& result = journey.result;
    if (!journey.brought_new && journey.visit.last_outcome == Outcome::page) {
        result.outcome = Outcome::page; // the links of these bytes are known
        co_return Result<void>{};
    }
    const auto links = co_await services_.inspector.links(std::move(document), answer.url.text());
    if (!links) {
        if (links.error().code == Errc::cancelled) co_return links.error();
        result.outcome = links.error().code == Errc::io ? Outcome::unreachable : Outcome::undecodable;
        log::warn("pipeline", "page not read", {{"url", answer.url.text()}, {"reason", to_string(links.error())}});
        co_return Result<void>{};
    }
    for (const auto& link : links->links) {
        auto url = Url::parse(link.url);
        if (!url) {
            services_.counters.add("links_left_out_total", "reason", "not_an_address");
            continue;
        }
        const auto scope = crawler::check_scope(*journey.site, *url, link.kind, journey.visit.depth + 1);
        if (!scope.follow) {
            services_.counters.add("links_left_out_total", "reason", crawler::name_of(scope.reason));
            continue;
        }
        services_.counters.add("links_found_total", "mechanism", name_of(link.mechanism));
        result.discovered.push_back({*std::move(url), link.kind, link.mechanism, journey.site->name});
    }
    result.outcome = Outcome::page;
    co_return Result<void>{};
}

Task<Result<void>> Pipeline::judge_picture(Journey& journey, const crawler::PoliteAnswer& answer, Document document)
{
    auto& result = journey.result;
    const auto content = *result.content;
    // Taken only now and given back soon: a withdrawn reference must not live on in a slow transfer.
    auto references = services_.references.current();
    result.generation = references->generation();
    if (!journey.settings->compares) {
        result.outcome = Outcome::compared;
        result.generation = 0;
        co_return Result<void>{};
    }
    auto look = [content](store::CaseDatabase&, store::FrontierDatabase& frontier) { return frontier.verdict(content); };
    const auto verdict = co_await services_.stores.run(std::move(look));
    const bool is_current = verdict && verdict->extractor_version == extractor_version;
    if (is_current && verdict->undecodable) {
        result.outcome = Outcome::undecodable;
        co_return Result<void>{};
    }
    std::vector<Match> matches;
    if (is_current && verdict->generation == result.generation) {
        services_.counters.add("pictures_known_total");
        if (!verdict->matched) {
            result.outcome = Outcome::compared;
            co_return Result<void>{};
        }
        matches = co_await matches_on_record(content);
    }
    if (matches.empty()) {
        auto compared = co_await compare(journey, std::move(references), std::move(document));
        if (!compared) {
            if (compared.error().code == Errc::cancelled) co_return compared.error();
            const auto code = compared.error().code;
            result.outcome = code == Errc::io                 ? Outcome::unreachable
                             : code == Errc::invalid_argument ? Outcome::too_small
                                                              : Outcome::undecodable;
            if (code != Errc::io)
                result.verdict = {content, result.generation, extractor_version, false, true};
            services_.counters.add("pictures_refused_total", "code", name_of(code));
            log::debug("pipeline", "picture not read",
                       {{"url", journey.visit.url.text()}, {"reason", to_string(compared.error())}});
            co_return Result<void>{};
        }
        services_.counters.add("pictures_compared_total");
        matches = *std::move(compared);
    }
    if (!matches.empty()) {
        const auto recorded = co_await record(journey, answer, matches);
        if (!recorded) {
            if (recorded.error().code == Errc::cancelled) co_return recorded.error();
            // Nothing is lost: without a verdict the picture is fetched and compared again.
            log::error("pipeline", "finding not recorded", {{"reason", to_string(recorded.error())}});
            services_.counters.add("record_errors_total");
            result.outcome = Outcome::unreachable;
            result.generation = journey.visit.generation;
            result.content = journey.visit.content;
            co_return Result<void>{};
        }
    }
    result.outcome = Outcome::compared;
    result.verdict = {content, result.generation, extractor_version, !matches.empty(), false};
    co_return Result<void>{};
}

Task<Result<std::vector<Match>>> Pipeline::compare(Journey& journey, std::shared_ptr<const matcher::ReferenceSet> references,
                                                   Document document)
{
    if (references->size() == 0) co_return std::vector<Match>{};
    auto features = co_await services_.inspector.features(std::move(document));
    if (!features) co_return features.error();
    auto work = [features = std::move(*features), references = std::move(references)] {
        return references->compare(features.file_digest, features);
    };
    auto matches = co_await offload(services_.cpu, std::move(work));
    const auto& tiers = journey.settings->tiers;
    std::erase_if(matches, [&](const Match& match) { return !tiers.empty() && !tiers.contains(match.tier); });
    co_return std::move(matches);
}

// What these bytes matched before, as far as the cases still consent.
Task<std::vector<Match>> Pipeline::matches_on_record(const Sha256& content)
{
    auto look = [content, now = services_.clock.now()](store::CaseDatabase& cases, store::FrontierDatabase&) {
        std::set<CaseId> consenting;
        for (const auto& c : cases.cases())
            if (cases::consent_status(c, now) == cases::ConsentStatus::valid) consenting.insert(c.id);
        std::vector<Match> matches;
        for (const auto& finding : cases.findings_of_content(content)) {
            const bool is_known = std::ranges::find(matches, finding.reference, &Match::reference) != matches.end();
            if (!is_known && consenting.contains(finding.case_id)) matches.push_back(finding.match);
        }
        return matches;
    };
    co_return co_await services_.stores.run(std::move(look));
}

Task<Result<void>> Pipeline::record(Journey& journey, const crawler::PoliteAnswer& answer, std::vector<Match> matches)
{
    const auto image = journey.visit.id;
    const auto most = journey.settings->max_pages_per_picture;
    auto list = [image, most](store::CaseDatabase&, store::FrontierDatabase& frontier) {
        return frontier.pages_naming(image, most + 1);
    };
    auto pages = co_await services_.stores.run(std::move(list));
    if (pages.size() > most) {
        services_.counters.add("occurrences_left_out_total");
        log::warn("pipeline", "picture stands on more pages than are recorded",
                  {{"url", journey.visit.url.text()}, {"recorded", most}});
        pages.erase(pages.begin() + static_cast<std::ptrdiff_t>(most), pages.end());
    }
    // An address of the watch list itself that is a picture: no page names it.
    const bool has_page = !pages.empty();
    if (!has_page) pages.push_back(journey.visit.url);

    const auto now = services_.clock.now();
    for (const auto& page : pages) {
        auto sift = [&](store::CaseDatabase& cases, store::FrontierDatabase&) -> Result<std::vector<Match>> {
            std::vector<Match> fresh;
            for (const auto& match : matches) {
                const auto known = cases.occurrence(match.case_id, match.reference, page, journey.visit.url);
                if (!known) {
                    fresh.push_back(match);
                    continue;
                }
                const auto touched = cases.touch_finding(*known, now);
                if (!touched) return touched.error();
            }
            return fresh;
        };
        const auto fresh = co_await services_.stores.run(std::move(sift));
        if (!fresh) co_return fresh.error();
        if (fresh->empty()) continue;
        SecondLook second;
        if (has_page) {
            auto looked = co_await look_again(journey, page);
            if (!looked) co_return looked.error();
            second = *std::move(looked);
        }
        for (const auto& match : *fresh) {
            Finding finding{{},    match.case_id, match.reference, page, journey.visit.url, *journey.result.content,
                            match, FindingState::fresh, second.state, 1, now, now, {}, {}};
            evidence::Capture capture{second.fetched, second.error, chain_of(answer)};
            const auto recorded = co_await record_occurrence(journey, std::move(finding), std::move(capture));
            if (!recorded) co_return recorded.error();
        }
    }
    co_return Result<void>{};
}

// Fetches the page once more, without conditions, so that page and picture are witnessed together.
Task<Result<Pipeline::SecondLook>> Pipeline::look_again(Journey& journey, Url page)
{
    SecondLook look;
    look.state = PageState::unavailable;
    crawler::Conditions none;
    const auto answer =
        co_await services_.fetcher.fetch(journey.site, page, none, journey.settings->page, crawler::Purpose::evidence);
    if (!answer) {
        if (answer.error().code == Errc::cancelled) co_return answer.error();
        look.error = to_string(answer.error());
        co_return std::move(look);
    }
    look.fetched = chain_of(*answer);
    const auto status = answer->answer.status;
    if (status == status_not_found || status == status_gone) look.state = PageState::gone;
    if (status != 200) co_return std::move(look);
    auto payload = answer->answer.payload();
    if (!payload) co_return std::move(look);
    auto document = document_of(answer->answer, std::make_shared<const Bytes>(*std::move(payload)));
    const auto links = co_await services_.inspector.links(std::move(document), answer->answer.url.text());
    if (!links) {
        if (links.error().code == Errc::cancelled) co_return links.error();
        look.error = to_string(links.error());
        co_return std::move(look);
    }
    const bool is_named = std::ranges::any_of(links->links, [&](const Link& link) {
        const auto url = Url::parse(link.url);
        return url && *url == journey.visit.url;
    });
    look.state = is_named ? PageState::named : PageState::not_named;
    co_return std::move(look);
}

// Evidence first, synced and renamed; then finding, alerts and audit line in one transaction.
Task<Result<void>> Pipeline::record_occurrence(Journey& journey, Finding finding, evidence::Capture capture)
{
    evidence::EvidenceFacts facts{finding, {}, {}, {}, services_.clock.now()};
    auto name = [&](store::CaseDatabase& cases, store::FrontierDatabase&) {
        for (const auto& c : cases.cases())
            if (c.id == finding.case_id) facts.case_pseudonym = c.pseudonym;
        for (const auto& reference : cases.references_of(finding.case_id))
            if (reference.id == finding.reference) facts.reference_name = reference.name;
    };
    co_await services_.stores.run(std::move(name));
    if (facts.case_pseudonym.empty() || facts.reference_name.empty())
        co_return Result<void>{}; // withdrawn since it was compared
    facts.explanation["extractor_version"] = extractor_version;
    facts.explanation["reference_generation"] = journey.result.generation;

    auto write = [&] {
        return evidence::write_evidence(journey.settings->evidence, services_.signing, facts, capture);
    };
    const auto stored = co_await offload(services_.cpu, std::move(write));
    if (!stored) co_return stored.error();
    finding.evidence_file = stored->file;
    finding.evidence_digest = stored->digest;

    alerts::AlertEvent event;
    event.alert_id = alerts::alert_id(facts.case_pseudonym, finding.reference, finding.content.hex(),
                                      finding.page_url.text() + " " + finding.image_url.text(), finding.epoch);
    event.type = "match.opened";
    event.at = finding.first_seen;
    event.case_pseudonym = facts.case_pseudonym;
    event.tier = finding.match.tier;
    event.relation = finding.match.relation;
    event.epoch = finding.epoch;
    event.link = alerts::alert_link(journey.settings->link, event.alert_id);
    std::vector<store::NewAlert> queued;
    for (const auto& channel : journey.settings->channels)
        queued.push_back({event.alert_id, channel, alerts::write_event(event)});

    auto commit = [&, at = services_.clock.now()](store::CaseDatabase& cases, store::FrontierDatabase&) {
        return cases.record_finding(finding, queued, {"stillwatchd", at});
    };
    const auto recorded = co_await services_.stores.run(std::move(commit));
    if (!recorded || !recorded->created) {
        const auto removed = evidence::remove_package(journey.settings->evidence.directory, stored->file);
        if (!removed) log::error("pipeline", "evidence not removed", {{"reason", removed.error().detail}});
    }
    if (!recorded) {
        if (recorded.error().code == Errc::refused) co_return Result<void>{}; // withdrawn meanwhile
        co_return recorded.error();
    }
    if (recorded->created) {
        services_.counters.add("findings_total", "tier", name_of(finding.match.tier));
        log::info("pipeline", "finding", {{"finding", recorded->id.value}, {"case", facts.case_pseudonym},
                                          {"tier", name_of(finding.match.tier)}});
        services_.alerts_queued();
    }
    co_return Result<void>{};
}

} // namespace stillwatch::daemon
