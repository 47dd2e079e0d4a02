#include "control/forms.hpp"

#include "followup/report.hpp"
#include "store/still_up_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>

// What was looked at, found, removed and is still up: for the person, for the next notice, for those who pay.
namespace stillwatch::control {

namespace {

using followup::FindingFacts;

constexpr std::size_t most_notices = 100'000;

// "since" and "until" of the arguments; else from the beginning, and until now.
struct Period {
    std::optional<Timestamp> since{};
    Timestamp until{};

    bool contains(Timestamp at) const { return (!since || at >= *since) && at <= until; }
};

Result<Period> period_of(const json::object& arguments, Timestamp now)
{
    Period period{{}, now};
    if (arguments.contains("since")) {
        const auto since = time_argument(arguments, "since");
        if (!since) return since.error();
        period.since = *since;
    }
    if (arguments.contains("until")) {
        const auto until = time_argument(arguments, "until");
        if (!until) return until.error();
        period.until = std::min(*until, now);
    }
    if (period.since && *period.since > period.until)
        return missing("since", "a time before the end of the report");
    return period;
}

json::object begun(std::string_view kind, const Period& period)
{
    return {{"kind", kind},
            {"since", period.since ? json::value(format_utc(*period.since)) : json::value(nullptr)},
            {"until", format_utc(period.until)}};
}

json::array describe_routes(const std::vector<FindingFacts>& findings,
                            const std::vector<store::NoticeRow>& notices)
{
    json::array rows;
    for (const auto& route : followup::route_results(findings, notices))
        rows.push_back(followup::describe(route));
    return rows;
}

std::int64_t count_in(const std::vector<Timestamp>& times, const Period& period)
{
    return std::ranges::count_if(times, [&](Timestamp at) { return period.contains(at); });
}

std::string plural(std::int64_t count, std::string_view one, std::string_view many)
{
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

// What a caseworker can say truthfully, a sentence each.
json::array statement_of(const json::object& report, const std::string& pseudonym)
{
    const auto& findings = report.at("findings").as_object();
    const auto number = [](const json::object& object, std::string_view name) {
        return number_member(object, name).value_or(0);
    };
    json::array says;
    const auto say = [&](const std::string& sentence) { says.push_back(json::string(sentence)); };
    const auto& sites = report.at("sites").as_array();
    say(fmt::format("For {}, Stillwatch looks at {} of the organisation's watch list, and nowhere else.",
                    pseudonym, plural(static_cast<std::int64_t>(sites.size()), "site", "sites")));
    if (const auto* coverage = report.if_contains("coverage")) {
        const auto& all = coverage->as_object();
        say(fmt::format("It knows {} there. {} compared with every reference of the case.",
                        plural(number(all, "images"), "picture", "pictures"),
                        plural(number(all, "compared"), "of them was", "of them were")));
        const auto left = number(all, "images") - number(all, "compared");
        if (left > 0)
            say(fmt::format(
                "{} not: {} could not be read, {} too small to show anybody, {} gone, {} could not be "
                "reached, {} still to be looked at.",
                left == 1 ? "1 was" : fmt::format("{} were", left), number(all, "undecodable"),
                number(all, "too_small"), number(all, "gone"), number(all, "unreachable"),
                number(all, "pending") + number(all, "waiting")));
    } else if (!bool_member(report, "has_references").value_or(true)) {
        say("The case has no reference yet: nothing is compared for it.");
    } else {
        say("No picture has been compared with all references of the case: one of them is not in force.");
    }
    for (const auto& value : sites) {
        const auto& site = value.as_object();
        if (text_member(site, "state").value_or("") != "fine")
            say(fmt::format("The site {} was not looked at as it should be: it is {}.",
                            text_member(site, "site").value_or(""),
                            text_member(site, "state").value_or("unknown")));
    }
    const auto found = number(findings, "found");
    if (found == 0) {
        say("In this time nothing was found among what was compared. It does not follow that the pictures "
            "are "
            "nowhere: other sites, and what these sites do not show to visitors, were not looked at.");
        return says;
    }
    say(fmt::format(
        "{} found in this time. {} down, {} up as far as is known, {} set aside because nothing is to be "
        "done about it.",
        found == 1 ? "1 match was" : fmt::format("{} matches were", found), number(findings, "down"),
        number(findings, "still_up"), number(findings, "dismissed")));
    if (const auto back = number(findings, "reappeared"); back > 0)
        say(fmt::format("{} seen again after it was down.", plural(back, "time one was", "times one was")));
    return says;
}

} // namespace

std::vector<FindingFacts> Commands::finding_facts(std::optional<CaseId> case_id) const
{
    const auto turns = store::StillUpChecks(cases_).turns(case_id);
    std::vector<FindingFacts> facts;
    for (const auto& finding : cases_.findings({.case_id = case_id})) {
        const auto first = std::ranges::lower_bound(turns, finding.id, {}, &store::FindingChange::finding);
        const auto end = std::ranges::upper_bound(turns, finding.id, {}, &store::FindingChange::finding);
        facts.push_back(followup::facts_of(finding, std::span(first, end)));
    }
    return facts;
}

Result<CommandOutcome> Commands::report_case(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    const auto period = period_of(arguments, actor.at);
    if (!period) return period.error();
    const auto noted = note_look(actor, "report.case", found->pseudonym);
    if (!noted) return noted.error();

    auto report = begun("case", *period);
    report["case"] = found->pseudonym;
    report["has_references"] = cases_.cases_with_references().contains(found->id.value);
    const auto sites = site_health({}, actor);
    if (!sites) return sites.error();
    json::array looked_at;
    for (const auto& value : sites->result.as_array()) {
        const auto& site = value.as_object();
        json::object row;
        for (const auto* name :
             {"site", "state", "pages_read", "images", "compared", "unreachable", "last_success"})
            if (const auto* member = site.if_contains(name)) row[name] = *member;
        looked_at.push_back(std::move(row));
    }
    report["sites"] = std::move(looked_at);
    if (const auto generation = cases_.compared_with_all(found->id); generation > 0)
        report["coverage"] = describe_coverage(frontier_.coverage(generation), cases_.compared_tiers());

    const auto facts = finding_facts(found->id);
    std::map<std::string, std::int64_t> counts{{"found", 0},     {"leads", 0},    {"down", 0},
                                               {"dismissed", 0}, {"still_up", 0}, {"reappeared", 0}};
    for (const auto& finding : facts) {
        counts["reappeared"] += count_in(finding.returns, *period);
        if (!period->contains(finding.first_seen)) continue;
        ++counts[finding.is_lead ? "leads" : "found"];
        if (finding.is_lead) continue;
        counts["down"] += finding.state == FindingState::down ? 1 : 0;
        counts["dismissed"] += finding.state == FindingState::dismissed ? 1 : 0;
        counts["still_up"] += followup::is_still_up(finding) ? 1 : 0;
    }
    json::object findings;
    for (const auto& [name, count] : counts)
        findings[name] = count;
    report["findings"] = std::move(findings);
    const auto notices = store::NoticeTable(cases_).list({.case_id = found->id, .limit = most_notices});
    report["routes"] = describe_routes(facts, notices);
    json::array hosts;
    for (const auto& host : followup::host_results(facts, notices))
        hosts.push_back(followup::describe(host));
    report["hosts"] = std::move(hosts);
    report["statement"] = statement_of(report, found->pseudonym);
    return done(std::move(report));
}

Result<CommandOutcome> Commands::report_hosts(const json::object& arguments, const store::Actor& actor)
{
    const auto only = text_member(arguments, "host");
    const auto noted = note_look(actor, "report.hosts", "all cases");
    if (!noted) return noted.error();
    auto report = begun("hosts", {{}, actor.at});
    const auto notices = store::NoticeTable(cases_).list({.limit = most_notices});
    json::array rows;
    for (const auto& host : followup::host_results(finding_facts({}), notices))
        if (!only || host.host == *only) rows.push_back(followup::describe(host));
    if (only && rows.empty())
        return Error{Errc::not_found, fmt::format("nothing was found on {} yet", *only)};
    report["hosts"] = std::move(rows);
    return done(std::move(report));
}

// Numbers only: no case, no host.
Result<CommandOutcome> Commands::report_period(const json::object& arguments, const store::Actor& actor)
{
    const auto period = period_of(arguments, actor.at);
    if (!period) return period.error();
    const auto noted = note_look(actor, "report.period", "all cases");
    if (!noted) return noted.error();
    auto report = begun("period", *period);
    const auto all = cases_.cases();
    const auto number_of = [&](auto&& is_one) { return std::ranges::count_if(all, is_one); };
    report["cases_open"] = number_of([](const Case& c) { return c.state == CaseState::open; });
    report["cases_opened"] = number_of([&](const Case& c) { return period->contains(c.opened_at); });

    constexpr std::chrono::days week{7};
    struct OfWeek {
        std::int64_t found = 0;
        std::int64_t down = 0;
    };
    std::map<Timestamp, OfWeek> weeks; // by their Mondays
    const auto monday = [&](Timestamp at) -> Timestamp {
        const auto day = std::chrono::floor<std::chrono::days>(at);
        const std::chrono::weekday weekday{std::chrono::time_point_cast<std::chrono::days>(day)};
        return day - (weekday - std::chrono::Monday);
    };
    const auto facts = finding_facts({});
    std::int64_t found = 0, leads = 0, dismissed = 0, still_up = 0, down = 0, reappeared = 0;
    for (const auto& finding : facts) {
        down += count_in(finding.downs, *period);
        reappeared += count_in(finding.returns, *period);
        for (const auto at : finding.downs)
            if (period->contains(at)) ++weeks[monday(at)].down;
        if (!period->contains(finding.first_seen)) continue;
        ++(finding.is_lead ? leads : found);
        if (finding.is_lead) continue;
        ++weeks[monday(finding.first_seen)].found;
        dismissed += finding.state == FindingState::dismissed ? 1 : 0;
        still_up += followup::is_still_up(finding) ? 1 : 0;
    }
    report["found"] = found;
    report["leads"] = leads;
    report["dismissed"] = dismissed;
    report["still_up"] = still_up;
    report["down"] = down;
    report["reappeared"] = reappeared;
    auto notices = store::NoticeTable(cases_).list({.limit = most_notices});
    std::erase_if(notices, [&](const store::NoticeRow& notice) {
        return !notice.sent_at || !period->contains(*notice.sent_at);
    });
    report["notices_sent"] = notices.size();
    report["routes"] = describe_routes(facts, notices);
    json::array rows;
    if (!weeks.empty())
        for (auto at = weeks.begin()->first; at <= weeks.rbegin()->first; at += week)
            rows.push_back(json::object{{"week", format_utc(at).substr(0, 10)},
                                        {"found", weeks[at].found},
                                        {"down", weeks[at].down}});
    report["weeks"] = std::move(rows);
    return done(std::move(report));
}

} // namespace stillwatch::control
