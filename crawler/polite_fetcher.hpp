#pragma once

#include "core/fetch.hpp"
#include "crawler/cookies/cookie_jar.hpp"
#include "crawler/pace/host_gate.hpp"
#include "crawler/pace/host_pace.hpp"
#include "crawler/referrer.hpp"
#include "crawler/robots/robots_cache.hpp"
#include "crawler/settings.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace stillwatch::crawler {

// What the fetched bytes are for.
enum class Purpose : std::uint8_t { page, image, video, evidence };

// Validators of an earlier answer, and which bytes are wanted; what is empty is not sent.
struct Conditions {
    std::string etag{};
    std::string last_modified{};
    std::string range{}; // "bytes=0-1048575" (RFC 9110 section 14.2), and then without content encoding
};

// What an address led to: the answer, and before it the redirects on the way, first one first.
struct PoliteAnswer {
    Fetched answer;
    std::vector<Fetched> hops{};
    // Where `answer`, a redirect, leads to: to an address that is visited anyway, so it was not followed.
    std::optional<Url> led_to{};

    bool has_new_cookie = false; // on the way, of a name that the site's jar did not hold
};

// Whether what `from` redirects to is another address, visited under its own name sooner or later.
using IsVisitedAnyway = std::function<Task<bool>(Url from, Url to)>;

// Whether an error of PoliteFetcher means that the host's robots.txt forbids the address: no trouble of
// anybody's.
bool is_robots_refusal(const Error& error) noexcept;
// Whether it means that the transport does not go there: the guard on addresses closes the host.
bool is_guard_refusal(const Error& error) noexcept;
// The host, as Url::host_port(), where it means that a host of no site was to be asked.
std::optional<std::string> host_outside(const Error& error);

// Fetches as a considerate visitor: every request, redirects and robots.txt included, passes the site's
// scope, the host's robots.txt and the host's gate. On the loop's thread; it must outlive its fetches.
class PoliteFetcher final : public HostPace {
public:
    static constexpr int max_redirects = 20;
    static constexpr int max_robots_redirects = 5; // RFC 9309 section 2.3.1.2

    PoliteFetcher(Fetcher& transport, RobotsStore& robots, Timekeeper& time, const Clock& clock);

    // `from`: the page that led to it, as far as the site lets it be told. Cookies that the site hands out
    // are kept and sent back; a redirect to an address of the chain is followed where they are others now.
    // Any status is an answer, also 429 and 503. Errors: refused ("scope: off_site other.example", "robots:
    // line 12 'Disallow: /x'"), unreachable (also: robots.txt of the host could not be had), malformed (a
    // redirect that goes in circles or past max_redirects), cancelled, and those of the transport.
    Task<Result<PoliteAnswer>> fetch(std::shared_ptr<const SiteRules> site, Url url, Conditions conditions,
                                     std::optional<Referrer> from, FetchLimits limits, Purpose purpose);

    // Redirects to such addresses are not followed, but for evidence and with a cookie that was not there.
    void leave_to_themselves(IsVisitedAnyway is_visited_anyway)
    {
        is_visited_anyway_ = std::move(is_visited_anyway);
    }

    // The robots.txt in force for the origin of `url`. Errors: cancelled.
    Task<Result<std::shared_ptr<const RobotsFile>>> robots(std::shared_ptr<const SiteRules> site, Url url);

    // An answer was a challenge, as its headers or its text say: its host rests.
    void challenged(const Fetched& answer);
    // An answer was a page, and nothing in the way.
    void welcomed(const Fetched& answer);

    // Hosts ("board.example", "board.example:8080") that get no request: waits for a turn there end with
    // `cancelled`, now and until they are no longer among them. Requests under way are the transport's to
    // end.
    void set_stopped(std::set<std::string, std::less<>> hosts);

    // Whether the site handed out cookies that are kept.
    bool has_cookies(const SiteRules& site);

    HostStanding standing(const std::string& origin) const override;

    // Ends all waits for a turn with `cancelled`, now and later. Requests under way are the transport's to
    // end.
    void stop();

private:
    Moment started(const Fetched& answer) const;
    static constexpr std::size_t max_gates = 10'000;

    void stop_or_resume(const std::string& origin, HostGate& host) const;
    void share_address(HostGate& host, const std::string& address);
    HostGate& gate(const std::string& origin, const SiteRules& site);
    CookieJar* jar_of(const SiteRules& site);
    void keep_cookies(const SiteRules& site, const Fetched& answer, bool& has_new_cookie);
    std::string cookies_for(const SiteRules& site, const Url& url);
    void add_headers(const SiteRules& site, FetchRequest& request);
    static void tell_referrer(const SiteRules& site, const std::optional<Referrer>& from,
                              FetchRequest& request);
    // `has_new_cookie` becomes true where the answer brings one, and is left alone elsewhere.
    Task<Result<Fetched>> send(std::shared_ptr<const SiteRules> site, FetchRequest request,
                               bool& has_new_cookie);
    Task<Result<>> ask_robots(std::shared_ptr<const SiteRules> site, Url url);
    Task<Result<store::RobotsRow>> download_robots(std::shared_ptr<const SiteRules> site, std::string origin);

    IsVisitedAnyway is_visited_anyway_;
    Fetcher& transport_;
    Timekeeper& time_;
    const Clock& clock_;
    RobotsCache robots_;
    std::map<std::string, std::unique_ptr<HostGate>> gates_;
    std::map<std::string, std::shared_ptr<AddressPace>> addresses_; // those of the hosts in gates_
    // By site: none is told what another handed out. Where a site is asked with other headers than before,
    // its jar is begun anew: it may hold what the earlier ones opened.
    struct SiteJar {
        std::vector<HeaderField> headers{};
        CookieJar cookies{};
    };
    std::map<std::string, SiteJar> jars_;
    std::set<std::string, std::less<>> stopped_hosts_;
    bool stopped_ = false;
};

} // namespace stillwatch::crawler
