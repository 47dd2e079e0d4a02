#include "control/forms.hpp"
#include "store/evidence_table.hpp"

#include <fmt/format.h>

#include <algorithm>

// The commands about how long evidence is kept.
namespace stillwatch::control {

namespace {

constexpr std::int64_t most_days = 36'500;

} // namespace

// "what" is a finding ("12", "F-12") or a case.
Result<CommandOutcome> Commands::evidence_hold(const json::object& arguments, const store::Actor& actor)
{
    const auto what = text_argument(arguments, "what");
    if (!what) return what.error();
    const auto until = time_argument(arguments, "until");
    if (!until) return until.error();
    const auto reason = text_argument(arguments, "reason");
    if (!reason) return reason.error();
    if (*until <= actor.at) return missing("until", "a time to come: a hold has an end");
    store::EvidenceHold hold;
    if (const auto number = finding_number(*what)) {
        const auto finding = cases_.find_finding(*number);
        if (!finding) return Error{Errc::not_found, fmt::format("finding {}", number->value)};
        hold.finding = *number;
        hold.case_id = finding->case_id;
    } else {
        const auto found = book_.find(*what);
        if (!found) return found.error();
        if (found->state == CaseState::withdrawn)
            return Error{Errc::refused,
                         fmt::format("{} is withdrawn: what was held then stays held until its end, "
                                     "and nothing more can be",
                                     found->pseudonym)};
        hold.case_id = found->id;
        hold.case_pseudonym = found->pseudonym;
    }
    hold.until = *until;
    hold.reason = *reason;
    const auto id = store::EvidenceTable(cases_).hold(hold, actor);
    if (!id) return id.error();
    return done(json::object{{"hold", *id}, {"of", *what}, {"until", format_utc(*until)}});
}

Result<CommandOutcome> Commands::evidence_release(const json::object& arguments, const store::Actor& actor)
{
    const auto id = number_member(arguments, "hold");
    if (!id) return missing("hold", "a number");
    if (const auto ended = store::EvidenceTable(cases_).end_hold(*id, actor); !ended) return ended.error();
    return done(json::object{{"hold", *id}, {"until", format_utc(actor.at)}});
}

Result<CommandOutcome> Commands::evidence_holds(const json::object&, const store::Actor& actor)
{
    json::array rows;
    for (const auto& hold : store::EvidenceTable(cases_).holds(actor.at))
        rows.push_back(json::object{{"hold", hold.id},
                                    {"case", hold.case_pseudonym},
                                    {"finding", hold.finding.value == 0
                                                    ? json::value("all")
                                                    : json::value(fmt::format("F-{}", hold.finding.value))},
                                    {"until", format_utc(hold.until)},
                                    {"reason", hold.reason},
                                    {"set_by", hold.set_by},
                                    {"set_at", format_utc(hold.set_at)},
                                    {"packages_of_withdrawn", hold.packages}});
    return done(std::move(rows));
}

// Without "kind" it only tells.
Result<CommandOutcome> Commands::evidence_keep(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    store::EvidenceTable table(cases_);
    if (arguments.contains("kind")) {
        const auto kind = store::evidence_kind_from_name(text_member(arguments, "kind").value_or(""));
        if (!kind) return missing("kind", "open, dismissed, down or earlier");
        std::optional<std::int64_t> days;
        if (arguments.contains("days")) {
            days = number_member(arguments, "days");
            if (!days || *days < 0 || *days > most_days) return missing("days", "0 (without end) to 36500");
        }
        if (const auto set = table.set_retention(found->id, *kind, days, actor); !set) return set.error();
    }
    const auto own = table.retention_of(found->id);
    json::array rows;
    for (const auto kind : store::all_evidence_kinds) {
        const auto usual = settings_.retention.find(kind);
        const auto of_case = own.find(kind);
        const auto days =
            of_case != own.end() ? of_case->second : (usual != settings_.retention.end() ? usual->second : 0);
        rows.push_back(json::object{
            {"kind", name_of(kind)},
            {"kept", days == 0 ? json::value("without end") : json::value(fmt::format("{} days", days))},
            {"by", of_case != own.end() ? "this case" : "the configuration"}});
    }
    return done(std::move(rows));
}

} // namespace stillwatch::control
