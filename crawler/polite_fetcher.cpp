#include "crawler/polite_fetcher.hpp"

#include "core/ascii.hpp"
#include "crawler/redirect_chain.hpp"
#include "crawler/scope.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::crawler {

namespace {

constexpr bool is_redirect(int status) noexcept
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

LinkKind kind_of(Purpose purpose) noexcept
{
    switch (purpose) {
    case Purpose::image: return LinkKind::image;
    case Purpose::video: return LinkKind::video;
    case Purpose::page:
    case Purpose::evidence: break;
    }
    return LinkKind::page;
}

PaceEvent event_of(const Result<Fetched>& fetched, Timestamp now)
{
    if (!fetched) {
        const auto code = fetched.error().code;
        const bool silent = code == Errc::timed_out || code == Errc::unreachable;
        return {silent ? Load::heavy : Load::neutral};
    }
    const int status = fetched->status;
    const bool heavy = status == 429 || (status >= 502 && status <= 504) || fetched->cut == Cut::time;
    PaceEvent event{heavy ? Load::heavy : status >= 500 ? Load::neutral : Load::fine};
    if (status == 429 || status == 503)
        event.retry_after = parse_retry_after(fetched->header("Retry-After"), now);
    // Measured in whole milliseconds, rounded down; 0 without a peer means that nobody measured.
    if (fetched->first_byte.count() > 0 || !fetched->peer.address.empty())
        event.first_byte = fetched->first_byte + std::chrono::milliseconds(1);
    return event;
}

FetchRequest request_for(const Url& url, const Conditions& conditions, const FetchLimits& limits)
{
    FetchRequest request{.url = url};
    request.limits = limits;
    if (!conditions.etag.empty()) request.headers.push_back({"If-None-Match", conditions.etag});
    if (!conditions.last_modified.empty())
        request.headers.push_back({"If-Modified-Since", conditions.last_modified});
    if (!conditions.range.empty()) {
        request.headers.push_back({"Range", conditions.range});
        request.headers.push_back({"Accept-Encoding", "identity"});
    }
    return request;
}

constexpr std::string_view robots_refusal = "robots: ";
constexpr std::string_view scope_refusal = "scope: ";

constexpr std::ptrdiff_t max_redirect_body_bytes = 64 << 10;
constexpr std::chrono::milliseconds longest_wait = std::chrono::minutes(1);

FetchLimits robots_limits()
{
    FetchLimits limits;
    limits.max_body_bytes = RobotsRules::max_body_bytes;
    limits.total = std::chrono::seconds(30);
    return limits;
}

std::string off_site_refusal()
{
    return fmt::format("{}{} ", scope_refusal, name_of(ScopeReason::off_site));
}

} // namespace

bool is_robots_refusal(const Error& error) noexcept
{
    return error.code == Errc::refused && error.detail.starts_with(robots_refusal);
}

bool is_guard_refusal(const Error& error) noexcept
{
    return error.code == Errc::refused && !is_robots_refusal(error) &&
           !error.detail.starts_with(scope_refusal);
}

std::optional<std::string> host_outside(const Error& error)
{
    const auto text = off_site_refusal();
    if (error.code != Errc::refused || !error.detail.starts_with(text)) return std::nullopt;
    return error.detail.substr(text.size());
}

PoliteFetcher::PoliteFetcher(Fetcher& transport, RobotsStore& robots, Timekeeper& time, const Clock& clock)
    : transport_(transport), time_(time), clock_(clock), robots_(robots, time, clock)
{
}

Task<Result<PoliteAnswer>> PoliteFetcher::fetch(std::shared_ptr<const SiteRules> site, Url url,
                                                Conditions conditions, std::optional<Referrer> from,
                                                FetchLimits limits, Purpose purpose)
{
    std::vector<Fetched> hops;
    Chain chain;
    bool has_new_cookie = false;
    const CookiesFor cookies_then = [this, &site](const Url& to) { return cookies_for(*site, to); };
    for (;;) {
        const auto scope = check_scope(*site, url, kind_of(purpose), 0);
        if (!scope.follow)
            co_return Error{Errc::refused,
                            fmt::format("{}{} {}", scope_refusal, name_of(scope.reason), url.host_port())};
        const auto allowed = co_await ask_robots(site, url);
        if (!allowed) co_return allowed.error();
        // A turn of its own is waited for by whoever chose the address (crawler/host_queue.hpp). For a
        // recapture or the rest of a chain nobody waits hours: an alert would with it.
        const bool may_wait = purpose != Purpose::evidence && hops.empty();
        if (!may_wait && standing(url.origin()).earliest_start > time_.now() + longest_wait)
            co_return Error{Errc::unreachable, fmt::format("{} rests", url.host_port())};
        auto request = request_for(url, conditions, limits);
        tell_referrer(*site, from, request);
        chain.push_back({url, cookies_for(*site, url)});
        // For evidence: the visit holds the picture already.
        if (purpose == Purpose::evidence) request.when_full = WhenFull::go_on;
        auto fetched = co_await send(site, std::move(request), has_new_cookie);
        if (!fetched) co_return fetched.error();
        if (!is_redirect(fetched->status) || fetched->header("Location").empty())
            co_return PoliteAnswer{std::move(*fetched), std::move(hops), std::nullopt, has_new_cookie};
        if (hops.size() == max_redirects) co_return Error{Errc::malformed, "redirects: more than 20"};
        auto next = next_hop(*fetched, chain, cookies_then);
        if (!next) co_return next.error();
        // What a new cookie opens is seen by whoever brings it.
        if (purpose != Purpose::evidence && is_visited_anyway_ && !has_new_cookie) {
            Url first = chain.front().url;
            Url to = *next;
            const bool is_visited = co_await is_visited_anyway_(std::move(first), std::move(to));
            if (is_visited)
                co_return PoliteAnswer{std::move(*fetched), std::move(hops), std::move(*next),
                                       has_new_cookie};
        }
        // Nobody reads the body of a redirect; twenty large ones would be held at once.
        if (fetched->body.size() > max_redirect_body_bytes) {
            fetched->body = Bytes(fetched->body.begin(), fetched->body.begin() + max_redirect_body_bytes);
            fetched->cut = Cut::size;
        }
        fetched->share.reset(); // too little to count, and the next hop may have to wait
        hops.push_back(std::move(*fetched));
        url = std::move(*next);
        conditions = {}; // they are of the first address's own answer
    }
}

Task<Result<>> PoliteFetcher::ask_robots(std::shared_ptr<const SiteRules> site, Url url)
{
    const Result<> fine;
    if (!site->obeys_robots(clock_.now())) co_return fine;
    const auto file = co_await robots(site, url);
    if (!file) co_return file.error();
    const auto decision = (*file)->allows(url.target());
    if (decision.allowed) co_return fine;
    const auto code = (*file)->access == RobotsAccess::nothing ? Errc::unreachable : Errc::refused;
    co_return Error{code, std::string(robots_refusal) + (*file)->reason(decision)};
}

Task<Result<std::shared_ptr<const RobotsFile>>> PoliteFetcher::robots(std::shared_ptr<const SiteRules> site,
                                                                      Url url)
{
    RobotsDownload download = [this, site](std::string origin) {
        return download_robots(site, std::move(origin));
    };
    auto file = co_await robots_.get(url.origin(), std::move(download));
    if (!file) co_return file;
    auto& host = gate(url.origin(), *site);
    host.set_crawl_delay((*file)->rules.crawl_delay());
    // Nothing may be fetched until robots.txt is answered: the host rests as a whole, its addresses keep
    // their turn.
    if ((*file)->access == RobotsAccess::nothing) {
        const auto pause = robots_.asked_again_at(url.origin()) - clock_.now();
        host.rest(std::chrono::ceil<std::chrono::milliseconds>(pause));
    }
    co_return file;
}

Task<Result<store::RobotsRow>> PoliteFetcher::download_robots(std::shared_ptr<const SiteRules> site,
                                                              std::string origin)
{
    store::RobotsRow row;
    row.origin = origin;
    row.fetched_at = clock_.now();
    auto url = Url::parse(origin + "/robots.txt");
    Chain chain;
    const CookiesFor cookies_then = [this, &site](const Url& to) { return cookies_for(*site, to); };
    bool has_new_cookie = false;
    // RFC 9309 section 2.3.1.2 lets robots.txt be kept elsewhere. Whoever is no part of the watch list is not
    // asked for anything, though, least of all because a stranger's redirect says so.
    while (url && is_host_of(*site, *url) && !is_denied(*url) && chain.size() <= max_robots_redirects) {
        // Nothing here decodes contents: they are asked for plain.
        FetchRequest request{
            .url = *url, .headers = {{"Accept-Encoding", "identity"}}, .limits = robots_limits()};
        request.when_full = WhenFull::go_on; // small, and others wait for it
        chain.push_back({*url, cookies_for(*site, *url)});
        const auto fetched = co_await send(site, std::move(request), has_new_cookie);
        // Where the guard closes the host itself, nobody was asked: that is no outage of the host's.
        const bool is_closed = !fetched && fetched.error().code == Errc::refused && chain.size() == 1;
        if (is_closed || (!fetched && fetched.error().code == Errc::cancelled)) co_return fetched.error();
        row.http_status = fetched ? fetched->status : 0;
        row.fetched_at = clock_.now();
        if (!fetched) co_return row;
        if (is_redirect(fetched->status)) {
            url = next_hop(*fetched, chain, cookies_then);
            continue;
        }
        if (access_by_status(row.http_status) != RobotsAccess::rules) co_return row;
        const auto body = fetched->payload();
        const auto encoding = fetched->encodings();
        const bool whole = fetched->cut == Cut::none || fetched->cut == Cut::size;
        if (!body || !whole || !(encoding.empty() || encoding == "identity"))
            row.http_status = 0;
        else
            row.body = as_text(*body).substr(0, RobotsRules::max_body_bytes);
        co_return row;
    }
    co_return row;
}

Task<Result<Fetched>> PoliteFetcher::send(std::shared_ptr<const SiteRules> site, FetchRequest request,
                                          bool& has_new_cookie)
{
    auto& host = gate(request.url.origin(), *site);
    auto slot = co_await host.acquire();
    if (!slot) co_return slot.error();
    add_headers(*site, request); // with the cookies that came meanwhile
    request.route = site->route;
    auto fetched = co_await transport_.fetch(std::move(request));
    if (fetched) share_address(host, fetched->peer.address);
    if (fetched) keep_cookies(*site, *fetched, has_new_cookie);
    host.record(event_of(fetched, clock_.now()), slot->started());
    co_return fetched;
}

void PoliteFetcher::challenged(const Fetched& answer)
{
    const auto found = gates_.find(answer.url.origin());
    if (found == gates_.end()) return;
    found->second->record({Load::challenge}, started(answer));
}

void PoliteFetcher::welcomed(const Fetched& answer)
{
    if (const auto found = gates_.find(answer.url.origin()); found != gates_.end())
        found->second->welcomed(started(answer));
}

// The gate counts in moments; an answer knows its time of day.
Moment PoliteFetcher::started(const Fetched& answer) const
{
    return time_.now() - std::max(clock_.now() - answer.started, Timestamp::duration(0));
}

void PoliteFetcher::share_address(HostGate& host, const std::string& address)
{
    if (address.empty()) return;
    if (addresses_.size() >= max_gates)
        std::erase_if(addresses_, [](const auto& entry) { return entry.second.use_count() == 1; });
    auto& shared = addresses_[address];
    if (!shared) shared = std::make_shared<AddressPace>();
    host.set_address(shared);
}

void PoliteFetcher::set_stopped(std::set<std::string, std::less<>> hosts)
{
    stopped_hosts_ = std::move(hosts);
    for (auto& [origin, host] : gates_)
        stop_or_resume(origin, *host);
}

void PoliteFetcher::stop_or_resume(const std::string& origin, HostGate& host) const
{
    const auto url = Url::parse(origin + "/");
    if (stopped_ || (url && stopped_hosts_.contains(url->host_port())))
        host.stop();
    else
        host.resume();
}

HostStanding PoliteFetcher::standing(const std::string& origin) const
{
    const auto found = gates_.find(origin);
    if (found == gates_.end()) return {time_.now()};
    const auto& host = *found->second;
    return {host.earliest_start(), host.history().errors_in_a_row};
}

void PoliteFetcher::stop()
{
    stopped_ = true;
    for (auto& [origin, host] : gates_)
        host->stop();
}

// A gate is made at the first request to an origin and follows the rules of the site that asked last.
HostGate& PoliteFetcher::gate(const std::string& origin, const SiteRules& site)
{
    const auto now = time_.now();
    if (gates_.size() >= max_gates)
        std::erase_if(gates_, [&](const auto& entry) {
            const auto& host = *entry.second;
            return entry.first != origin && host.is_idle() && host.earliest_start() <= now;
        });
    auto& found = gates_[origin];
    if (!found) {
        found = std::make_unique<HostGate>(time_, site.pace);
        stop_or_resume(origin, *found);
    }
    found->set_pace(site.pace);
    return *found;
}

} // namespace stillwatch::crawler
