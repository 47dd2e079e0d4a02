#include "control/commands.hpp"

#include "control/roles.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::control {

struct Commands::Entry {
    std::string_view name;
    Result<CommandOutcome> (Commands::*handler)(const json::object&, const store::Actor&);
};

const std::vector<Commands::Entry>& Commands::table()
{
    static const std::vector<Entry> entries{
        {"account.add", &Commands::account_add},
        {"account.disable", &Commands::account_disable},
        {"account.list", &Commands::account_list},
        {"case.approve", &Commands::case_approve},
        {"case.face-sites", &Commands::case_face_sites},
        {"case.open", &Commands::case_open},
        {"case.list", &Commands::case_list},
        {"case.show", &Commands::case_show},
        {"case.pin", &Commands::case_pin},
        {"case.renew", &Commands::case_renew},
        {"case.withdraw", &Commands::case_withdraw},
        {"case.withdraw-by-pin", &Commands::case_withdraw_by_pin},
        {"reference.add", &Commands::reference_add},
        {"place.add", &Commands::place_add},
        {"place.list", &Commands::place_list},
        {"place.remove", &Commands::place_remove},
        {"reference.forget", &Commands::reference_forget},
        {"reference.import", &Commands::reference_import},
        {"reference.list", &Commands::reference_list},
        {"reference.names", &Commands::reference_names},
        {"reference.quarantined", &Commands::reference_quarantined},
        {"reference.release", &Commands::reference_release},
        {"reference.remove", &Commands::reference_remove},
        {"contacts.show", &Commands::contacts_show},
        {"faces.decisions", &Commands::faces_decisions},
        {"findings.list", &Commands::findings_list},
        {"findings.show", &Commands::findings_show},
        {"evidence.hold", &Commands::evidence_hold},
        {"evidence.holds", &Commands::evidence_holds},
        {"evidence.keep", &Commands::evidence_keep},
        {"evidence.key", &Commands::evidence_key},
        {"evidence.release", &Commands::evidence_release},
        {"evidence.read", &Commands::evidence_read},
        {"findings.check", &Commands::findings_check},
        {"findings.groups", &Commands::findings_groups},
        {"findings.confirm", &Commands::findings_confirm},
        {"findings.dismiss", &Commands::findings_dismiss},
        {"findings.unsure", &Commands::findings_unsure},
        {"findings.mark", &Commands::findings_mark},
        {"findings.undo", &Commands::findings_undo},
        {"findings.note", &Commands::findings_note},
        {"findings.assign", &Commands::findings_assign},
        {"findings.under-18", &Commands::findings_under_18},
        {"guard.list", &Commands::guard_list},
        {"notice.acknowledged", &Commands::notice_acknowledged},
        {"notice.draft", &Commands::notice_draft},
        {"notice.escalate", &Commands::notice_escalate},
        {"notice.list", &Commands::notice_list},
        {"notice.refused", &Commands::notice_refused},
        {"notice.routes", &Commands::notice_routes},
        {"notice.sent", &Commands::notice_sent},
        {"notice.show", &Commands::notice_show},
        {"notice.withdraw", &Commands::notice_withdraw},
        {"report.case", &Commands::report_case},
        {"report.hosts", &Commands::report_hosts},
        {"report.period", &Commands::report_period},
        {"outbox.list", &Commands::outbox_list},
        {"outbox.show", &Commands::outbox_show},
        {"outbox.replay", &Commands::outbox_replay},
        {"alert-test", &Commands::alert_test},
        {"audit.checkpoint", &Commands::audit_checkpoint},
        {"audit.consistency", &Commands::audit_consistency},
        {"alerts.ack", &Commands::alerts_ack},
        {"alerts.explain", &Commands::alerts_explain},
        {"alerts.list", &Commands::alerts_list},
        {"alerts.silence", &Commands::alerts_silence},
        {"alerts.silences", &Commands::alerts_silences},
        {"alerts.unsilence", &Commands::alerts_unsilence},
        {"audit.list", &Commands::audit_list},
        {"audit.prove", &Commands::audit_prove},
        {"audit.verify", &Commands::audit_verify},
        {"site.list", &Commands::site_list},
        {"site.plan", &Commands::site_plan},
        {"site.health", &Commands::site_health},
        {"site.stop", &Commands::site_stop},
        {"site.resume", &Commands::site_resume},
        {"status", &Commands::status},
    };
    return entries;
}

std::vector<std::string_view> Commands::names()
{
    std::vector<std::string_view> names;
    for (const auto& entry : table())
        names.push_back(entry.name);
    return names;
}

Commands::Commands(store::CaseDatabase& cases, crawler::UrlFrontier& frontier, vault::PublicKey installation,
                   CommandSettings settings, const Clock& clock)
    : cases_(cases), frontier_(frontier), book_(cases, installation), settings_(std::move(settings)),
      clock_(clock)
{
}

cases::ApprovalRule Commands::approval_rule() const
{
    const bool is_alone = !settings_.require_second_approver || cases::is_single_person(cases_.accounts());
    return is_alone ? cases::ApprovalRule::one_person : cases::ApprovalRule::second_person;
}

Result<store::Actor> Commands::admit(std::string_view command, const cases::Peer& peer)
{
    const auto* rule = rule_of(command);
    if (!rule) return Error{Errc::invalid_argument, fmt::format("unknown command \"{}\"", command)};
    const auto acting = cases::acting_as(peer, cases_.accounts());
    const store::Actor actor{acting.name, clock_.now()};
    if (rule->roles.contains(acting.role)) return actor;
    const auto noted = cases_.append_audit(actor, "refused", command);
    if (!noted) return noted.error();
    const auto standing = acting.role == Role::none ? std::string("has no account")
                                                    : fmt::format("is {}", name_of(acting.role));
    return Error{Errc::refused, fmt::format("{} {}; {} may be given by: {}", acting.name, standing, command,
                                            rule->roles.text())};
}

Result<CommandOutcome> Commands::run(const Command& command, const cases::Peer& peer)
{
    const auto entry = std::ranges::find(table(), command.name, &Entry::name);
    if (entry == table().end())
        return Error{Errc::invalid_argument, fmt::format("unknown command \"{}\"", command.name)};
    const auto admitted = admit(command.name, peer);
    if (!admitted) return admitted.error();
    const auto& actor = *admitted;
    // Consent that was seen to end stays ended; a second call within a minute writes nothing.
    if (actor.at >= cases_.time_seen() + std::chrono::minutes(1)) {
        const auto noted = cases_.note_time(actor.at);
        if (!noted) return noted.error();
    }
    const auto before = cases_.references_state();
    auto outcome = (this->*entry->handler)(command.arguments, actor);
    // What a role may do and a rule forbids is on record, too: one who approves the consent they recorded.
    if (!outcome && outcome.error().code == Errc::refused) {
        const auto noted = cases_.append_audit(actor, "refused", command.name);
        if (!noted) return noted.error();
    }
    // What changed here is no other database: whoever compares next need not begin anew.
    const auto under = frontier_.compared_under();
    if (const auto after = cases_.references_state(); after != before && under && under->state == before)
        (void)frontier_.set_compared_under({under->generation, after}); // else all is compared again, no more
    return outcome;
}

} // namespace stillwatch::control
