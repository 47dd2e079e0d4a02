#include "daemon/pipeline.hpp"

#include "core/log.hpp"
#include "crawler/canonical.hpp"
#include "crawler/revisit.hpp"
#include "crawler/scope.hpp"
#include "crawler/series.hpp"
#include "crawler/walls.hpp"
#include "daemon/finding_alerts.hpp"

#include <algorithm>
#include <optional>

namespace stillwatch::daemon {

using store::Outcome;

namespace {

constexpr int status_not_modified = 304;

// Visits after which an answer that always breaks off is taken as far as it comes.
constexpr int tries_for_the_whole = 3;

// More is hashed in the pool; below, handing over costs more than hashing (0.15 ms).
constexpr std::size_t most_bytes_on_loop = 256U << 10U;

Outcome outcome_of(const Error& error)
{
    if (crawler::is_robots_refusal(error)) return Outcome::disallowed;
    switch (error.code) {
    case Errc::refused: return Outcome::refused;
    default: return Outcome::unreachable;
    }
}

// What a validator that was kept by an earlier version may hold is not sent.
crawler::Conditions conditions_of(const store::Visit& known)
{
    const auto sendable = [](const std::string& value) { return is_validator(value) ? value : std::string(); };
    return {sendable(known.etag), sendable(known.last_modified)};
}

// Whether a worker read the bytes and found no picture.
bool is_refusal(const Ending& ending)
{
    const auto& reason = ending.reason();
    return reason == NotCompared::undecodable || reason == NotCompared::known_undecodable ||
           reason == NotCompared::content_encoding || reason == NotCompared::cut_at_limit;
}

} // namespace

Pipeline::Pipeline(const Services& services, std::shared_ptr<const PipelineSettings> settings)
    : services_(services), recorder_(services), scales_(services.stores, services.clock),
      trouble_(services.problems, services.clock), settings_(std::move(settings))
{
    services_.fetcher.leave_to_themselves([this](Url from, Url to) { return is_visited_anyway(std::move(from), std::move(to)); });
}

Task<Result<store::VisitResult>> Pipeline::visit(store::Visit visit)
{
    const auto site = settings_->crawl->site(visit.site);
    Journey journey{visit, settings_, site, {}};
    begin(journey, std::move(visit));
    const auto& known = journey.visit;
    auto& result = journey.result;
    result.generation = services_.references.current()->generation();
    result.outcome = Outcome::refused;

    if (journey.site) {
        bool is_judged = false;
        if (known.content) {
            journey.known = co_await knowledge_of(*known.content);
            journey.was_match = journey.known.verdict && journey.known.verdict->matched;
            is_judged = is_settled(journey.known);
        }
        crawler::Conditions conditions;
        if (crawler::may_be_conditional(known, is_judged)) conditions = conditions_of(known);
        journey.is_conditional = !conditions.etag.empty() || !conditions.last_modified.empty();
        const bool is_image = known.kind == LinkKind::image;
        const auto& limits = is_image ? journey.settings->image : journey.settings->page;
        const auto purpose = is_image ? crawler::Purpose::image : crawler::Purpose::page;
        auto answer = co_await services_.fetcher.fetch(journey.site, known.url, conditions, limits, purpose);
        if (answer && answer->led_to) {
            count(moved(journey, *answer));
        } else if (answer) {
            journey.answer = std::make_shared<crawler::PoliteAnswer>(*std::move(answer));
            co_await arrive(journey, *journey.answer);
            const auto ending = co_await read_answer(journey, *journey.answer);
            if (!ending) co_return ending.error();
            count(*ending);
            co_await discover_sitemaps(journey);
        } else {
            if (answer.error().code == Errc::cancelled) co_return answer.error();
            result.outcome = outcome_of(answer.error());
            if (result.outcome == Outcome::disallowed)
                services_.counters.add("robots_refusals_total"); // as it should be: no error
            else
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
    result.due = std::max(revisit.due, journey.not_before);
    if (journey.is_capped) result.due = std::min(result.due, start_of_day(result.at) + std::chrono::hours(24));
    result.tries = revisit.tries;
    result.unchanged_in_a_row = revisit.unchanged_in_a_row;
    services_.counters.add("visits_total", "outcome", name_of(result.outcome));
    co_return std::move(result);
}

void Pipeline::count(const Ending& ending)
{
    if (const auto& reason = ending.reason())
        services_.counters.add("not_compared_total", "reason", name_of(*reason));
}

Task<Result<Ending>> Pipeline::read_answer(Journey& journey, crawler::PoliteAnswer& answer)
{
    auto& result = journey.result;
    const auto& fetched = answer.answer;
    result.http_status = fetched.status;
    result.wire_bytes = static_cast<std::int64_t>(fetched.body.size());
    services_.counters.add("received_bytes_total", {}, {}, result.wire_bytes);
    const bool is_challenge = crawler::is_challenge(fetched);
    if (fetched.status == status_not_modified)
        co_return is_challenge ? challenged(journey, fetched) : not_modified(journey);
    journey.broke_off = fetched.cut == Cut::disconnect || fetched.cut == Cut::time;
    if (journey.broke_off) services_.counters.add("fetch_errors_total", "code", name_of(Errc::timed_out));

    // Browsers show a picture whatever its status and headers say: it is compared before anything else is asked.
    auto payload = co_await payload_in(fetched);
    const auto media = media_of(fetched, payload.bytes_of(fetched), journey.visit.kind);
    // A copy of 33 MB would hold the loop up for 30 ms.
    std::shared_ptr<const Bytes> body(journey.answer, &answer.answer.body);
    if (payload.unchunked) body = std::make_shared<const Bytes>(*std::move(payload.unchunked));
    // Where nobody is asked what stands inside, the address tells.
    const bool is_asked = journey.settings->compares && services_.references.current()->size() > 0;
    const bool is_likely = journey.visit.kind == LinkKind::image && is_success(fetched) && !is_challenge;
    if (media == Media::picture || (media == Media::unseen && (is_asked || is_likely))) {
        take_content(journey, answer, payload);
        journey.is_unseen = media == Media::unseen;
        auto document = document_of(fetched, body, journey.site->name);
        auto judged = co_await judge_picture(journey, answer, std::move(document));
        if (!journey.is_unseen || !judged || !is_refusal(*judged)) co_return judged;
        leave_for_later(journey); // no picture stood inside
        result.kind = journey.visit.kind;
        result.generation = services_.references.current()->generation();
    }
    if (is_challenge) co_return challenged(journey, fetched);
    if (!is_success(fetched)) {
        auto refused = co_await read_refusal(journey, answer.answer);
        co_return refused;
    }
    if (journey.broke_off && fetched.body.empty()) {
        leave_for_later(journey);
        co_return NotCompared::no_body;
    }
    take_content(journey, answer, payload);
    if (is_document(fetched, *body)) {
        auto read = co_await read_page(journey, answer, std::move(body));
        co_return read;
    }
    result.outcome = Outcome::other;
    co_return NotCompared::not_a_picture;
}

Task<Payload> Pipeline::payload_in(const Fetched& answer)
{
    if (answer.body.size() <= most_bytes_on_loop) co_return payload_of(answer);
    auto digest = [&answer] { return payload_of(answer); };
    auto payload = co_await offload(services_.cpu, std::move(digest));
    co_return std::move(payload);
}

void Pipeline::take_content(Journey& journey, const crawler::PoliteAnswer& answer, const Payload& payload)
{
    auto& result = journey.result;
    const auto& fetched = answer.answer;
    journey.digest = payload.digest;
    journey.news = result.content != payload.content ? 1 : 0;
    result.content = payload.content;
    // Those of a redirect's end belong to another address, those of half an answer to all of it, those of a refusal to
    // nothing that is asked for again, and what nobody sends back is not kept.
    const bool is_at_end = answer.hops.empty() || !result.led_here.empty();
    const bool is_own = is_at_end && fetched.cut == Cut::none && fetched.status == 200;
    result.etag = is_own ? validator_of(fetched, "ETag") : "";
    result.last_modified = is_own ? validator_of(fetched, "Last-Modified") : "";
}

Task<Result<Ending>> Pipeline::read_page(Journey& journey, const crawler::PoliteAnswer& answer,
                                           std::shared_ptr<const Bytes> body)
{
    auto& result = journey.result;
    const auto& fetched = answer.answer;
    result.kind = LinkKind::page;
    // A site has a log-in page of its own: visited under its own address it tells nothing.
    const bool is_own_wall = crawler::wall_at(journey.visit.url) != Wall::none;
    if (const auto led_to = crawler::wall_at(fetched.url); !is_own_wall && led_to != Wall::none)
        result.wall = led_to;
    if (journey.news == 0 && journey.visit.last_outcome == Outcome::page) {
        result.outcome = Outcome::page; // the links of these bytes are known
        co_return Ending::page_read();
    }
    journey.news = 0;
    auto document = document_of(fetched, std::move(body), journey.site->name);
    auto copy = document;
    const auto links = co_await services_.inspector.links(std::move(copy), fetched.url.text());
    if (!links && links.error().code == Errc::exists) {
        auto judged = co_await judge_picture(journey, answer, std::move(document));
        co_return judged;
    }
    if (!links) {
        if (links.error().code == Errc::cancelled) co_return links.error();
        co_return page_not_read(journey, links.error());
    }
    trouble_.worked();
    if (links->wall == Wall::challenge) co_return challenged(journey, fetched);
    if (!is_own_wall && !result.wall) result.wall = links->wall == Wall::riddle ? Wall::none : links->wall;
    for (const auto& link : links->links)
        discover(journey, link);
    if (result.wall && *result.wall != Wall::none) {
        services_.counters.add("walls_total", "wall", name_of(*result.wall));
        if (journey.visit.kind == LinkKind::image) { // the picture is behind it, or named by it
            leave_for_later(journey);
            co_return NotCompared::page_in_place;
        }
    } else {
        services_.fetcher.welcomed(fetched);
    }
    // Other bytes alone are no news: many pages show the time or a token.
    auto look = [&links = result.discovered](store::CaseDatabase&, store::FrontierDatabase& frontier) {
        return frontier.new_images(links);
    };
    journey.news = co_await services_.stores.run(std::move(look));
    result.outcome = Outcome::page;
    // What came is taken, the rest is asked for again; a page that always breaks off is what came of it.
    if (journey.broke_off && journey.visit.tries < tries_for_the_whole) leave_for_later(journey);
    co_return Ending::page_read();
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

} // namespace stillwatch::daemon
