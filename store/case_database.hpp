#pragma once

#include "core/account.hpp"
#include "core/case.hpp"
#include "core/finding.hpp"
#include "core/result.hpp"
#include "store/audit_line.hpp"
#include "store/finding_change.hpp"
#include "store/outbox_row.hpp"
#include "store/reference_rows.hpp"
#include "store/sqlite/database_copy.hpp"
#include "store/stopped_host.hpp"
#include "store/withdrawal.hpp"

#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace stillwatch::store {

// Who acts, for the audit line that each change writes in its own transaction.
struct Actor {
    std::string name;
    Timestamp at{};
};

// The small, precious database: cases, keys, references, findings, outbox, audit. synchronous=FULL,
// secure_delete, WAL; every change is one transaction and durable when its function returns. One object, one
// thread (the store thread). Opening throws std::runtime_error: damaged file, newer schema, no permission, or
// another process owns it. Functions return Errc::io when the disk refuses (then nothing was changed, but see
// withdraw); those without a Result throw std::runtime_error when the file cannot be read.
class CaseDatabase {
public:
    explicit CaseDatabase(const std::filesystem::path& file);
    ~CaseDatabase();
    CaseDatabase(CaseDatabase&&) noexcept;

    // --- accounts ---
    std::vector<Account> accounts() const; // in the order in which they came
    // Errors: exists (a name that was ever given).
    Result<void> add_account(const Account& account, const Actor& actor);
    // Errors: not_found (unknown or disabled).
    Result<void> disable_account(std::string_view name, const Actor& actor);

    // --- cases ---
    // Errors: exists (the pseudonym is taken, also by a withdrawn case).
    Result<CaseId> open_case(const Case& draft, const Actor& actor);
    std::vector<Case> cases() const; // by id, also withdrawn ones
    std::optional<Case> find_case(std::string_view pseudonym) const;
    std::optional<Case> find_case(CaseId id) const;
    std::vector<CaseCounts> case_counts() const; // of all, by id
    CaseCounts counts_of(CaseId id) const;
    // One more consent. Approved, it replaces the one in force and makes every verdict stale (its references'
    // generation is raised); else it waits as the case's renewal, in place of another that waited.
    Result<void> renew_consent(CaseId id, const Consent& consent, const Actor& actor);
    // Puts the newest consent into force as renew_consent does, or another approval on one in force.
    Result<void> approve_consent(CaseId id, Approval approval, const Actor& actor);
    // The hash of the PIN by which the person withdraws (vault/pin.hpp); empty: none was given.
    Result<void> set_pin(CaseId id, const std::string& hash, const Actor& actor);
    std::string pin_of(CaseId id) const;
    // By the number that was typed, which no case need have. The oldest beyond 10 000 are forgotten.
    PinTries pin_tries(std::string_view claimed) const;
    Result<void> note_pin_tries(std::string_view claimed, const PinTries& tries, const Actor& actor);
    // Erases keys, references, findings, their alerts; the pseudonym stays as a withdrawn case, and one audit
    // line says how much was erased. Rebuilds the file, so that no erased byte stays in the database or its
    // log. Nothing is told for a case that was withdrawn before.
    // Errors: not_found; io, also when the case is withdrawn but its bytes may stand until the next start or
    // try.
    Result<Erased> withdraw(CaseId id, const Actor& actor, Erasure erasure = Erasure::now);
    // Rebuilds the file where that is owed, as every opening does. Errors: io.
    Result<void> erase_owed();
    std::vector<std::string> evidence_files_of(CaseId id) const;
    // The addresses of pictures of a case's findings, and the bytes that findings of all cases have.
    std::vector<Url> addresses_found(CaseId id) const;
    std::vector<Sha256> contents_found() const;

    // --- references ---
    // Gives it the next generation. Errors: exists (the name), not_found (the case), refused (withdrawn).
    Result<ReferenceId> add_reference(const Reference& draft, const Actor& actor);
    // Takes hash-only references of a list, with one generation, and erases those of it that are named, in
    // one transaction with one audit line; nothing is written where nothing changes. A name that is known is
    // left as it is. Errors: not_found (the case), refused (withdrawn).
    Result<Imported> import_references(CaseId id, std::string_view list, const std::vector<Reference>& drafts,
                                       const std::vector<std::string>& withdrawn, const Actor& actor);
    std::int64_t hash_only_references(CaseId id) const; // how many
    std::vector<ListCount> hash_lists(CaseId id) const; // by name
    // Names of a list's references, a page of at most `limit` behind the number given, with their numbers.
    std::vector<std::pair<ReferenceId, std::string>>
    names_of_list(CaseId id, std::string_view list, ReferenceId after, std::size_t limit) const;
    // Erases its fingerprints as withdraw does. Its findings stay; its name is free again. Errors: not_found.
    Result<void> remove_reference(ReferenceId id, const Actor& actor, Erasure erasure = Erasure::now);
    std::vector<Reference> references() const;
    std::vector<Reference> references_of(CaseId id) const;
    // The same without what is sealed, by id, a page of at most `limit` behind the one given.
    std::vector<ReferenceRow> reference_rows(CaseId id, ReferenceId after, std::size_t limit) const;
    std::optional<Reference> find_reference(ReferenceId id) const; // not a removed one
    bool is_reference(ReferenceId id) const; // also a removed one, which its findings name
    // The number of one that is not removed.
    std::optional<ReferenceId> reference_named(CaseId id, std::string_view name) const;
    // Numbers of the cases that have one.
    std::set<std::int64_t> cases_with_references() const;
    // The generation of the newest or last renewed reference; 0 before the first. Never falls.
    std::int64_t generation() const;
    // Raises the generation, above `above`, without a new reference: another extractor version makes all
    // verdicts stale.
    Result<std::int64_t> raise_generation(const Actor& actor, std::int64_t above = 0);
    // The extractor version the store last worked with, 0 at first; set with raise_generation.
    int verdict_version() const;
    Result<void> set_verdict_version(int version);
    // The tiers that verdicts of this generation speak of. Verdicts of fewer are stale where more are wanted,
    // so a tier that was not among them raises the generation.
    std::set<Tier> compared_tiers() const;
    Result<void> compare_tiers(const std::set<Tier>& tiers, const Actor& actor);

    // --- which references are in force (store/sqlite/case_force.cpp) ---
    // Another number whenever there are other references or others are in force: tells a database that was
    // restored, or is another one, from the one that pictures were compared under.
    std::int64_t references_state() const;
    // From now on these, and no others, are compared; `missing` more should be and cannot. Gives the
    // generation of this set: a new one where a reference comes that comparisons at the last one were made
    // without.
    Result<std::int64_t> put_in_force(const std::vector<ReferenceId>& references, std::size_t missing,
                                      const Actor& actor);
    // A picture compared at this generation or a later one was compared with all references of the case;
    // `never` while one of them is not in force, 0 without any.
    std::int64_t compared_with_all(CaseId id) const;
    // The same of all references that should be in force.
    std::int64_t compared_with_all() const;
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
    std::int64_t references_missing() const;

    // --- references that match too often (cases/quarantine.hpp) ---
    ReferenceSurge surge_of(ReferenceId id, Timestamp now) const;
    // From then on, with the alerts that say so, in one transaction; nothing happens where it is quarantined
    // already.
    Result<void> quarantine(ReferenceId id, Timestamp since, const std::vector<NewAlert>& alerts,
                            const Actor& actor);
    // Gives how many findings nobody was told of. Errors: not_found (it is not quarantined).
    Result<std::int64_t> release(ReferenceId id, const Actor& actor);
    std::vector<QuarantinedReference> quarantined() const; // by number
    // It shows the same picture as one of another case; the alerts say so. Gives whether that is news.
    Result<bool> note_collision(ReferenceId id, const std::vector<NewAlert>& alerts, const Actor& actor);

    // --- where the pictures of a case may stay (cases/consented_place.hpp) ---
    // Gives its number. Errors: refused (withdrawn).
    Result<std::int64_t> add_place(CaseId id, const Bytes& sealed, const Actor& actor);
    // Errors: not_found.
    Result<void> remove_place(CaseId id, std::int64_t number, const Actor& actor);
    std::vector<PlaceRow> places_of(CaseId id) const; // by number
    // Further sightings at consented places belong to these findings, others of their class do not.
    Result<void> count_as_consented(const std::vector<FindingId>& findings);

    // --- time ---
    // The latest time that was ever noted; never falls, so a clock that was set back revives no consent.
    Timestamp time_seen() const;
    Result<void> note_time(Timestamp now);
    // How an open case and its reference are named among people; nothing where one of them is gone.
    struct Names {
        std::string pseudonym;
        std::string reference;
        Approval approval = Approval::none; // of the consent in force
    };
    std::optional<Names> names_of(CaseId case_id, ReferenceId reference) const;

    // --- hosts that get no request ---
    // Stops a host or changes the reason.
    Result<void> stop_host(const StoppedHost& host, const Actor& actor);
    // Errors: not_found (it is not stopped).
    Result<void> resume_host(const std::string& host, const Actor& actor);
    std::vector<StoppedHost> stopped_hosts() const;

    // --- findings ---
    // Places of one finding that are kept; sightings at further ones are counted.
    static constexpr std::int64_t max_occurrences = 1'000;
    struct Recorded {
        FindingId id;
        OccurrenceId
            occurrence;       // none: the finding has max_occurrences already, and the sighting was counted
        bool created = false; // the finding is new, and its alerts are queued
        bool added = false;   // the place is new
    };
    // Puts what was seen where place_of() says: finding, outbox rows and audit line in one transaction, or
    // one more place of a known finding, or a sighting of a known place. The finding's number is written into
    // the events of its alerts as "finding". Errors: refused (the case is withdrawn or the reference removed
    // meanwhile), invalid_argument.
    Result<Recorded> record_finding(const Finding& seen, const std::vector<NewAlert>& alerts,
                                    const Actor& actor);
    // One more place of that finding, whatever class it is of: the page ties both pictures together. Errors:
    // not_found.
    Result<Recorded> add_occurrence(FindingId id, const Finding& seen);
    struct Place {
        FindingId finding;
        OccurrenceId occurrence;                      // none: a new place
        EvidenceState evidence = EvidenceState::none; // of that occurrence
        std::int64_t packages = 0;                    // of the finding, stored or pending
        std::int64_t best_pixels = 0;                 // of its best occurrence
        FindingState state = FindingState::fresh;
    };
    // The finding of this case, reference, page's host and picture class, of the newest epoch.
    std::optional<Place> place_of(const Finding& seen) const;
    std::optional<Place> place_in(FindingId id, const Url& page, const Url& image) const;
    // What the reference has on one page, oldest first, with the finding's state.
    struct OnPage {
        Occurrence occurrence;
        FindingState state = FindingState::fresh;
    };
    std::vector<OnPage> occurrences_on(CaseId case_id, ReferenceId reference, const Url& page,
                                       std::size_t limit) const;
    // Pictures with these bytes at any address: for each reference one that matches and one that is a lead.
    std::vector<Occurrence> occurrences_of_content(const Sha256& content) const;
    // Seen again, under this address from now on, where one is given. Errors: not_found.
    Result<void> touch_occurrence(OccurrenceId id, Timestamp seen, const std::optional<Url>& image = {});
    // It was down and is back: evidence is kept as earlier, new is made where it had any. Errors: not_found.
    Result<void> renew_evidence(OccurrenceId id);
    std::vector<EarlierEvidence> earlier_evidence(FindingId id) const; // oldest first
    // When in a video it is shown (pipeline/video_json.hpp), the last told. Errors: not_found.
    Result<void> note_video(FindingId id, const std::string& told);
    std::optional<std::string> video_of(FindingId id) const;
    // A package for an occurrence that had none. Errors: not_found, exists (it has one).
    Result<void> attach_evidence(OccurrenceId id, const std::string& file, const Sha256& digest,
                                 PageState page, const Actor& actor);
    std::vector<std::string> evidence_files() const; // by name
    std::int64_t pending_evidence() const;           // occurrences without their package
    std::int64_t findings_since(const std::string& site, Timestamp since) const; // first seen then or later
    // One match more above the bound of a site and day. Gives how many it is now; below, of that day by site.
    Result<std::int64_t> leave_match_out(const std::string& site, Timestamp at);
    std::vector<std::pair<std::string, std::int64_t>> matches_left_out(Timestamp at) const;
    std::int64_t face_leads_since(CaseId id, Timestamp since) const; // findings of tier resemblance

    // --- looking at findings ---
    // Empty or absent: all.
    struct FindingQuery {
        std::optional<CaseId> case_id{};
        FindingId after{};
        std::size_t limit = SIZE_MAX >> 1U;
        std::vector<FindingState> states{};
        std::vector<Tier> tiers{};
        std::string site{};
        std::string host{};
        std::optional<std::string> assigned{};  // "": to nobody
        std::optional<Timestamp> seen_before{}; // first seen then or before
        FindingId up_to{never};                 // numbers up to this one
    };
    std::vector<Finding> findings(const FindingQuery& query) const; // by id
    std::int64_t count_findings(const FindingQuery& query) const;
    // By case and host; `after` and `limit` of the query are of groups.
    std::vector<FindingGroup> finding_groups(const FindingQuery& query) const;
    std::vector<Finding> findings() const { return findings(FindingQuery{}); }
    std::vector<Finding> findings_of_case(CaseId id) const { return findings({id, {}}); }
    std::int64_t count_findings(std::optional<CaseId> case_id = {}) const;
    std::optional<Finding> find_finding(FindingId id) const;
    std::optional<FindingId> finding_of_alert(std::string_view alert_id) const;
    // By id, after that one. The first page of the best: see best_occurrences.
    std::vector<Occurrence> occurrences(FindingId id, OccurrenceId after, std::size_t limit) const;
    // Largest picture first, of equals the first seen.
    std::vector<Occurrence> best_occurrences(FindingId id, std::size_t limit) const;

    // --- the life of findings (cases/finding_life.hpp decides) ---
    std::vector<FindingStanding> standings(const FindingQuery& query) const; // by id
    std::optional<FindingStanding> standing(FindingId id) const;
    // All changes, or none, with one audit line and their alerts. Errors: refused (one changed meanwhile).
    Result<void> change_findings(const std::vector<FindingStep>& steps, const Actor& actor,
                                 std::string_view action, std::string_view object,
                                 const std::vector<CaseAlert>& alerts = {});
    std::vector<FindingChange> history(FindingId id) const; // oldest first
    // A finding of the case that silences this picture: one of the same bytes, or of the same reference and
    // picture class. What was enrolled after the dismissal is silenced by nothing: nobody judged it.
    std::optional<FindingId> silenced_by(const Finding& seen) const;
    // Counts the sighting there and keeps nothing else of it. Errors: not_found.
    Result<void> count_silenced(FindingId id, Timestamp seen);
    // A finding of the same case, reference and picture class that a person confirmed.
    std::optional<FindingId> confirmed_as(const Finding& seen) const;
    // What is down was seen again: state, epoch, history, the alerts (as record_finding queues them, with
    // their id as the finding's) and an audit line in one transaction. Nothing happens where it is not down
    // any more. Gives whether it reappeared.
    Result<bool> reappear(FindingId id, const std::string& alert_id, const std::vector<NewAlert>& alerts,
                          const Actor& actor);
    std::int64_t confirmed_unseen() const; // how many findings stand so

    // --- pictures that nobody here may look at ---
    // Gives the number of the hit; 0 where the address has one already, and then nothing is told. The audit
    // line has no address.
    Result<std::int64_t> trip_guard(const Url& picture, const std::vector<Url>& pages,
                                    std::string_view reason, const std::vector<NewAlert>& alerts,
                                    const Actor& actor);
    // Puts such hits in the place of a finding with its places, history and alerts. The file is to be rebuilt
    // (erase_owed). Errors: not_found.
    Result<ErasedFinding> erase_finding(FindingId id, std::string_view reason,
                                        const std::vector<NewAlert>& alerts, const Actor& actor);
    bool is_guarded(const Url& address) const;
    std::set<std::string, std::less<>> guarded_addresses() const;
    std::vector<GuardHit> guard_hits(std::int64_t after, std::size_t limit) const; // by number
    std::int64_t count_guard_hits() const;                                         // pages left out

    // --- outbox ---
    // Queued rows whose time has come, oldest first.
    std::vector<OutboxRow> due_alerts(Timestamp now, std::size_t limit) const;
    std::optional<Timestamp> next_alert_at() const;
    // The same for one channel, so that a channel with much to do does not hide the others.
    std::vector<OutboxRow> due_alerts(std::string_view channel, Timestamp now, std::size_t limit) const;
    std::optional<Timestamp> next_alert_at(std::string_view channel) const;
    // For `alert-test` and the like: queues without a finding. An existing (alert_id, channel) stays.
    Result<void> queue_alert(const NewAlert& alert, const Actor& actor);
    // These three end an attempt. Errors: not_found (not queued, or erased by a withdrawal meanwhile).
    Result<void> alert_sent(std::int64_t id, Timestamp at);
    Result<void> alert_retry(std::int64_t id, Timestamp next, const AlertAttempt& attempt);
    Result<void> alert_dead(std::int64_t id, const AlertAttempt& attempt);
    // Queues a dead alert again, or one that waits for its next attempt, with all its attempts before it.
    // Errors: not_found (it was sent, or never was).
    Result<void> replay_alert(std::int64_t id, const Actor& actor);
    // The same for every dead and waiting alert, or those of one channel. Gives how many.
    Result<std::int64_t> replay_alerts(const std::optional<std::string>& channel, const Actor& actor);
    std::vector<OutboxRow> alerts(std::size_t limit) const; // newest first
    std::optional<OutboxRow> find_alert(std::string_view alert_id, std::string_view channel) const;
    // Queued rows of a channel whose time has not come, and making them due; their attempts still count.
    std::vector<std::int64_t> waiting_alerts(std::string_view channel, Timestamp now) const;
    Result<void> hurry_alerts(const std::vector<std::int64_t>& ids, Timestamp now);
    // How many rows there are of each channel and state, of those that are queued or dead.
    std::vector<AlertCount> alert_counts() const;

    // --- what is decided about alerts (store/sqlite/case_alerts.cpp) ---
    // Queued rows that nothing was made of yet: of a channel; only of that case and host where they are
    // given.
    std::vector<OutboxRow> unmade_alerts(std::string_view channel, std::optional<CaseId> case_id,
                                         std::string_view host, std::size_t limit) const;
    // The oldest row of the same case and channel that was attempted before this one and waits.
    std::optional<OutboxRow> alert_in_front(const OutboxRow& row) const;
    struct GroupHistory {
        std::optional<Timestamp> told_at;     // the last message
        std::optional<Timestamp> waits_since; // the oldest queued
    };
    GroupHistory group_history(std::string_view channel, CaseId case_id, std::string_view host) const;
    // Messages of the channel since then, and the first of them.
    std::pair<int, std::optional<Timestamp>> sent_since(std::string_view channel, Timestamp since) const;
    // These change queued rows only.
    Result<void> hold_alert(std::int64_t id, Timestamp until, std::string_view reason);
    // Other rules may hold now: what is held is judged at once.
    Result<void> judge_held_alerts(Timestamp now);
    Result<void> silence_alert(std::int64_t id, std::string_view reason);
    // The first row tells of all: its event becomes `event`, the others are joined to it.
    Result<void> join_alerts(std::int64_t leader, const std::vector<std::int64_t>& members,
                             std::string_view event, std::string_view reason);
    // A new message tells of all of them.
    Result<void> bundle_alerts(const NewAlert& message, const std::vector<std::int64_t>& members,
                               std::string_view reason, Timestamp now);
    // `front` was tried before its time and failed: that counts for the row behind it.
    Result<void> alert_probed(std::int64_t front, const std::vector<std::string>& told, std::int64_t behind,
                              Timestamp next, std::string_view error);

    // Which rows an alert's id, a finding or a case means.
    struct AlertSubject {
        std::string alert_id{};
        FindingId finding{};
        CaseId case_id{};
    };
    std::vector<OutboxRow> alerts_about(const AlertSubject& subject, std::size_t limit) const;
    // Every row about it over every channel, and those that the message stands for. Gives how many were not
    // acknowledged before. Errors: not_found (there is no such alert).
    Result<std::int64_t> acknowledge_alerts(const AlertSubject& subject, const Actor& actor);

    std::vector<Silence> silences(Timestamp now) const; // that last
    Result<void> set_silence(const Silence& silence, const Actor& actor);
    // Errors: not_found. What it kept is judged at once.
    Result<void> end_silence(std::string_view kind, std::string_view name, const Actor& actor);

    // Told before then, answered by nobody, and not handed on.
    std::vector<OutboxRow> alerts_to_escalate(std::string_view channel, Timestamp told_before,
                                              std::size_t limit) const;
    // Queues it over these channels under the same id.
    Result<void> escalate_alert(std::int64_t id, const std::vector<std::string>& channels,
                                const Actor& actor);
    // Cases with an alert that was told last before then and that nobody answered.
    std::vector<Unanswered> cases_to_remind(std::string_view channel, Timestamp told_before) const;
    // Queues the reminder, and counts it for every alert that it speaks of.
    Result<void> remind(std::string_view channel, CaseId case_id, const NewAlert& reminder,
                        const Actor& actor);
    // When the oldest queued alert that no rule keeps was queued.
    std::optional<Timestamp> oldest_waiting_alert() const;
    // When the last finding was made.
    std::optional<Timestamp> last_finding_at() const;
    // Since when the heartbeat counts: when the last one was queued, or when this was first asked.
    Timestamp heartbeat_since(Timestamp now);
    Result<void> note_heartbeat(const std::vector<NewAlert>& alerts, const Actor& actor);
    std::int64_t compared_since_heartbeat() const; // pictures, over restarts
    Result<void> count_compared(std::int64_t more);

    // --- problems that people were told of ---
    std::vector<ToldProblem> told_problems() const;
    // Remembers it in one transaction with the alerts that tell it.
    Result<void> tell_problem(const ToldProblem& problem, const std::vector<NewAlert>& alerts,
                              const Actor& actor);

    // --- audit ---
    Result<void> append_audit(const Actor& actor, std::string_view action, std::string_view object);
    std::vector<AuditLine> audit(std::int64_t after_seq, std::size_t limit) const;
    // Hashes of all lines as leaves of the log's tree (core/merkle.hpp), in order. Those of lines that were
    // read before are remembered.
    const std::vector<Sha256>& audit_leaves() const;
    // Signed roots, oldest first; one a size. They are never changed either.
    std::vector<AuditCheckpoint> audit_checkpoints() const;
    Result<void> add_audit_checkpoint(const AuditCheckpoint& checkpoint);
    // The seq of the first line whose link is broken; nothing when the whole chain holds.
    std::optional<std::int64_t> first_broken_audit_line() const;

    // PRAGMA integrity_check and foreign_key_check; "ok" or the first problems.
    std::string integrity() const;

    // --- backup and restore ---
    // `file` must not exist. Errors: exists, io.
    Result<DatabaseCopy> begin_copy(const std::filesystem::path& file);
    Tombstones tombstones() const;
    struct Buried {
        std::vector<std::string> cases;          // withdrawn by this
        std::vector<std::string> evidence_files; // of these
        std::size_t references = 0;
        std::size_t hosts = 0;
    };
    // Does here what a newer store withdrew, removed and stopped, as far as it is known here. Errors: io.
    Result<Buried> bury(const Tombstones& tombstones, const Actor& actor);
    // The generation above both `known` and its own: every verdict made so far is stale.
    Result<std::int64_t> raise_generation_above(std::int64_t known, const Actor& actor);

private:
    friend class FaceRecords; // store/face_records.hpp
    friend class EvidenceTable;
    friend class NoticeTable;
    friend class StillUpChecks; // store/still_up_checks.hpp
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace stillwatch::store
