#pragma once

#include "alerts/rules.hpp"
#include "cases/accounts.hpp"
#include "cases/case_book.hpp"
#include "cases/consented_place.hpp"
#include "cases/finding_life.hpp"
#include "control/protocol.hpp"
#include "core/clock.hpp"
#include "crawler/frontier/url_frontier.hpp"
#include "followup/draft.hpp"
#include "followup/report.hpp"
#include "store/evidence_table.hpp"
#include "vault/sign.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::control {

// What commands need to know beside the databases.
struct CommandSettings {
    std::filesystem::path
        storage; // where withdrawn cases are remembered outside the databases; empty: nowhere
    std::filesystem::path evidence_directory;
    bool has_time_authority = false;            // packages are stamped
    store::Retention retention;                 // of evidence, where a case has none of its own
    const vault::SigningKey* signing = nullptr; // of evidence and of the audit log; required
    std::vector<std::string> channels;          // names, in the order of the configuration
    std::vector<store::SiteRow> sites;          // the watch list
    bool require_second_approver = true;
    std::vector<std::string> under_18_services; // where a person under 18 is helped
    // Makes the marked test alert of a channel; given by whoever knows what alerts look like.
    std::function<store::NewAlert(std::string_view channel, Timestamp now)> test_alert;
    std::vector<alerts::ChannelRules> rules{}; // of the channels
    std::string link{};                        // alerts.link: where an alert points to
    // The alerts that say that the guard tripped, for the channels that are told so.
    std::function<std::vector<store::NewAlert>(Timestamp now)> guard_alerts{};
    // Opens a note of a finding of that case; given by whoever holds the installation's key.
    std::function<Result<std::string>(const Case& c, FindingId finding, ByteView sealed)> open_note{};
    // The same of a consented place, as text.
    std::function<Result<std::string>(const Case& c, ByteView sealed)> open_place{};
    // The text of a notice, likewise.
    std::function<Result<std::string>(const Case& c, store::NoticeId notice, ByteView sealed)> open_notice{};
    followup::NoticeSettings notices{};
};

// What changed, for the one who holds references and the outbox in memory.
struct Effects {
    bool references = false;   // reload them before the reply leaves
    bool alerts = false;       // look at the outbox
    bool hosts = false;        // which are stopped
    bool guard = false;        // addresses that nobody may ask for
    std::string contacts_of{}; // ask whom to write to about this host; that becomes the result
    std::vector<Url>
        looks{}; // pictures that are to be looked at now; what was seen is put into the result's "seen"
};

struct CommandOutcome {
    json::value result;
    Effects effects;
};

// What `reference add` is refused with where the same picture is a reference of the case; asked by whoever
// can open them.
Error same_picture_exists(std::string_view name, ReferenceId number);

// Runs the commands of people on the databases. Store thread only (or the only thread of the command line);
// everything given must outlive it.
class Commands {
public:
    Commands(store::CaseDatabase& cases, crawler::UrlFrontier& frontier, vault::PublicKey installation,
             CommandSettings settings, const Clock& clock);

    // Errors: invalid_argument (unknown command, missing or wrong argument), and those of the command.
    // refused (what the peer's role may not do, which the audit log tells).
    Result<CommandOutcome> run(const Command& command, const cases::Peer& peer);

    // As whom the peer acts, where it may give this command. Errors: refused; invalid_argument (unknown).
    Result<store::Actor> admit(std::string_view command, const cases::Peer& peer);

    // What the last commands left to do that may take a minute: overwriting what they erased, after a
    // withdrawal also what the frontier knew of its matches. To be called when their effects are in force,
    // also after an error. Errors: io.
    Result<void> finish();

    // Every command's name.
    static std::vector<std::string_view> names();

private:
    struct Entry;
    static const std::vector<Entry>& table();

    Result<CommandOutcome> account_add(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> account_disable(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> account_list(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> case_pin(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> case_withdraw_by_pin(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> withdraw(const Case& c, const store::Actor& actor);
    Result<CommandOutcome> case_approve(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> case_open(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> case_list(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> case_show(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> case_renew(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> case_withdraw(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> reference_add(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> case_face_sites(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> faces_decisions(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> place_add(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> place_list(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> place_remove(const json::object& arguments, const store::Actor& actor);
    // What stands at that place and nowhere else is dismissed. Gives these findings.
    Result<std::vector<FindingId>> dismiss_at(const Case& c, const cases::ConsentedPlace& place,
                                              const store::Actor& actor);
    Result<CommandOutcome> reference_forget(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> reference_import(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> reference_names(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> reference_quarantined(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> reference_release(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> reference_list(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> reference_remove(const json::object& arguments, const store::Actor& actor);
    json::array describe_sizes(const std::vector<Occurrence>& best) const;
    Result<CommandOutcome> findings_list(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> findings_show(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> evidence_key(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> evidence_read(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> evidence_hold(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> evidence_holds(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> evidence_keep(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> evidence_release(const json::object& arguments, const store::Actor& actor);
    Result<void> add_stamps(json::object& told, const std::string& package) const;
    Result<CommandOutcome> findings_check(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> findings_note(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> findings_groups(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> findings_confirm(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> findings_dismiss(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> findings_unsure(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> findings_mark(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> findings_undo(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> findings_assign(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> findings_under_18(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> notice_draft(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> notice_routes(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> notice_list(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> notice_show(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> notice_sent(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> notice_acknowledged(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> notice_refused(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> notice_withdraw(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> contacts_show(const json::object& arguments, const store::Actor& actor);
    // Whom a notice by that way may go to, as far as it was learnt.
    json::array recipients_of(const store::NoticeRow& notice, followup::Route route) const;
    Result<CommandOutcome> notice_escalate(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> report_case(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> report_hosts(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> report_period(const json::object& arguments, const store::Actor& actor);
    // Of one case or of all.
    std::vector<followup::FindingFacts> finding_facts(std::optional<CaseId> case_id) const;
    // What the recipient said.
    Result<CommandOutcome> answer(const json::object& arguments, const store::Actor& actor,
                                  store::NoticeState state);
    // The notice that "id" of the arguments names.
    Result<store::NoticeRow> notice_argument(const json::object& arguments);
    Result<std::string> text_of_notice(const store::NoticeRow& notice) const;
    // What follows for those of its findings that are not as far yet.
    std::vector<store::FindingStep> steps_of(const store::NoticeRow& notice, cases::FindingEvent event,
                                             const store::Actor& actor, const std::string& reason) const;
    Result<CommandOutcome> guard_list(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> outbox_list(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> outbox_show(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> outbox_replay(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> alert_test(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> audit_checkpoint(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> audit_consistency(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> audit_prove(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> alerts_ack(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> alerts_explain(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> alerts_list(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> alerts_silence(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> alerts_silences(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> alerts_unsilence(const json::object& arguments, const store::Actor& actor);
    Result<store::CaseDatabase::AlertSubject> alert_argument(const json::object& arguments) const;
    Result<std::string> silence_kind(const std::string& name) const;
    // Queues an event without a finding over the channels that are told of it. What was done stands where
    // this cannot be stored: the log says so.
    void announce(std::string_view type, const std::string& pseudonym, const store::Actor& actor);
    // The alerts that tell of items that are down, one for each case of `down`.
    std::vector<store::CaseAlert> down_alerts(const std::vector<store::FindingStanding>& down,
                                              Timestamp now) const;
    json::object explain(const store::OutboxRow& row, Timestamp now) const;
    Result<CommandOutcome> audit_list(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> audit_verify(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> site_list(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> site_plan(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> site_health(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> site_stop(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> site_resume(const json::object& arguments, const store::Actor& actor);
    Result<CommandOutcome> status(const json::object& arguments, const store::Actor& actor);

    json::object describe(const Case& c, Timestamp now) const;
    json::object describe(const Case& c, const store::CaseCounts& counts, Timestamp now) const;
    // Pictures one by one, lists of hashes as one row each.
    json::array describe_references(CaseId id) const;
    cases::ApprovalRule approval_rule() const;
    Result<void> note_look(const store::Actor& actor, std::string_view action, std::string_view object);
    Error no_channel(std::string_view name) const; // what there is instead
    json::object describe(const store::OutboxRow& row) const;
    // What a command does with each of its findings. `decide` refuses where it may not be done: of a filter
    // such findings are left alone and counted, of those that were named none is changed then.
    struct FindingWork {
        std::string_view action; // in the audit log
        std::string reason;
        std::function<Result<store::FindingStep>(const store::FindingStanding&)> decide;
    };
    Result<CommandOutcome> change_findings(const json::object& arguments, const store::Actor& actor,
                                           const FindingWork& work);
    Result<CommandOutcome> do_with_findings(const json::object& arguments, const store::Actor& actor,
                                            std::string_view action, const cases::Deed& deed,
                                            std::string reason);
    // The filter among the arguments: "case", "state", "tier", "site", "host", "assigned", "older_than",
    // "after", "up_to".
    Result<store::CaseDatabase::FindingQuery> finding_query(const json::object& arguments,
                                                            Timestamp now) const;
    // Those of "ids", or of the filter.
    Result<std::vector<store::FindingStanding>> chosen_findings(const json::object& arguments,
                                                                Timestamp now) const;
    Result<FindingId> finding_named(const json::value& name) const;
    // The finding that "id" of the arguments names: its number, "F-12" or the id of its alert.
    Result<Finding> finding_argument(const json::object& arguments) const;

    store::CaseDatabase& cases_;
    crawler::UrlFrontier& frontier_;
    cases::CaseBook book_;
    CommandSettings settings_;
    const Clock& clock_;
    std::optional<std::vector<Url>> to_forget_; // addresses of pictures that withdrawn cases had found
};

} // namespace stillwatch::control
