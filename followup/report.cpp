#include "followup/report.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace stillwatch::followup {

namespace {

using std::chrono::milliseconds;
using store::NoticeState;

json::value hours_of(const std::optional<milliseconds>& time)
{
    if (!time) return nullptr;
    constexpr double milliseconds_an_hour = 3'600'000;
    return std::round(static_cast<double>(time->count()) / milliseconds_an_hour * 10) / 10;
}

// How long after the notice the finding was down; nothing where it is up, or came down before.
std::optional<milliseconds> removal_time(const FindingFacts& finding, Timestamp sent)
{
    const auto down = std::ranges::find_if(finding.downs, [&](Timestamp at) { return at >= sent; });
    if (down == finding.downs.end()) return std::nullopt;
    return *down - sent;
}

struct Gathered {
    RouteResult result;
    std::vector<milliseconds> times;
};

bool works_better(const RouteResult& one, const RouteResult& other)
{
    // Shares as products: removed / findings of one against that of the other.
    const auto ours = one.removed * std::max<std::int64_t>(other.findings, 1);
    const auto theirs = other.removed * std::max<std::int64_t>(one.findings, 1);
    if (ours != theirs) return ours > theirs;
    const auto never = milliseconds::max();
    const auto mine = one.median.value_or(never);
    const auto its = other.median.value_or(never);
    return mine != its ? mine < its : one.route < other.route;
}

} // namespace

FindingFacts facts_of(const Finding& finding, std::span<const store::FindingChange> history)
{
    FindingFacts facts{finding.id,
                       finding.case_id,
                       std::string(finding.page_url.host()),
                       finding.state,
                       finding.match.status != MatchStatus::match,
                       finding.first_seen};
    for (const auto& change : history) {
        if (change.to == FindingState::down && change.from != FindingState::down)
            facts.downs.push_back(change.at);
        else if (change.event == "reappeared")
            facts.returns.push_back(change.at);
        else if (change.from == FindingState::down && change.event == "undo" && !facts.downs.empty())
            facts.downs.pop_back();
    }
    return facts;
}

bool is_still_up(const FindingFacts& finding) noexcept
{
    return !finding.is_lead && finding.state != FindingState::down &&
           finding.state != FindingState::dismissed;
}

std::optional<milliseconds> median_of(std::vector<milliseconds> times)
{
    if (times.empty()) return std::nullopt;
    std::ranges::sort(times);
    const auto middle = times.size() / 2;
    if (times.size() % 2 == 1) return times[middle];
    return times[middle - 1] + (times[middle] - times[middle - 1]) / 2;
}

std::optional<milliseconds> ninetieth_of(std::vector<milliseconds> times)
{
    if (times.empty()) return std::nullopt;
    std::ranges::sort(times);
    const auto rank = (times.size() * 9 + 9) / 10; // rounded up
    return times[rank - 1];
}

std::vector<RouteResult> route_results(const std::vector<FindingFacts>& findings,
                                       const std::vector<store::NoticeRow>& notices)
{
    std::map<FindingId, const FindingFacts*> by_id;
    for (const auto& finding : findings)
        by_id[finding.id] = &finding;
    std::map<std::string, Gathered> routes;
    for (const auto& notice : notices) {
        if (!notice.sent_at || notice.state == NoticeState::withdrawn) continue;
        auto& route = routes[notice.route];
        route.result.route = notice.route;
        ++route.result.notices;
        route.result.refused += notice.state == NoticeState::refused ? 1 : 0;
        for (const auto id : notice.findings) {
            const auto found = by_id.find(id);
            if (found == by_id.end() || found->second->state == FindingState::dismissed) continue;
            ++route.result.findings;
            const auto time = removal_time(*found->second, *notice.sent_at);
            if (!time) continue;
            ++route.result.removed;
            route.result.within_48_hours += *time <= std::chrono::hours(48) ? 1 : 0;
            route.times.push_back(*time);
        }
    }
    std::vector<RouteResult> results;
    for (auto& [name, route] : routes) {
        route.result.median = median_of(route.times);
        route.result.ninetieth = ninetieth_of(std::move(route.times));
        results.push_back(std::move(route.result));
    }
    std::ranges::sort(results, works_better);
    return results;
}

std::vector<HostResult> host_results(const std::vector<FindingFacts>& findings,
                                     const std::vector<store::NoticeRow>& notices)
{
    struct OfHost {
        HostResult result;
        std::vector<FindingFacts> findings;
        std::vector<store::NoticeRow> notices;
    };
    std::map<std::string, OfHost> hosts;
    for (const auto& finding : findings) {
        if (finding.is_lead || finding.state == FindingState::dismissed) continue;
        auto& host = hosts[finding.host];
        ++host.result.findings;
        host.result.still_up += is_still_up(finding) ? 1 : 0;
        host.result.removed += finding.state == FindingState::down ? 1 : 0;
        host.result.reappearances += static_cast<std::int64_t>(finding.returns.size());
        host.findings.push_back(finding);
    }
    for (const auto& notice : notices) {
        const auto host = hosts.find(notice.host);
        if (host == hosts.end()) continue;
        host->second.result.refusals += notice.state == NoticeState::refused ? 1 : 0;
        host->second.notices.push_back(notice);
    }
    std::vector<HostResult> results;
    for (auto& [name, host] : hosts) {
        host.result.host = name;
        host.result.routes = route_results(host.findings, host.notices);
        results.push_back(std::move(host.result));
    }
    std::ranges::stable_sort(results, std::ranges::greater{}, &HostResult::still_up);
    return results;
}

json::object describe(const RouteResult& result)
{
    return {{"route", result.route},
            {"notices", result.notices},
            {"refused", result.refused},
            {"findings", result.findings},
            {"removed", result.removed},
            {"still_up", result.still_up()},
            {"within_48_hours", result.within_48_hours},
            {"median_hours", hours_of(result.median)},
            {"ninetieth_percentile_hours", hours_of(result.ninetieth)}};
}

json::object describe(const HostResult& result)
{
    json::array routes;
    for (const auto& route : result.routes)
        routes.push_back(describe(route));
    return {
        {"host", result.host},        {"findings", result.findings},           {"still_up", result.still_up},
        {"removed", result.removed},  {"reappearances", result.reappearances}, {"refusals", result.refusals},
        {"routes", std::move(routes)}};
}

} // namespace stillwatch::followup
