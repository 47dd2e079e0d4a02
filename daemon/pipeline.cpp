#include "daemon/pipeline.hpp"

#include "cases/consent.hpp"
#include "core/log.hpp"
#include "crawler/canonical.hpp"
#include "crawler/revisit.hpp"
#include "crawler/scope.hpp"
#include "crawler/series.hpp"
#include "crawler/walls.hpp"
#include "daemon/answers.hpp"
#include "daemon/comparison.hpp"
#include "daemon/finding_alerts.hpp"

#include <algorithm>
#include <optional>

namespace stillwatch::daemon {

using store::Outcome;

namespace {

constexpr int status_not_modified = 304;
// Longer validators than any real server's are not kept for millions of addresses, nor sent back.
constexpr std::size_t max_validator_bytes = 512;

// Visits after which an answer that always breaks off is taken as far as it comes.
constexpr int tries_for_the_whole = 3;

std::string validator(const Fetched& answer, std::string_view name)
{
    const auto value = answer.header(name);
    return value.size() <= max_validator_bytes ? std::string(value) : std::string();
}

// More is hashed in the pool; below, handing over costs more than hashing (0.15 ms).
constexpr std::size_t most_bytes_on_loop = 256U << 10U;

// The body without chunk framing where it has any, and what it is known by. What pretends to be chunked and is not is
// looked at as it came.
struct Payload {
    std::optional<Bytes> unchunked;
    Sha256 content;
};

Payload payload_of(const Fetched& answer)
{
    if (answer.is_chunked())
        if (auto payload = answer.payload()) {
            const auto content = Sha256::of(*payload);
            return Payload{*std::move(payload), content};
        }
    return Payload{std::nullopt, Sha256::of(answer.body)};
}

Outcome outcome_of(const Error& error)
{
    switch (error.code) {
    case Errc::refused: return Outcome::refused;
    default: return Outcome::unreachable;
    }
}

} // namespace

Task<Result<store::VisitResult>> Pipeline::visit(store::Visit visit)
{
    const auto site = settings_->crawl->site(visit.site);
    Journey journey{std::move(visit), settings_, site, {}};
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
            journey.was_match = verdict && verdict->matched;
            is_current =
                verdict && verdict->extractor_version == extractor_version &&
                (verdict->undecodable || (!verdict->matched && verdict->generation == result.generation));
        }
        crawler::Conditions conditions;
        journey.is_conditional = crawler::may_be_conditional(known, is_current);
        if (journey.is_conditional) conditions = {known.etag, known.last_modified};
        const bool is_image = known.kind == LinkKind::image;
        const auto& limits = is_image ? journey.settings->image : journey.settings->page;
        const auto purpose = is_image ? crawler::Purpose::image : crawler::Purpose::page;
        auto answer = co_await services_.fetcher.fetch(journey.site, known.url, conditions, limits, purpose);
        if (answer) {
            journey.answer = std::make_shared<crawler::PoliteAnswer>(*std::move(answer));
            const auto read = co_await read_answer(journey, *journey.answer);
            if (!read) co_return read.error();
            co_await discover_sitemaps(journey);
        } else {
            if (answer.error().code == Errc::cancelled) co_return answer.error();
            result.outcome = outcome_of(answer.error());
            services_.counters.add("fetch_errors_total", "code", name_of(answer.error().code));
            log::debug("pipeline", "not fetched",
                       {{"url", known.url.text()}, {"reason", to_string(answer.error())}});
        }
    }
    result.at = services_.clock.now();
    if (journey.was_match) co_await note_look(journey);
    const auto bounds = journey.site ? journey.site->revisit : crawler::RevisitSettings{};
    double scale = 1;
    if (journey.site) scale = co_await scales_.of(journey.site);
    const auto revisit = crawler::next_visit(known, result.outcome, journey.news, result.at, bounds, scale);
    result.news = result.outcome == Outcome::page ? journey.news : 0;
    result.rate = revisit.rate;
    result.due = revisit.due;
    if (journey.is_capped) result.due = std::min(result.due, start_of_day(result.at) + std::chrono::hours(24));
    result.tries = revisit.tries;
    result.unchanged_in_a_row = revisit.unchanged_in_a_row;
    services_.counters.add("visits_total", "outcome", name_of(result.outcome));
    co_return std::move(result);
}

Task<Result<void>> Pipeline::read_answer(Journey& journey, crawler::PoliteAnswer& answer)
{
    auto& result = journey.result;
    const auto& fetched = answer.answer;
    result.http_status = fetched.status;
    result.wire_bytes = static_cast<std::int64_t>(fetched.body.size());
    services_.counters.add("received_bytes_total", {}, {}, result.wire_bytes);
    if (crawler::is_challenge(fetched)) {
        challenged(journey, fetched);
        co_return Result<void>{};
    }
    if (fetched.status == status_not_modified) {
        // Nobody asked "has it changed?": an answer to another question tells nothing.
        result.outcome = journey.is_conditional ? Outcome::unchanged : Outcome::unreachable;
        co_return Result<void>{};
    }
    if (fetched.status != 200) {
        result.outcome = is_gone(fetched) ? Outcome::gone : Outcome::unreachable;
        if (!may_be_challenge(fetched)) co_return Result<void>{};
        auto looked = co_await look_for_challenge(journey, answer.answer);
        co_return looked;
    }
    Payload payload;
    if (fetched.body.size() <= most_bytes_on_loop) {
        payload = payload_of(fetched);
    } else {
        auto digest = [&fetched] { return payload_of(fetched); };
        payload = co_await offload(services_.cpu, std::move(digest));
    }
    const bool broke_off = fetched.cut == Cut::disconnect || fetched.cut == Cut::time;
    if (broke_off) services_.counters.add("fetch_errors_total", "code", name_of(Errc::timed_out));
    if (broke_off && fetched.body.empty()) {
        result.outcome = Outcome::unreachable;
        co_return Result<void>{};
    }
    const bool is_other = result.content != payload.content;
    journey.broke_off = broke_off;
    journey.news = is_other ? 1 : 0;
    result.content = payload.content;
    // Those of a redirect's end belong to another address, those of an answer that broke off to all of it, and what
    // nobody sends back is not kept.
    const bool is_own = answer.hops.empty() && !broke_off;
    result.etag = is_own ? validator(fetched, "ETag") : "";
    result.last_modified = is_own ? validator(fetched, "Last-Modified") : "";
    const Bytes& bytes = payload.unchunked ? *payload.unchunked : fetched.body;
    switch (media_of(fetched, bytes, journey.visit.kind)) {
    case Media::page: {
        result.kind = LinkKind::page;
        // Nobody needs the answer's own body after this.
        auto body = std::make_shared<const Bytes>(payload.unchunked ? *std::move(payload.unchunked)
                                                                    : std::move(answer.answer.body));
        auto read = co_await read_page(journey, fetched, document_of(fetched, std::move(body)));
        co_return read;
    }
    case Media::picture: {
        result.kind = LinkKind::image;
        Document document;
        // A copy of 33 MB would hold the loop up for 30 ms.
        std::shared_ptr<const Bytes> body(journey.answer, &answer.answer.body);
        if (payload.unchunked) body = std::make_shared<const Bytes>(*std::move(payload.unchunked));
        if (journey.settings->compares) document = document_of(fetched, std::move(body));
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
    // A site has a log-in page of its own: visited under its own address it tells nothing.
    const bool is_own_wall = crawler::wall_at(journey.visit.url) != Wall::none;
    if (const auto led_to = crawler::wall_at(answer.url); !is_own_wall && led_to != Wall::none)
        result.wall = led_to;
    if (journey.news == 0 && journey.visit.last_outcome == Outcome::page) {
        result.outcome = Outcome::page; // the links of these bytes are known
        co_return Result<void>{};
    }
    journey.news = 0;
    const auto links = co_await services_.inspector.links(std::move(document), answer.url.text());
    if (!links) {
        if (links.error().code == Errc::cancelled) co_return links.error();
        result.outcome = links.error().code == Errc::io ? Outcome::unreachable : Outcome::undecodable;
        services_.counters.add("pages_refused_total", "code", name_of(links.error().code));
        log::debug("pipeline", "page not read",
                   {{"url", answer.url.text()}, {"reason", to_string(links.error())}});
        co_return Result<void>{};
    }
    if (links->wall == Wall::challenge) {
        challenged(journey, answer);
        co_return Result<void>{};
    }
    if (!is_own_wall && !result.wall) result.wall = links->wall == Wall::riddle ? Wall::none : links->wall;
    for (const auto& link : links->links)
        discover(journey, link);
    if (result.wall && *result.wall != Wall::none) {
        services_.counters.add("walls_total", "wall", name_of(*result.wall));
        if (journey.visit.kind == LinkKind::image) { // the picture is behind it, or named by it
            leave_for_later(journey);
            co_return Result<void>{};
        }
    } else {
        services_.fetcher.welcomed(answer);
    }
    // Other bytes alone are no news: many pages show the time or a token.
    auto look = [&links = result.discovered](store::CaseDatabase&, store::FrontierDatabase& frontier) {
        return frontier.new_images(links);
    };
    journey.news = co_await services_.stores.run(std::move(look));
    result.outcome = Outcome::page;
    // What came is taken, the rest is asked for again; a page that always breaks off is what came of it.
    if (journey.broke_off && journey.visit.tries < tries_for_the_whole) leave_for_later(journey);
    co_return Result<void>{};
}

// Takes an address up where the site's scope has it.
void Pipeline::discover(Journey& journey, const Link& link)
{
    const auto written = Url::parse(link.url);
    if (!written) {
        services_.counters.add("links_left_out_total", "reason", "not_an_address");
        return;
    }
    auto url = crawler::canonical(*written);
    if (url.target() == "/robots.txt") return; // open directories list it; it was read already
    const bool is_next = link.kind == LinkKind::page && crawler::same_series(journey.visit.url, url);
    store::Discovered found{std::move(url), link.kind, link.mechanism, journey.site->name, link.item, is_next};
    const auto scope = crawler::check_scope(*journey.site, found.url, link.kind, found.depth_from(journey.visit.depth));
    if (!scope.follow) {
        services_.counters.add("links_left_out_total", "reason", crawler::name_of(scope.reason));
        return;
    }
    services_.counters.add("links_found_total", "mechanism", name_of(link.mechanism));
    journey.result.discovered.push_back(std::move(found));
}

// What the robots.txt of an origin names, once a run: it was read before anything else was asked for there.
Task<void> Pipeline::discover_sitemaps(Journey& journey)
{
    const auto& url = journey.visit.url;
    if (journey.site->robots != crawler::RobotsPolicy::obey || !sitemaps_told_.insert(url.origin()).second)
        co_return;
    if (sitemaps_told_.size() > max_origins_told) sitemaps_told_.clear();
    const auto robots = co_await services_.fetcher.robots(journey.site, url);
    if (!robots) co_return;
    for (const auto& address : (*robots)->rules.sitemaps()) {
        const auto sitemap = Url::join(url, address);
        if (sitemap) discover(journey, {Mechanism::sitemap, LinkKind::page, sitemap->text()});
    }
}

Task<Result<void>> Pipeline::judge_picture(Journey& journey, const crawler::PoliteAnswer& answer,
                                           Document document)
{
    auto& result = journey.result;
    const auto content = *result.content;
    result.generation = services_.references.current()->generation();
    if (!journey.settings->compares) {
        result.outcome = Outcome::compared;
        result.generation = journey.visit.generation;
        co_return Result<void>{};
    }
    auto look = [content](store::CaseDatabase&, store::FrontierDatabase& frontier) {
        return frontier.verdict(content);
    };
    const auto verdict = co_await services_.stores.run(std::move(look));
    const bool is_current = verdict && verdict->extractor_version == extractor_version;
    if (is_current && verdict->undecodable && !journey.broke_off) {
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
        const auto known = co_await on_record(content);
        for (const auto& occurrence : known) {
            matches.push_back(occurrence.match);
            journey.fingerprint = occurrence.fingerprint;
            journey.pixels = occurrence.pixels;
        }
    }
    if (matches.empty()) {
        auto compared = co_await compare(journey, std::move(document));
        if (!compared) {
            if (compared.error().code == Errc::cancelled) co_return compared.error();
            const auto code = compared.error().code;
            services_.counters.add("pictures_refused_total", "code", name_of(code));
            log::debug("pipeline", "picture not read",
                       {{"url", journey.visit.url.text()}, {"reason", to_string(compared.error())}});
            if (code == Errc::io || journey.broke_off) { // ours, not the picture's; or not all of the picture
                leave_for_later(journey);
                co_return Result<void>{};
            }
            result.outcome = code == Errc::invalid_argument ? Outcome::too_small : Outcome::undecodable;
            result.verdict = {content, result.generation, extractor_version, false, true};
            co_return Result<void>{};
        }
        services_.counters.add("pictures_compared_total");
        matches = *std::move(compared);
        if (matches.empty() && journey.broke_off) {
            leave_for_later(journey);
            co_return Result<void>{};
        }
        if (matches.empty() &&
            answer.answer.cut != Cut::none) { // half a picture that is like nothing proves nothing
            services_.counters.add("pictures_refused_total", "code", name_of(Errc::too_large));
            result.outcome = Outcome::undecodable;
            result.verdict = {content, result.generation, extractor_version, false, true};
            co_return Result<void>{};
        }
    }
    if (!matches.empty()) {
        const auto recorded = co_await record(journey, answer, matches);
        if (!recorded) {
            if (recorded.error().code == Errc::cancelled) co_return recorded.error();
            log::error("pipeline", "finding not recorded", {{"reason", to_string(recorded.error())}});
            services_.counters.add("record_errors_total");
            leave_for_later(journey);
            co_return Result<void>{};
        }
    }
    // Other bytes of a known place leave no occurrence of their own, and matches above the bound of a day none at
    // all: then what is on record is not the whole answer, and the next address with these bytes is compared again. So
    // is this one when its revisit is due, neither sooner nor more often: a matched picture is fetched whole then
    // anyway, and only decoding comes on top.
    auto is_on_record = true;
    if (!matches.empty()) {
        const auto known = co_await on_record(content);
        is_on_record = std::ranges::all_of(matches, [&](const Match& match) {
            return std::ranges::any_of(known, [&](const Occurrence& each) { return each.match.reference == match.reference; });
        });
    }
    result.outcome = Outcome::compared;
    for (const auto& match : matches)
        result.matched.push_back(match.reference);
    result.verdict = {content, is_on_record ? result.generation : 0, extractor_version, !matches.empty(),
                      false};
    co_return Result<void>{};
}

Task<Result<std::vector<Match>>> Pipeline::compare(Journey& journey, Document document)
{
    if (services_.references.current()->size() == 0) co_return std::vector<Match>{};
    ComparisonTerms terms;
    terms.references = [this] { return services_.references.current(); };
    terms.tiers = journey.settings->tiers;
    auto& memory = templates_[journey.site->name];
    terms.templates = memory.templates();
    if (document.content_encoding.empty() || document.content_encoding == "identity")
        terms.file_digest = journey.result.content;
    auto compared =
        co_await compare_picture(services_.inspector, services_.cpu, std::move(document), std::move(terms));
    if (!compared) co_return compared.error();
    journey.result.generation = compared->generation;
    journey.fingerprint = compared->fingerprint;
    journey.pixels = std::int64_t{compared->width_px} * compared->height_px;
    memory.learn(compared->file_digest, compared->parts_of_others);
    // A lead that is not another picture of the scene tells a caseworker nothing.
    std::erase_if(compared->matches, [this](const Match& match) {
        if (match.status == MatchStatus::match || match.relation == Relation::same_scene) return false;
        services_.counters.add("candidates_left_out_total");
        return true;
    });
    co_return std::move(compared->matches);
}

Task<std::vector<Fetched>> Pipeline::chain_in_pool(const crawler::PoliteAnswer& answer)
{
    if (answer.answer.body.size() <= most_bytes_on_loop) co_return chain_of(answer);
    auto copy = [&answer] { return chain_of(answer); };
    auto chain = co_await offload(services_.cpu, std::move(copy));
    co_return std::move(chain);
}

} // namespace stillwatch::daemon
