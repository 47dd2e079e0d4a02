#include "control/forms.hpp"

#include "cases/finding_life.hpp"
#include "cases/notes.hpp"
#include "cases/plain_name.hpp"

#include <fmt/format.h>

#include <algorithm>

// The commands by which people work on findings. All that one command changes is one transaction with one
// line of the audit log; what became of each finding stands in its history.
namespace stillwatch::control {

namespace {

using cases::Deed;
using cases::FindingEvent;
using store::FindingChange;
using store::FindingStanding;
using store::FindingStep;

constexpr std::size_t most_named_in_reply = 1'000;

cases::Standing standing_of(const FindingStanding& known)
{
    return {known.state, known.epoch, known.silences, known.is_confirmed_by_person};
}

FindingChange change_of(const FindingStanding& known, const store::Actor& actor, std::string_view event,
                        std::string_view reason)
{
    return {known.id,    actor.at,    actor.name,          std::string(event),
            known.state, known.state, std::string(reason), known.epoch};
}

FindingStep step_to(const cases::Standing& then, FindingChange change)
{
    change.to = then.state;
    change.epoch = then.epoch;
    return {std::move(change), then.silences, then.is_confirmed_by_person};
}

std::optional<FindingEvent> event_from(std::string_view name)
{
    for (std::size_t i = 0; i < cases::finding_events; ++i)
        if (const auto event = static_cast<FindingEvent>(i); name_of(event) == name) return event;
    return std::nullopt;
}

// What was done and not undone, oldest first.
std::vector<Deed> deeds_of(const std::vector<FindingChange>& history)
{
    std::vector<Deed> deeds;
    for (const auto& change : history) {
        if (change.event == "undo") {
            if (!deeds.empty()) deeds.pop_back();
        } else if (const auto event = event_from(change.event)) {
            deeds.push_back({*event, {}, change.actor != program_name});
            if (*event == FindingEvent::dismiss)
                deeds.back().dismissal = cases::dismissal_from_name(change.reason);
        }
    }
    return deeds;
}

// "--reason" of what is no dismissal: a ticket's number, not a story.
Result<std::string> reason_argument(const json::object& arguments, std::string_view when_absent)
{
    if (!arguments.contains("reason")) return std::string(when_absent);
    auto reason = text_member(arguments, "reason");
    if (!reason || !cases::is_plain_name(*reason))
        return missing("reason", "a word or number (letters, digits, '-', '_', '.'); what is personal "
                                 "belongs into a note");
    return *std::move(reason);
}

} // namespace

Result<CommandOutcome> Commands::change_findings(const json::object& arguments, const store::Actor& actor,
                                                 const FindingWork& work)
{
    const auto chosen = chosen_findings(arguments, actor.at);
    if (!chosen) return chosen.error();
    const bool by_name = arguments.contains("ids");
    std::vector<FindingStep> steps;
    std::vector<FindingStanding> down;
    std::int64_t left_alone = 0;
    std::string because;
    for (const auto& known : *chosen) {
        auto step = work.decide(known);
        if (step) {
            steps.push_back(*std::move(step));
            if (steps.back().change.event == name_of(FindingEvent::take_down)) down.push_back(known);
            continue;
        }
        if (by_name || step.error().code != Errc::refused)
            return Error{step.error().code, fmt::format("F-{}: {}", known.id.value, step.error().detail)};
        if (left_alone++ == 0) because = fmt::format("F-{}: {}", known.id.value, step.error().detail);
    }
    json::object object;
    object["findings"] = steps.size();
    object["left_alone"] = left_alone;
    object["because"] = because;
    // Whoever asks first and acts then acts on no finding that came in between.
    object["up_to"] = chosen->empty() ? 0 : chosen->back().id.value;
    const bool only_counts = bool_member(arguments, "count_only").value_or(false);
    object["done"] = !only_counts;
    if (only_counts || steps.empty()) return done(std::move(object));
    const auto first = steps.front().change.finding.value;
    const auto range = steps.size() == 1 ? fmt::format("F-{}", first)
                                         : fmt::format("{} findings F-{} to F-{}", steps.size(), first,
                                                       steps.back().change.finding.value);
    const auto changed = cases_.change_findings(steps, actor, work.action,
                                                work.reason.empty() ? range : range + " " + work.reason,
                                                down_alerts(down, actor.at));
    if (!changed) return changed.error();
    json::array rows;
    for (std::size_t i = 0; i < std::min(steps.size(), most_named_in_reply); ++i) {
        const auto& change = steps[i].change;
        rows.push_back(json::object{
            {"id", change.finding.value}, {"from", name_of(change.from)}, {"state", name_of(change.to)}});
    }
    object["changed"] = std::move(rows);
    return done(std::move(object), {.alerts = !down.empty()});
}

Result<CommandOutcome> Commands::do_with_findings(const json::object& arguments, const store::Actor& actor,
                                                  std::string_view action, const Deed& deed,
                                                  std::string reason)
{
    FindingWork work{action, reason, [&](const FindingStanding& known) -> Result<FindingStep> {
                         const auto then = cases::after(standing_of(known), deed);
                         if (!then) return then.error();
                         return step_to(*then, change_of(known, actor, name_of(deed.event), reason));
                     }};
    return change_findings(arguments, actor, work);
}

Result<CommandOutcome> Commands::findings_confirm(const json::object& arguments, const store::Actor& actor)
{
    auto reason = reason_argument(arguments, "looked_at");
    if (!reason) return reason.error();
    return do_with_findings(arguments, actor, "finding.confirm", {FindingEvent::confirm}, *std::move(reason));
}

Result<CommandOutcome> Commands::findings_dismiss(const json::object& arguments, const store::Actor& actor)
{
    const auto named = text_member(arguments, "reason");
    const auto reason = named ? cases::dismissal_from_name(*named) : std::nullopt;
    if (!reason) return missing("reason", "one of: " + cases::dismissal_names());
    return do_with_findings(arguments, actor, "finding.dismiss", {FindingEvent::dismiss, reason}, *named);
}

Result<CommandOutcome> Commands::findings_unsure(const json::object& arguments, const store::Actor& actor)
{
    auto reason = reason_argument(arguments, "second_look");
    if (!reason) return reason.error();
    return do_with_findings(arguments, actor, "finding.unsure", {FindingEvent::doubt}, *std::move(reason));
}

Result<CommandOutcome> Commands::findings_mark(const json::object& arguments, const store::Actor& actor)
{
    const auto as = text_member(arguments, "as");
    const auto event = as ? event_from(*as) : std::nullopt;
    if (event != FindingEvent::notice && event != FindingEvent::acknowledge &&
        event != FindingEvent::take_down)
        return missing("as", "one of: noticed, acknowledged, down");
    auto reason = reason_argument(arguments, "told_by_hand");
    if (!reason) return reason.error();
    return do_with_findings(arguments, actor, "finding.mark", {*event}, *std::move(reason));
}

Result<CommandOutcome> Commands::findings_undo(const json::object& arguments, const store::Actor& actor)
{
    auto reason = reason_argument(arguments, "undone");
    if (!reason) return reason.error();
    FindingWork work{"finding.undo", *reason, [&](const FindingStanding& known) -> Result<FindingStep> {
                         const auto deeds = deeds_of(cases_.history(known.id));
                         const auto then = cases::before_last(deeds);
                         if (!then) return then.error();
                         return step_to(*then, change_of(known, actor, "undo", *reason));
                     }};
    return change_findings(arguments, actor, work);
}

Result<CommandOutcome> Commands::findings_assign(const json::object& arguments, const store::Actor& actor)
{
    const auto to = text_argument(arguments, "to");
    if (!to) return to.error();
    const auto accounts = cases_.accounts();
    const bool is_known = *to == actor.name || std::ranges::any_of(accounts, [&](const Account& account) {
        return account.name == *to && !account.is_disabled;
    });
    if (*to != "nobody" && !is_known)
        return Error{Errc::not_found, fmt::format("no account {} (account list)", *to)};
    const auto name = *to == "nobody" ? std::string() : *to;
    FindingWork work{"finding.assign", *to, [&](const FindingStanding& known) -> Result<FindingStep> {
                         return FindingStep{change_of(known, actor, "assign", name), known.silences,
                                            known.is_confirmed_by_person};
                     }};
    return change_findings(arguments, actor, work);
}

Result<CommandOutcome> Commands::findings_note(const json::object& arguments, const store::Actor& actor)
{
    const auto text = text_argument(arguments, "text");
    if (!text) return text.error();
    FindingWork work{"finding.note", "", [&](const FindingStanding& known) -> Result<FindingStep> {
                         const auto c = cases_.find_case(known.case_id);
                         if (!c) return Error{Errc::not_found, "its case"};
                         auto sealed = cases::seal_note(*c, known.id, *text);
                         if (!sealed) return sealed.error();
                         FindingStep step{change_of(known, actor, "note", ""), known.silences,
                                          known.is_confirmed_by_person};
                         step.change.note = *std::move(sealed);
                         return step;
                     }};
    return change_findings(arguments, actor, work);
}

Result<CommandOutcome> Commands::findings_groups(const json::object& arguments, const store::Actor& actor)
{
    auto query = finding_query(arguments, actor.at);
    if (!query) return query.error();
    query->limit = static_cast<std::size_t>(limit_of(arguments, 1'000));
    const auto noted = note_look(actor, "findings.groups", looked_at(arguments));
    if (!noted) return noted.error();
    json::array rows;
    for (const auto& group : cases_.finding_groups(*query))
        rows.push_back(json::object{{"first", group.first.value},
                                    {"case", group.case_pseudonym},
                                    {"host", group.host},
                                    {"findings", group.findings},
                                    {"open", group.open},
                                    {"places", group.places},
                                    {"sightings", group.sightings},
                                    {"first_seen", format_utc(group.first_seen)},
                                    {"last_seen", format_utc(group.last_seen)}});
    return done(std::move(rows));
}

} // namespace stillwatch::control
