#pragma once

#include "store/case_database.hpp"

#include <functional>

// Notices that ask to take pictures down, and what became of them.
namespace stillwatch::store {

using NoticeId = Id<struct NoticeTag>;

enum class NoticeState : std::uint8_t {
    draft,
    sent,
    acknowledged, // the recipient gave it a number
    refused,      // the recipient will not do it
    withdrawn,    // we took it back
};
std::string_view name_of(NoticeState state) noexcept;
std::optional<NoticeState> notice_state_from_name(std::string_view name) noexcept;

// One notice. Its text rests sealed to the key of its case.
struct NoticeRow {
    NoticeId id{};
    CaseId case_id{};
    std::string route; // "take-it-down"
    std::string language;
    std::string host; // of the pages
    NoticeState state = NoticeState::draft;
    Timestamp drafted_at{};
    std::string drafted_by; // account
    std::optional<Timestamp> sent_at{};
    std::optional<Timestamp> deadline_at{}; // when the recipient's time is up; nothing: it has no end
    std::string recipient{};                // where it was sent
    std::string ticket{};                   // the recipient's number for it
    std::optional<Timestamp> answered_at{};
    std::string reason{}; // of a refusal
    Bytes sealed{};
    std::vector<FindingId> findings{}; // by number
    std::string case_pseudonym{};      // read only
};

// A sent notice whose time runs, with what is left of its findings.
struct RunningNotice {
    NoticeId id{};
    CaseId case_id{};
    std::string case_pseudonym;
    Timestamp deadline_at{};
    bool is_told_approaching = false;
    bool is_told_overdue = false;
    std::int64_t findings = 0; // that are neither down nor dismissed
    FindingId first{};         // of these, the lowest number
};

// Whom to write to about a host, as it was learnt: JSON of followup::describe(). Nothing of a case.
struct ContactRow {
    std::string host;
    Timestamp looked_at{};
    std::string told;
};

// The tables `notice`, `notice_finding` and `contact` of a database of cases; to be used as it is, on its
// thread. Functions return and throw as those of CaseDatabase do.
class NoticeTable {
public:
    explicit NoticeTable(CaseDatabase& cases) : cases_(cases) {}

    // Gives the draft its number; `seal` is asked for its text under that number. Errors: those of `seal`.
    Result<NoticeId> add(const NoticeRow& draft, const std::function<Result<Bytes>(NoticeId)>& seal,
                         const Actor& actor);
    struct Query {
        std::optional<CaseId> case_id{};
        FindingId finding{};               // 0: of all
        std::vector<NoticeState> states{}; // empty: all
        std::string host{};                // empty: to all
        std::string other_host{};          // to all but this one; empty: to all
        bool is_newest_first = false;
        NoticeId after{};
        std::size_t limit = 1'000;
    };
    std::vector<NoticeRow> list(const Query& query) const; // by number, or from the last; without texts
    std::optional<NoticeRow> find(NoticeId id) const;

    // Each changes the notice and these findings in one transaction with one audit line. Errors: refused (the
    // notice is in none of these states, or a finding was changed meanwhile).
    Result<void> sent(const NoticeRow& notice, const std::vector<FindingStep>& steps, const Actor& actor);
    Result<void> answered(const NoticeRow& notice, const std::vector<FindingStep>& steps, const Actor& actor);
    Result<void> withdrawn(NoticeId id, const Actor& actor);

    // Sent, not withdrawn, with a deadline, and with a finding that is up; by deadline.
    std::vector<RunningNotice> running() const;
    // Remembers that it was told, in one transaction with the alerts.
    Result<void> told(NoticeId id, bool is_overdue, const std::vector<NewAlert>& alerts, const Actor& actor);

    // --- whom to write to (store/sqlite/case_contacts.cpp) ---
    std::optional<ContactRow> contact_of(std::string_view host) const;
    // In the place of what was known; what is older than 90 days is forgotten.
    Result<void> keep_contact(const ContactRow& row);

private:
    CaseDatabase& cases_;
};

} // namespace stillwatch::store
