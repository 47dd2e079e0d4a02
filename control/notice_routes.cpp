#include "control/forms.hpp"

#include "followup/draft.hpp"
#include "followup/route_choice.hpp"

#include <fmt/format.h>

// Which way to have findings taken down, before one is drafted.
namespace stillwatch::control {

namespace {

constexpr std::size_t latest_notices = 100'000; // the latest ones, as in reports

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
    const auto notices = store::NoticeTable(cases_).list({.limit = latest_notices});
    json::array rows;
    for (const auto& choice : followup::rank_routes(host, finding_facts({}), notices, actor.at)) {
        auto row = followup::describe(choice);
        const auto ends = followup::deadline_of(choice.route, actor.at, settings_.notices.follow_up);
        row["time_ends"] = ends ? json::value(format_utc(*ends)) : json::value(nullptr);
        rows.push_back(std::move(row));
    }
    return done(json::object{{"host", host}, {"routes", std::move(rows)}});
}

} // namespace stillwatch::control
