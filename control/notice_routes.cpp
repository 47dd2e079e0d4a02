#include "control/forms.hpp"

#include "followup/draft.hpp"
#include "followup/route_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

// Which way to have findings taken down, before one is drafted.
namespace stillwatch::control {

namespace {

// The latest: what works is told well enough by them.
constexpr std::size_t most_there = 10'000;
constexpr std::size_t most_elsewhere = 1'000;
constexpr std::size_t most_findings_read = 10'000; // that the notices name; those of the host first

// What was sent, the latest first: to the host, then to others.
std::vector<store::NoticeRow> notices_that_tell(store::CaseDatabase& cases, const std::string& host)
{
    using store::NoticeState;
    const store::NoticeTable table(cases);
    store::NoticeTable::Query query;
    query.states = {NoticeState::sent, NoticeState::acknowledged, NoticeState::refused};
    query.is_newest_first = true;
    query.host = host;
    query.limit = most_there;
    auto notices = table.list(query);
    query.host.clear();
    query.other_host = host;
    query.limit = most_elsewhere;
    for (auto& notice : table.list(query))
        notices.push_back(std::move(notice));
    return notices;
}

// Of the findings that these notices name, and of no others.
std::vector<followup::FindingFacts> facts_of(const store::CaseDatabase& cases,
                                             const std::vector<store::NoticeRow>& notices)
{
    std::set<FindingId> known;
    std::vector<followup::FindingFacts> facts;
    for (const auto& notice : notices)
        for (const auto id : notice.findings) {
            if (known.size() >= most_findings_read || !known.insert(id).second) continue;
            if (const auto finding = cases.find_finding(id))
                facts.push_back(followup::facts_of(*finding, cases.history(id)));
        }
    return facts;
}

} // namespace

Result<CommandOutcome> Commands::notice_routes(const json::object& arguments, const store::Actor& actor)
{
    const auto chosen = chosen_findings(arguments, actor.at);
    if (!chosen) return chosen.error();
    std::string host;
    for (const auto& known : *chosen) {
        const auto finding = cases_.find_finding(known.id);
        if (!finding) continue; // erased meanwhile
        const auto its = followup::host_of(*finding);
        if (!host.empty() && its != host)
            return Error{
                Errc::refused,
                fmt::format("they are on several hosts, {} and {}: each is asked by itself", host, its)};
        host = its;
    }
    if (host.empty()) return Error{Errc::not_found, "no such finding"};
    const auto noted = note_look(actor, "notice.routes", "all cases");
    if (!noted) return noted.error();
    const auto notices = notices_that_tell(cases_, host);
    json::array rows;
    for (const auto& choice : followup::rank_routes(host, facts_of(cases_, notices), notices, actor.at)) {
        auto row = followup::describe(choice);
        const auto ends = followup::deadline_of(choice.route, actor.at, settings_.notices.follow_up);
        row["time_ends"] = ends ? json::value(format_utc(*ends)) : json::value(nullptr);
        rows.push_back(std::move(row));
    }
    return done(json::object{{"host", host}, {"routes", std::move(rows)}});
}

} // namespace stillwatch::control
