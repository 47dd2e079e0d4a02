#include "followup/route_choice.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace stillwatch::followup {

namespace {

using std::chrono::milliseconds;
using store::NoticeRow;
using store::NoticeState;

// Those with what is known to have come of them.
std::vector<NoticeRow> settled(const std::vector<FindingFacts>& findings,
                               const std::vector<NoticeRow>& notices, Timestamp now)
{
    std::map<FindingId, const FindingFacts*> by_id;
    for (const auto& finding : findings)
        by_id[finding.id] = &finding;
    std::vector<NoticeRow> kept;
    for (auto notice : notices) {
        if (!notice.sent_at) continue;
        const bool is_over =
            notice.state == NoticeState::refused || !notice.deadline_at || *notice.deadline_at <= now;
        if (!is_over)
            std::erase_if(notice.findings, [&](FindingId id) {
                const auto found = by_id.find(id);
                return found == by_id.end() || std::ranges::none_of(found->second->downs, [&](Timestamp at) {
                           return at >= *notice.sent_at;
                       });
            });
        if (!notice.findings.empty()) kept.push_back(std::move(notice));
    }
    return kept;
}

using ByName = std::map<std::string, RouteResult, std::less<>>;
ByName results_by_name(const std::vector<FindingFacts>& findings, const std::vector<NoticeRow>& notices)
{
    ByName results;
    for (auto& result : route_results(findings, notices)) {
        auto name = result.route;
        if (result.findings > 0) results.emplace(std::move(name), std::move(result));
    }
    return results;
}

std::optional<RouteResult> result_of(const ByName& results, Route route)
{
    const auto found = results.find(name_of(route));
    return found == results.end() ? std::nullopt : std::optional(found->second);
}

double likely(const std::optional<RouteResult>& here, const std::optional<RouteResult>& elsewhere)
{
    const auto share = [](const std::optional<RouteResult>& result, double expected) {
        const auto removed = result ? static_cast<double>(result->removed) : 0.0;
        const auto asked = result ? static_cast<double>(result->findings) : 0.0;
        return (removed + 2 * expected) / (asked + 2);
    };
    return share(here, share(elsewhere, 0.5));
}

milliseconds median_or_never(const std::optional<RouteResult>& result)
{
    return result ? result->median.value_or(milliseconds::max()) : milliseconds::max();
}

json::value described(const std::optional<RouteResult>& result)
{
    return result ? json::value(describe(*result)) : json::value(nullptr);
}

} // namespace

std::vector<RouteChoice> rank_routes(std::string_view host, const std::vector<FindingFacts>& findings,
                                     const std::vector<NoticeRow>& notices, Timestamp now)
{
    auto there = settled(findings, notices, now);
    const auto others =
        std::ranges::partition(there, [&](const NoticeRow& notice) { return notice.host == host; });
    const std::vector elsewhere(others.begin(), others.end());
    there.erase(others.begin(), others.end());
    const auto of_host = results_by_name(findings, there);
    const auto of_others = results_by_name(findings, elsewhere);
    std::vector<RouteChoice> choices;
    for (std::size_t i = 0; i < routes; ++i) {
        const auto route = static_cast<Route>(i);
        if (route == Route::police) continue;
        RouteChoice choice{route, result_of(of_host, route), result_of(of_others, route)};
        choice.likely = likely(choice.here, choice.elsewhere);
        choices.push_back(std::move(choice));
    }
    std::ranges::stable_sort(choices, [](const RouteChoice& one, const RouteChoice& other) {
        constexpr double same = 1e-9;
        if (std::abs(one.likely - other.likely) > same) return one.likely > other.likely;
        if (const auto a = median_or_never(one.here), b = median_or_never(other.here); a != b) return a < b;
        return median_or_never(one.elsewhere) < median_or_never(other.elsewhere);
    });
    return choices;
}

json::object describe(const RouteChoice& choice)
{
    const auto& rule = rule_of(choice.route);
    return {{"route", name_of(choice.route)},
            {"title", rule.title},
            {"likely_percent", std::llround(choice.likely * 100)},
            {"here", described(choice.here)},
            {"elsewhere", described(choice.elsewhere)},
            {"privacy", rule.privacy}};
}

} // namespace stillwatch::followup
