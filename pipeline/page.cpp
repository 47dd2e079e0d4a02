#include "core/log.hpp"
#include "crawler/canonical.hpp"
#include "crawler/scope.hpp"
#include "crawler/series.hpp"
#include "crawler/walls.hpp"
#include "pipeline/answers.hpp"
#include "pipeline/header_links.hpp"
#include "pipeline/pipeline.hpp"

// What becomes of a page that came: its links are read and taken up.
namespace stillwatch::pipeline {

Task<Result<Seen>> Pipeline::read_page(const VisitState& state, const Came& came, bool is_unseen)
{
    const auto& fetched = came.fetched();
    introductions_.note_policy(state.visit.id, crawler::referrer_policy(fetched.joined("Referrer-Policy")));
    Seen seen(Ending::page_read(), state, came);
    seen.kind = LinkKind::page;
    seen.news = 0;
    seen.wall = wall_led_to(fetched, state.visit);
    if (is_known_page(came, state)) co_return std::move(seen); // the links of these bytes are known
    auto document = document_of(fetched, came.body, state.site->name);
    auto page = co_await services_.inspector.links(std::move(document), fetched.url.text());
    if (page) {
        trouble_.worked();
        // A bound of its reader was reached: addresses or pictures inside it are left out.
        if (page->truncated) services_.counters.add("pages_truncated_total");
        if (page->wall != Wall::challenge) co_await take_inside(*came.answer, *page);
        auto taken = co_await take_page(state, came, std::move(seen), *page);
        co_return taken;
    }
    if (page.error().code == Errc::exists) { // a picture stands there
        auto judged = co_await judge_picture(state, came, is_unseen ? Show::unseen : Show::picture);
        if (judged) judged->wall = seen.wall;
        if (judged) judged->news = 0;
        co_return judged;
    }
    if (page.error().code == Errc::cancelled) co_return page.error();
    services_.counters.add("pages_refused_total", "code", name_of(page.error().code));
    log::debug("pipeline", "page not read",
               {{"url", state.visit.url.text()}, {"reason", to_string(page.error())}});
    note_trouble(page.error());
    co_return seen.ended(why_unread_page(page.error()));
}

// Takes up what a page names.
Task<Result<Seen>> Pipeline::take_page(const VisitState& state, const Came& came, Seen seen,
                                       const PageLinks& page)
{
    if (is_challenge_text(Show::page, page.wall)) co_return seen.ended(NotCompared::challenge);
    seen.wall = wall_seen(came.fetched(), state.visit, page.wall);
    if (page.policy) introductions_.note_policy(state.visit.id, page.policy);
    for (const auto& link : page.links) {
        auto found = discover(state, link);
        if (found) introductions_.note_link(state.visit.id, found->url, link.policy);
        if (found)
            seen.discovered.push_back(*std::move(found));
        else
            note_outside(state, link, seen);
    }
    if (seen.wall && *seen.wall != Wall::none) {
        services_.counters.add("walls_total", "wall", name_of(*seen.wall));
        if (state.visit.kind == LinkKind::image) // the picture is behind it, or named by it
            co_return seen.ended(NotCompared::page_in_place);
    } else {
        services_.fetcher.welcomed(came.fetched());
    }
    // Other bytes alone are no news: many pages show the time or a token.
    const auto links = std::cref(seen.discovered);
    seen.news = co_await services_.stores.run(&crawler::UrlFrontier::new_images, links, state.visit.id);
    co_return std::move(seen);
}

// An answer that is no page anyway: only what its text says of challenges counts.
Task<Result<Seen>> Pipeline::read_refusal(const VisitState& state, const Came& came, Shown shown)
{
    Seen seen(*shown.why, state, came);
    auto document = document_of(came.fetched(), came.body, state.site->name);
    document.trust = Trust::anyone;
    const auto page = co_await services_.inspector.links(std::move(document), came.fetched().url.text());
    if (!page && page.error().code == Errc::cancelled) co_return page.error();
    if (!page) co_return std::move(seen);
    if (is_challenge_text(shown.what, page->wall)) co_return seen.ended(NotCompared::challenge);
    for (const auto& link : page->links) { // browsers follow it whatever the status
        if (link.mechanism != Mechanism::meta_refresh) continue;
        if (auto found = discover(state, link)) seen.discovered.push_back(*std::move(found));
    }
    co_return std::move(seen);
}

// What headers lead to. A picture leads nowhere: where an element shows it, browsers follow none of them.
void Pipeline::discover_headers(const VisitState& state, const Came& came, Seen& seen)
{
    const auto& reason = seen.ending.reason();
    if (!is_body_read(*came.answer) || reason == NotCompared::challenge) return;
    if (media_of(came.fetched(), *came.body, LinkKind::page) == Media::picture) return;
    for (const auto& link : header_links(came.fetched()))
        if (auto found = discover(state, link)) seen.discovered.push_back(*std::move(found));
}

// What a link leads to, where the site's scope has it.
std::optional<store::Discovered> Pipeline::discover(const VisitState& state, const Link& link)
{
    const auto written = Url::parse(link.url);
    if (!written) {
        services_.counters.add("links_left_out_total", "reason", "not_an_address");
        return std::nullopt;
    }
    auto url = crawler::canonical(*written);
    if (url.target() == "/robots.txt") return std::nullopt; // open directories list it; it was read already
    const bool is_next = link.kind == LinkKind::page && crawler::same_series(state.visit.url, url);
    store::Discovered found{std::move(url), link.kind, link.mechanism, state.site->name, link.item, is_next};
    const auto scope =
        crawler::check_scope(*state.site, found.url, link.kind, found.depth_from(state.visit.depth));
    if (!scope.follow) {
        services_.counters.add("links_left_out_total", "reason", crawler::name_of(scope.reason));
        return std::nullopt;
    }
    if (link.mechanism == Mechanism::control && !controls_[state.site->name].takes(found.url.text())) {
        services_.counters.add("links_left_out_total", "reason", "controls_bring_nothing");
        return std::nullopt;
    }
    services_.counters.add("links_found_total", "mechanism", name_of(link.mechanism));
    return found;
}

// Where pictures and videos lie that the watch list leaves out, for the operator to see; videos where the
// site has them looked at.
void Pipeline::note_outside(const VisitState& state, const Link& link, Seen& seen)
{
    const bool is_watched_video =
        link.kind == LinkKind::video &&
        (state.site->videos == crawler::VideoUse::glance || state.site->videos == crawler::VideoUse::look);
    if (link.kind != LinkKind::image && !is_watched_video) return;
    const auto url = Url::parse(link.url);
    if (!url || crawler::is_host_of(*state.site, *url) || crawler::is_denied(*url)) return;
    auto host = url->host_port();
    ++seen.outside.try_emplace(host, store::OutsideHost{host}).first->second.pictures;
}

// What the robots.txt of an origin names, once a run: it was read before anything else was asked for there.
Task<std::vector<store::Discovered>> Pipeline::discover_sitemaps(const VisitState& state, const Came& came)
{
    std::vector<store::Discovered> discovered;
    if (came.answer->led_to) co_return std::move(discovered);
    const auto& url = state.visit.url;
    if (state.site->robots != crawler::RobotsPolicy::obey || !sitemaps_told_.insert(url.origin()).second)
        co_return std::move(discovered);
    if (sitemaps_told_.size() > max_origins_told) sitemaps_told_.clear();
    const auto robots = co_await services_.fetcher.robots(state.site, url);
    if (!robots) co_return std::move(discovered);
    for (const auto& address : (*robots)->rules.sitemaps()) {
        const auto sitemap = Url::join(url, address);
        if (!sitemap) continue;
        if (auto found = discover(state, {Mechanism::sitemap, LinkKind::page, sitemap->text()}))
            discovered.push_back(*std::move(found));
    }
    co_return std::move(discovered);
}

} // namespace stillwatch::pipeline
