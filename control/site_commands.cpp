#include "control/forms.hpp"

#include <fmt/format.h>

#include <algorithm>

// The commands about sites and hosts of the watch list.
namespace stillwatch::control {

namespace {

constexpr std::size_t addresses_in_a_plan = 20;
// Pages after which a site that shows no picture is not simply young.
constexpr std::int64_t pages_without_pictures = 10;
// Of another host that are no more than signatures and buttons.
constexpr std::int64_t few_pictures = 10;

// Counted over visits: a site has a log-in page of its own.
bool is_walled(const store::SiteHealth& health)
{
    return 2 * health.recent_walls > health.recent_visits;
}

// Whether one answer stands in for half and more of what was looked at.
bool has_stand_ins(const store::SiteHealth& health)
{
    constexpr std::int64_t fewest = 10;
    const auto same = health.bounds.find(crawler::stand_in_bound);
    if (same == health.bounds.end() || same->second < fewest) return false;
    return 2 * same->second >= health.images_compared;
}

// Whether hosts that are not being looked at hold a tenth of the site's pictures or pages.
bool is_degraded(const store::SiteHealth& health)
{
    std::int64_t pages = 0;
    std::int64_t images = 0;
    for (const auto& host : health.in_trouble) {
        pages += host.pages;
        images += host.images;
    }
    return (images > 0 && 10 * images >= health.images) || (pages > 0 && 10 * pages >= health.pages);
}

// What an operator should know first, the gravest first.
std::string_view state_of(const store::SiteHealth& health, bool all_stopped)
{
    if (all_stopped) return "stopped";
    if (!health.challenged.empty()) return "blocked";
    const bool failing =
        health.last_failure && (!health.last_success || *health.last_success < *health.last_failure);
    const int status = health.last_failure_status;
    if (failing && (status == 401 || status == 403 || status == 429 || status == 451)) return "blocked";
    if (is_walled(health)) return "walled";
    if (has_stand_ins(health)) return "stand_ins";
    // The guard closes its hosts; a failure of earlier is of when it did not.
    const bool is_refused = !health.last_success && health.refused > 0;
    if (is_refused && health.unreachable == 0) return "refused";
    if (failing && !health.last_success) return "unreachable";
    if (!health.last_success && health.disallowed > 0) return "disallowed";
    if (is_refused) return "refused";
    if (!health.last_success) return "not_visited";
    if (is_degraded(health)) return "degraded";
    if (health.images == 0 && health.pages_read >= pages_without_pictures) return "no_pictures";
    return failing ? "failing" : "fine";
}

json::array rows_of(const std::vector<store::HostHealth>& hosts)
{
    json::array rows;
    for (const auto& host : hosts)
        rows.push_back(json::object{{"host", host.host},
                                    {"trouble", name_of(host.trouble)},
                                    {"pages", host.pages},
                                    {"images", host.images}});
    return rows;
}

// "img.board.example stopped; ..."
std::string trouble_in_words(const std::vector<store::HostHealth>& hosts)
{
    std::string text;
    for (const auto& host : hosts)
        text += fmt::format("{}{} {}", text.empty() ? "" : "; ", host.host, name_of(host.trouble));
    return text;
}

// Whether what lies on other hosts is more than a picture here and there, or all that the site is.
bool leaves_out_much(const store::SiteHealth& health)
{
    return std::ranges::any_of(health.outside, [&health](const store::OutsideHost& host) {
        const bool is_moved_there = host.redirects > 0 && health.pages_read == 0;
        return is_moved_there || (host.pictures >= few_pictures && 10 * host.pictures >= health.images);
    });
}

json::array rows_of(const std::vector<store::OutsideHost>& hosts)
{
    json::array rows;
    for (const auto& host : hosts)
        rows.push_back(
            json::object{{"host", host.host}, {"pictures", host.pictures}, {"redirects", host.redirects}});
    return rows;
}

// "img.example (28 pictures), new.example (1 redirect)"
std::string outside_in_words(const std::vector<store::OutsideHost>& hosts)
{
    std::string text;
    const auto counted = [](std::int64_t count, std::string_view what) {
        return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
    };
    for (const auto& host : hosts) {
        text += fmt::format("{}{} ({}", text.empty() ? "" : ", ", host.host,
                            host.pictures > 0 ? counted(host.pictures, "picture") : "");
        if (host.redirects > 0)
            text += fmt::format("{}{}", host.pictures > 0 ? ", " : "", counted(host.redirects, "redirect"));
        text += ')';
    }
    return text;
}

json::object counts_of(const std::map<std::string, std::int64_t>& counts)
{
    json::object told;
    for (const auto& [name, count] : counts)
        told[name] = count;
    return told;
}

json::array robots_of(const store::SiteHealth& health)
{
    json::array rows;
    for (const auto& [origin, status] : health.robots)
        rows.push_back(json::object{{"origin", origin}, {"http_status", status}});
    return rows;
}

} // namespace

Result<CommandOutcome> Commands::site_list(const json::object&, const store::Actor&)
{
    json::array rows;
    for (const auto& site : settings_.sites) {
        json::object object;
        object["site"] = site.name;
        json::array hosts(site.hosts.begin(), site.hosts.end());
        object["hosts"] = std::move(hosts);
        rows.push_back(std::move(object));
    }
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::site_plan(const json::object&, const store::Actor& actor)
{
    json::array rows;
    for (const auto& site : settings_.sites) {
        json::array first;
        for (const auto& visit :
             frontier_.next_visits(site.name, actor.at, cases_.generation(), addresses_in_a_plan))
            first.push_back(json::object{
                {"url", visit.url.text()}, {"kind", name_of(visit.kind)}, {"depth", visit.depth}});
        json::array rates;
        for (const auto& [level, pages] : frontier_.page_rates(site.name))
            rates.push_back(json::object{{"level", level}, {"pages", pages}});
        const auto health = frontier_.site_health(site.name, cases_.generation(), actor.at);
        rows.push_back(json::object{{"site", site.name},
                                    {"first", std::move(first)},
                                    {"rates", std::move(rates)},
                                    {"pages_known", health.pages},
                                    {"images_known", health.images},
                                    {"videos_known", health.videos},
                                    {"videos_not_looked_at", health.videos_not_looked_at},
                                    {"set_aside", health.set_aside},
                                    {"hosts_left_out", rows_of(health.outside)},
                                    {"pages_today", health.pages_that_day},
                                    {"bytes_today", health.bytes_that_day}});
    }
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::site_health(const json::object&, const store::Actor& actor)
{
    const auto generation = cases_.compared_with_all();
    const auto stopped = cases_.stopped_hosts();
    json::array rows;
    for (const auto& site : settings_.sites) {
        const auto health = frontier_.site_health(site.name, generation, actor.at);
        json::array stopped_here;
        for (const auto& host : stopped)
            if (std::ranges::find(site.hosts, host.host) != site.hosts.end())
                stopped_here.push_back(json::string(host.host));
        json::object row;
        row["site"] = site.name;
        row["state"] = state_of(health, !site.hosts.empty() && stopped_here.size() == site.hosts.size());
        if (is_walled(health)) row["wall"] = name_of(health.last_wall);
        row["challenged"] = json::array(health.challenged.begin(), health.challenged.end());
        row["pages"] = health.pages;
        row["pages_read"] = health.pages_read;
        row["images"] = health.images;
        row["videos"] = health.videos;
        row["videos_not_looked_at"] = health.videos_not_looked_at;
        row["compared"] = health.images_compared;
        row["coverage_percent"] = health.images == 0 ? 0 : health.images_compared * 100 / health.images;
        row["unvisited"] = health.unvisited;
        row["undecodable"] = health.undecodable;
        row["too_small"] = health.too_small;
        row["waiting"] = health.waiting;
        row["gone"] = health.gone;
        row["unreachable"] = health.unreachable;
        row["refused"] = health.refused;
        row["disallowed"] = health.disallowed;
        row["moved"] = health.moved;
        row["set_aside"] = health.set_aside;
        row["idle_families"] = json::array(health.idle_families.begin(), health.idle_families.end());
        row["bounds"] = counts_of(health.bounds);
        row["trouble"] = trouble_in_words(health.in_trouble);
        row["hosts_in_trouble"] = rows_of(health.in_trouble);
        row["left_out"] = outside_in_words(health.outside);
        row["hosts_left_out"] = rows_of(health.outside);
        row["leaves_out_much"] = leaves_out_much(health);
        row["pages_today"] = health.pages_that_day;
        row["bytes_today"] = health.bytes_that_day;
        if (health.last_success) row["last_success"] = format_utc(*health.last_success);
        if (health.last_failure) {
            row["last_failure"] = format_utc(*health.last_failure);
            row["last_failure_status"] = health.last_failure_status;
        }
        row["robots"] = robots_of(health);
        row["stopped_hosts"] = std::move(stopped_here);
        rows.push_back(std::move(row));
    }
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::site_stop(const json::object& arguments, const store::Actor& actor)
{
    const auto host = text_argument(arguments, "host");
    if (!host) return host.error();
    const auto reason = text_argument(arguments, "reason");
    if (!reason) return reason.error();
    const auto has_it = [&host](const store::SiteRow& site) {
        return std::ranges::find(site.hosts, *host) != site.hosts.end();
    };
    if (std::ranges::none_of(settings_.sites, has_it))
        return Error{Errc::not_found, fmt::format("no site has the host {}", *host)};
    const auto stopped = cases_.stop_host({*host, actor.at, actor.name, *reason}, actor);
    if (!stopped) return stopped.error();
    // Where the copy cannot be written the daemon heeds the stop all the same, and the next start writes it.
    (void)frontier_.set_stopped_hosts(cases_.stopped_hosts());
    return done(json::object{{"host", *host}, {"state", "stopped"}}, {.hosts = true});
}

Result<CommandOutcome> Commands::site_resume(const json::object& arguments, const store::Actor& actor)
{
    const auto host = text_argument(arguments, "host");
    if (!host) return host.error();
    const auto resumed = cases_.resume_host(*host, actor);
    if (!resumed) return resumed.error();
    const auto told = frontier_.set_stopped_hosts(cases_.stopped_hosts());
    if (!told) return told.error();
    return done(json::object{{"host", *host}, {"state", "resumed"}}, {.hosts = true});
}

} // namespace stillwatch::control
