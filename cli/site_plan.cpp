#include "cli/site_plan.hpp"

#include "cli/session.hpp"

#include "crawler/polite_fetcher.hpp"
#include "crawler/revisit.hpp"
#include "crawler/scope.hpp"
#include "daemon/settings.hpp"
#include "daemon/web.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <set>

namespace stillwatch::cli {

namespace {

constexpr std::size_t lines_of_robots = 20;

// A plan keeps nothing.
class NoRobotsStore final : public crawler::RobotsStore {
public:
    Task<std::optional<store::RobotsRow>> load(std::string) override { co_return std::nullopt; }
    Task<> save(store::RobotsRow) override { co_return; }
};

// Or why an origin cannot be asked at all.
using RobotsByOrigin = std::map<std::string, Result<std::shared_ptr<const crawler::RobotsFile>>>;

// Where requests of this site would go: the origins of its seeds, and its other hosts with the scheme of the
// first.
std::set<std::string> origins_of(const config::Site& site)
{
    std::set<std::string> origins;
    std::string scheme = "https";
    std::set<std::string> seen;
    for (const auto& text : site.seeds) {
        const auto url = Url::parse(text);
        if (!url) continue;
        if (origins.empty()) scheme = url->scheme();
        origins.insert(url->origin());
        seen.insert(url->host_port());
    }
    for (const auto& host : site.hosts) {
        const auto url = Url::parse(scheme + "://" + host + "/");
        if (url && !seen.contains(host)) origins.insert(url->origin());
    }
    return origins;
}

Task<> ask_robots(crawler::PoliteFetcher& fetcher, std::shared_ptr<const crawler::SiteRules> rules,
                  std::set<std::string> origins, RobotsByOrigin& robots)
{
    for (const auto& origin : origins) {
        auto url = Url::parse(origin + "/");
        if (!url) continue;
        auto file = co_await fetcher.robots(rules, *std::move(url));
        if (file || crawler::is_guard_refusal(file.error())) robots.emplace(origin, std::move(file));
    }
}

// Asks the hosts of one site, politely. The transport's trouble is an unreachable robots.txt, but for hosts
// that the guard closes.
RobotsByOrigin robots_of(const net::HttpSettings& settings,
                         const std::shared_ptr<const crawler::SiteRules>& rules, const config::Site& site)
{
    asio::io_context loop(1);
    daemon::Web web(loop, settings);
    NoRobotsStore store;
    crawler::SteadyTimekeeper time(loop.get_executor());
    const SystemClock clock;
    crawler::PoliteFetcher fetcher(web, store, time, clock);
    RobotsByOrigin robots;
    std::exception_ptr failure;
    asio::co_spawn(loop, ask_robots(fetcher, rules, origins_of(site), robots),
                   [&](std::exception_ptr thrown) {
                       failure = thrown;
                       loop.stop();
                   });
    loop.run();
    if (failure) std::rethrow_exception(failure);
    return robots;
}

// "fetched", or why not.
std::string verdict_on(const crawler::SiteRules& rules, const RobotsByOrigin& robots, const Url& url,
                       LinkKind kind, int depth)
{
    const auto scope = crawler::check_scope(rules, url, kind, depth);
    if (!scope.follow) return fmt::format("scope: {}", crawler::name_of(scope.reason));
    if (!rules.obeys_robots(SystemClock().now())) return "fetched";
    const auto file = robots.find(url.origin());
    if (file == robots.end()) return "fetched unless robots.txt forbids it";
    if (!file->second) return to_string(file->second.error());
    const auto& known = **file->second;
    const auto decision = known.allows(url.target());
    return decision.allowed ? "fetched" : "robots: " + known.reason(decision);
}

json::array robots_rows(const RobotsByOrigin& robots)
{
    json::array rows;
    for (const auto& [origin, answer] : robots) {
        if (!answer) { // nobody was asked
            rows.push_back(json::object{{"origin", origin}, {"access", to_string(answer.error())}});
            continue;
        }
        const auto& file = **answer;
        json::array lines;
        for (const auto& line : file.rules.lines(lines_of_robots))
            lines.push_back(json::string(line));
        rows.push_back(
            json::object{{"origin", origin},
                         {"http_status", file.http_status},
                         {"access", file.access == crawler::RobotsAccess::rules        ? "rules"
                                    : file.access == crawler::RobotsAccess::everything ? "everything"
                                                                                       : "nothing"},
                         {"crawl_delay_ms", file.rules.crawl_delay().count()},
                         {"rules", std::move(lines)},
                         {"sitemaps", file.rules.sitemaps().size()}});
    }
    return rows;
}

std::string duration_text(std::chrono::milliseconds duration)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    if (duration.count() % 1000 != 0 && seconds < 10) return fmt::format("{}ms", duration.count());
    if (seconds < 120) return fmt::format("{}s", seconds);
    if (seconds < 7'200) return fmt::format("{}m", seconds / 60);
    if (seconds < 172'800) return fmt::format("{}h", seconds / 3'600);
    return fmt::format("{}d", seconds / 86'400);
}

// How often known pages would be visited, by how many pictures they bring.
json::array revisit_rows(const crawler::SiteRules& rules, const json::value* rates)
{
    std::vector<store::RateCount> pages;
    if (rates && rates->is_array())
        for (const auto& row : rates->get_array())
            pages.push_back({static_cast<int>(number_member(row.get_object(), "level").value_or(0)),
                             number_member(row.get_object(), "pages").value_or(0)});
    const double scale = crawler::revisit_scale(pages, crawler::revisits_a_day(rules), rules.revisit);
    json::array rows;
    for (const auto& [level, count] : pages) {
        const double per_day = crawler::rate_at(level);
        rows.push_back(
            json::object{{"pictures_a_day", per_day},
                         {"pages", count},
                         {"every", duration_text(crawler::page_interval(per_day, scale, rules.revisit))}});
    }
    return rows;
}

void add_budgets(json::object& told, const config::Site& site, const crawler::SiteRules& rules)
{
    told["delay"] = duration_text(site.delay);
    told["address_delay"] = duration_text(site.address_delay);
    told["concurrency"] = site.concurrency;
    told["max_pages"] = site.max_pages;
    told["max_depth"] = site.max_depth;
    told["max_pages_per_day"] = site.max_pages_per_day;
    told["max_bytes_per_day"] = site.max_bytes_per_day;
    told["revisits_per_day"] = crawler::revisits_a_day(rules);
    told["revisit_min"] = duration_text(site.revisit_min);
    told["revisit_max"] = duration_text(site.revisit_max);
    told["robots_policy"] = rules.obeys_robots(SystemClock().now())
                                ? std::string("obey")
                                : fmt::format("ignore until {}: {} ({})", format_utc(site.robots_until),
                                              site.robots_reason, site.robots_decided_by);
    told["proxy"] = site.proxy;
    if (!site.proxy.empty())
        told["names"] =
            site.proxy_resolves_names
                ? "looked up by the proxy: where they lead is not seen here, private ones are refused by name"
                : "onion services only, everything else is refused";
    told["tls_errors"] = site.tls_errors == config::TlsErrors::record ? "record" : "refuse";
    told["cookie_jar"] = site.cookie_jar == config::CookieUse::session ? "session" : "none";
    told["referer"] = site.referer == config::RefererUse::send ? "send" : "none";
    json::array headers; // names only: values may be secret
    for (const auto& field : rules.headers)
        headers.push_back(json::string(field.name));
    told["own_headers"] = std::move(headers);
}

// The other of "board.example" and "www.board.example"; nothing for an address or a host below a domain.
std::optional<std::string> with_or_without_www(std::string_view host)
{
    constexpr std::string_view www = "www.";
    if (host.starts_with(www)) return std::string(host.substr(www.size()));
    const auto dot = host.rfind('.');
    const bool is_name = dot != std::string_view::npos &&
                         host.find_first_not_of("0123456789", dot + 1) != std::string_view::npos;
    if (!is_name || std::ranges::count(host, '.') != 1) return std::nullopt;
    return fmt::format("{}{}", www, host);
}

// What the watch list may have forgotten.
json::array warnings_of(const config::Site& site, const crawler::SiteRules& rules,
                        const std::vector<std::string>& closed, const json::object& known)
{
    std::set<std::string> warnings;
    for (const auto& seed : site.seeds) {
        const auto url = Url::parse(seed);
        const auto other = url ? with_or_without_www(url->host()) : std::nullopt;
        if (!other) continue;
        const auto there = Url::parse(fmt::format("{}://{}:{}/", url->scheme(), *other, url->port()));
        if (there && !crawler::is_host_of(rules, *there))
            warnings.insert(fmt::format(
                "{} is not among its hosts: where the seed leads there, or links do, nothing is asked",
                there->host_port()));
    }
    if (const auto* rows = known.if_contains("hosts_left_out"); rows && rows->is_array())
        for (const auto& row : rows->get_array()) {
            const auto& host = row.as_object();
            warnings.insert(fmt::format(
                "{} is not among its hosts: {} pictures named there, {} redirects to it",
                text_member(host, "host").value_or(""), number_member(host, "pictures").value_or(0),
                number_member(host, "redirects").value_or(0)));
        }
    for (const auto& host : closed)
        warnings.insert(fmt::format(
            "{} is not a public address, or closed by the guard (see network.allowed_private_networks)",
            host));
    json::array told;
    for (const auto& warning : warnings)
        told.push_back(json::string(warning));
    return told;
}

LinkKind kind_named(std::string_view name)
{
    for (const auto kind : {LinkKind::image, LinkKind::video})
        if (name == name_of(kind)) return kind;
    return LinkKind::page;
}

json::object plan_of(const config::Site& site, const crawler::SiteRules& rules, const RobotsByOrigin& robots,
                     const std::vector<std::string>& closed, const json::object& known)
{
    json::object told;
    told["site"] = site.name;
    told["hosts"] = json::array(site.hosts.begin(), site.hosts.end());
    told["warnings"] = warnings_of(site, rules, closed, known);
    add_budgets(told, site, rules);
    for (const auto* name : {"pages_known", "images_known", "videos_known", "videos_not_looked_at",
                             "set_aside", "pages_today", "bytes_today"})
        if (const auto* value = known.if_contains(name)) told[name] = *value;
    json::array first;
    std::set<std::string> named;
    const auto add = [&](const Url& url, LinkKind kind, int depth) {
        if (named.insert(url.text()).second)
            first.push_back(json::object{{"url", url.text()},
                                         {"kind", name_of(kind)},
                                         {"verdict", verdict_on(rules, robots, url, kind, depth)}});
    };
    if (const auto* rows = known.if_contains("first"); rows && rows->is_array())
        for (const auto& row : rows->get_array())
            if (const auto url = Url::parse(text_member(row.get_object(), "url").value_or("")))
                add(*url, kind_named(text_member(row.get_object(), "kind").value_or("")),
                    static_cast<int>(number_member(row.get_object(), "depth").value_or(0)));
    for (const auto& seed : site.seeds)
        if (const auto url = Url::parse(seed)) add(*url, LinkKind::page, 0);
    told["first"] = std::move(first);
    told["robots"] = robots_rows(robots);
    told["revisits"] = revisit_rows(rules, known.if_contains("rates"));
    return told;
}

json::object row_of(const json::value& reply, const std::string& site)
{
    if (reply.is_array())
        for (const auto& row : reply.get_array())
            if (row.is_object() && text_member(row.get_object(), "site") == site) return row.get_object();
    return {};
}

} // namespace

void print_plan(Program& program, const PlanOptions& options)
{
    const auto config = load(program.global);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    const auto settings = daemon::http_settings(*config);
    const auto crawl = daemon::crawl_settings(*config);
    if (!settings || !crawl) {
        program.exit_code = print_error(settings ? crawl.error() : settings.error());
        return;
    }
    const auto known = ask(program, {"site.plan", {}});
    if (!known) return;
    bool found = options.site.empty();
    for (const auto& site : config->sites) {
        if (!site.enabled || (!options.site.empty() && site.name != options.site)) continue;
        const auto rules = (*crawl)->site(site.name);
        const bool asks = !options.no_fetch && rules->obeys_robots(SystemClock().now());
        const auto robots = asks ? robots_of(*settings, rules, site) : RobotsByOrigin{};
        print_object(
            program.global.style(),
            plan_of(site, *rules, robots, daemon::closed_seeds(*config, site), row_of(*known, site.name)));
        found = true;
    }
    if (!found)
        program.exit_code =
            print_error({Errc::not_found, fmt::format("no enabled site \"{}\"", options.site)});
}

} // namespace stillwatch::cli
