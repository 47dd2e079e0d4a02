#include "control/forms.hpp"
#include "store/still_up_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

// The commands about what was told and done.
namespace stillwatch::control {

Error Commands::no_channel(std::string_view name) const
{
    if (settings_.channels.empty())
        return {Errc::not_found, fmt::format("no channel \"{}\": no channel is configured", name)};
    return {Errc::not_found,
            fmt::format("no channel \"{}\"; there are: {}", name, fmt::join(settings_.channels, ", "))};
}

json::object Commands::describe(const store::OutboxRow& row) const
{
    json::object object;
    object["id"] = row.id;
    object["alert"] = row.alert_id;
    object["channel"] = row.channel;
    object["state"] = name_of(row.state);
    object["attempts"] = row.attempts;
    object["created_at"] = format_utc(row.created_at);
    object["next_attempt_at"] = format_utc(row.next_attempt_at);
    if (row.sent_at) object["sent_at"] = format_utc(*row.sent_at);
    object["last_error"] = row.last_error;
    object["told"] = json::array(row.told.begin(), row.told.end());
    const bool is_configured = std::ranges::find(settings_.channels, row.channel) != settings_.channels.end();
    if (!is_configured && row.state == store::AlertState::queued)
        object["last_error"] = "this channel is not in the configuration";
    return object;
}

Result<CommandOutcome> Commands::outbox_list(const json::object& arguments, const store::Actor&)
{
    const auto limit = std::clamp<std::int64_t>(number_member(arguments, "limit").value_or(100), 1, 10'000);
    json::array rows;
    for (const auto& row : cases_.alerts(static_cast<std::size_t>(limit)))
        rows.push_back(describe(row));
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::outbox_show(const json::object& arguments, const store::Actor&)
{
    const auto alert = text_argument(arguments, "alert");
    if (!alert) return alert.error();
    const auto channel = text_argument(arguments, "channel");
    if (!channel) return channel.error();
    const auto row = cases_.find_alert(*alert, *channel);
    if (!row) return Error{Errc::not_found, fmt::format("no alert {} over {}", *alert, *channel)};
    return done(describe(*row));
}

Result<CommandOutcome> Commands::outbox_replay(const json::object& arguments, const store::Actor& actor)
{
    json::object object;
    if (const auto number = number_member(arguments, "id")) {
        const auto replayed = cases_.replay_alert(*number, actor);
        if (!replayed) return replayed.error();
        object["id"] = *number;
        object["state"] = "queued";
        return done(std::move(object), {.alerts = true});
    }
    std::optional<std::string> only;
    if (arguments.contains("channel")) {
        const auto channel = text_argument(arguments, "channel");
        if (!channel) return channel.error();
        if (std::ranges::find(settings_.channels, *channel) == settings_.channels.end())
            return no_channel(*channel);
        only = *channel;
    } else if (const auto* all = arguments.if_contains("all"); !all || !all->is_bool() || !all->get_bool()) {
        return missing("id", "a number, or \"channel\", or \"all\"");
    }
    const auto replayed = cases_.replay_alerts(only, actor);
    if (!replayed) return replayed.error();
    object["queued"] = *replayed;
    return done(std::move(object), {.alerts = true});
}

Result<CommandOutcome> Commands::alert_test(const json::object& arguments, const store::Actor& actor)
{
    const auto channel = text_argument(arguments, "channel");
    if (!channel) return channel.error();
    if (std::ranges::find(settings_.channels, *channel) == settings_.channels.end())
        return no_channel(*channel);
    const auto alert = settings_.test_alert(*channel, actor.at);
    const auto queued = cases_.queue_alert(alert, actor);
    if (!queued) return queued.error();
    json::object object;
    object["alert"] = alert.alert_id;
    object["channel"] = *channel;
    return done(std::move(object), {.alerts = true});
}

Result<CommandOutcome> Commands::status(const json::object&, const store::Actor& actor)
{
    const auto counts = frontier_.counts(actor.at);
    std::size_t queued = 0;
    std::size_t dead = 0;
    for (const auto& row : cases_.alerts(10'000)) {
        queued += row.state == store::AlertState::queued ? 1 : 0;
        dead += row.state == store::AlertState::dead ? 1 : 0;
    }
    json::object object;
    object["sites"] = settings_.sites.size();
    object["pages"] = counts.pages;
    object["images"] = counts.images;
    object["videos"] = counts.videos;
    object["videos_not_looked_at"] = counts.videos_not_looked_at;
    object["contents"] = counts.contents;
    object["due"] = counts.due;
    object["generation"] = cases_.generation();
    object["coverage"] =
        describe_coverage(frontier_.coverage(cases_.compared_with_all()), cases_.compared_tiers());
    object["references_missing"] = cases_.references_missing();
    const auto of_cases = cases_.case_counts();
    object["cases"] = of_cases.size();
    const auto all = cases_.cases();
    object["consent_rule"] = approval_rule() == cases::ApprovalRule::second_person
                                 ? "a second person approves"
                                 : "one person alone (no second approver)";
    object["cases_waiting_for_approval"] = std::ranges::count_if(all, [](const Case& c) {
        return c.state == CaseState::open && (c.renewal || c.consent.approval == Approval::none);
    });
    object["cases_approved_by_one_person"] = std::ranges::count_if(all, [](const Case& c) {
        return c.state == CaseState::open &&
               (c.consent.approval == Approval::one_person || c.consent.approval == Approval::typed);
    });
    object["findings"] = cases_.count_findings();
    object["findings_confirmed_unseen"] = cases_.confirmed_unseen();
    object["references_quarantined"] = cases_.quarantined().size();
    object["guard_hits"] = cases_.count_guard_hits();
    json::object still_up;
    for (const auto& count : store::StillUpChecks(cases_).counts())
        still_up[name_of(count.verdict)] = count.places;
    object["places_still_up"] = std::move(still_up);
    object["evidence_pending"] = cases_.pending_evidence();
    object["evidence_holds"] = store::EvidenceTable(cases_).holds(actor.at).size();
    const auto running = store::NoticeTable(cases_).running();
    object["notices_running"] = running.size();
    object["notices_overdue"] = std::ranges::count_if(
        running, [&](const store::RunningNotice& notice) { return notice.deadline_at <= actor.at; });
    object["alerts_queued"] = queued;
    object["alerts_dead"] = dead;
    return done(std::move(object));
}

} // namespace stillwatch::control
