#include "store/notice_table.hpp"
#include "store/sqlite/case_database_impl.hpp"
#include "store/sqlite/case_findings_impl.hpp"
#include "store/sqlite/case_outbox_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// Notices and what became of them.
namespace stillwatch::store {

namespace {

constexpr std::array<std::string_view, 5> state_names{"draft", "sent", "acknowledged", "refused",
                                                      "withdrawn"};

#define NOTICE_COLUMNS                                                                                       \
    "SELECT n.id, n.case_id, n.route, n.language, n.host, n.state, n.drafted_at, n.drafted_by, n.sent_at, "  \
    "n.deadline_at, n.recipient, n.ticket, n.answered_at, n.reason, c.pseudonym "
#define NOTICE_TABLES " FROM notice n JOIN \"case\" c ON c.id = n.case_id "
#define CHOSEN_NOTICES                                                                                       \
    NOTICE_COLUMNS NOTICE_TABLES                                                                             \
        "WHERE n.id > ?1 AND (?2 IS NULL OR n.case_id = ?2) AND (?3 = 0 OR EXISTS (SELECT 1 FROM "           \
        "notice_finding l WHERE l.notice_id = n.id AND l.finding_id = ?3)) AND (?4 = '' OR instr(?4, ',' "   \
        "|| n.state || ',') > 0) AND (?6 = '' OR n.host = ?6) AND (?7 = '' OR n.host <> ?7) ORDER BY n.id "

std::optional<Timestamp> time_or_nothing(const Statement& row, int column)
{
    if (row.is_null(column)) return std::nullopt;
    return row.time(column);
}

NoticeRow read_notice(const Statement& row)
{
    NoticeRow notice;
    notice.id = row.id<NoticeId>(0);
    notice.case_id = row.id<CaseId>(1);
    notice.route = row.text(2);
    notice.language = row.text(3);
    notice.host = row.text(4);
    notice.state = stored_enum<NoticeState>(row.text(5));
    notice.drafted_at = row.time(6);
    notice.drafted_by = row.text(7);
    notice.sent_at = time_or_nothing(row, 8);
    notice.deadline_at = time_or_nothing(row, 9);
    notice.recipient = row.text(10);
    notice.ticket = row.text(11);
    notice.answered_at = time_or_nothing(row, 12);
    notice.reason = row.text(13);
    notice.case_pseudonym = row.text(14);
    return notice;
}

std::vector<FindingId> findings_of(Connection& connection, NoticeId id)
{
    std::vector<FindingId> findings;
    auto row =
        connection.prepare("SELECT finding_id FROM notice_finding WHERE notice_id = ?1 ORDER BY finding_id");
    row.bind(id);
    while (row.step())
        findings.push_back(row.id<FindingId>(0));
    return findings;
}

// ",draft,sent,"; empty for all.
std::string names_of(const std::vector<NoticeState>& states)
{
    std::string text;
    for (const auto state : states)
        text += fmt::format("{}{},", text.empty() ? "," : "", name_of(state));
    return text;
}

// What the audit log says of it: no address, no recipient.
std::string object_of(const NoticeRow& notice)
{
    return fmt::format("N-{} {} {}", notice.id.value, notice.case_pseudonym, notice.route);
}

Error changed_meanwhile(NoticeId id)
{
    return {Errc::refused, fmt::format("N-{} was changed meanwhile; nothing was done", id.value)};
}

} // namespace

std::string_view name_of(NoticeState state) noexcept
{
    const auto index = static_cast<std::size_t>(state);
    return index < state_names.size() ? state_names[index] : "unknown";
}

std::optional<NoticeState> notice_state_from_name(std::string_view name) noexcept
{
    const auto found = std::ranges::find(state_names, name);
    if (found == state_names.end()) return std::nullopt;
    return static_cast<NoticeState>(found - state_names.begin());
}

Result<NoticeId> NoticeTable::add(const NoticeRow& draft, const std::function<Result<Bytes>(NoticeId)>& seal,
                                  const Actor& actor)
{
    auto& impl = *cases_.impl_;
    auto& connection = impl.connection;
    return in_transaction(connection, [&]() -> Result<NoticeId> {
        connection
            .prepare("INSERT INTO notice (case_id, route, language, host, state, drafted_at, drafted_by, "
                     "sealed) VALUES (?1, ?2, ?3, ?4, 'draft', ?5, ?6, x'')")
            .bind(draft.case_id, draft.route, draft.language, draft.host, actor.at, actor.name)
            .run();
        const NoticeId id{connection.last_row_id()};
        const auto sealed = seal(id);
        if (!sealed) return sealed.error();
        connection.prepare("UPDATE notice SET sealed = ?2 WHERE id = ?1").bind(id, *sealed).run();
        for (const auto finding : draft.findings)
            connection.prepare("INSERT INTO notice_finding (notice_id, finding_id) VALUES (?1, ?2)")
                .bind(id, finding)
                .run();
        const auto owner = cases_.find_case(draft.case_id);
        auto made = draft;
        made.id = id;
        made.case_pseudonym = owner ? owner->pseudonym : "";
        impl.audit(actor, "notice.draft",
                   fmt::format("{} findings={}", object_of(made), draft.findings.size()));
        return id;
    });
}

std::vector<NoticeRow> NoticeTable::list(const Query& query) const
{
    auto& connection = cases_.impl_->connection;
    std::vector<NoticeRow> notices;
    {
        auto row = connection.prepare(query.is_newest_first ? CHOSEN_NOTICES "DESC LIMIT ?5"
                                                            : CHOSEN_NOTICES "LIMIT ?5");
        row.bind(query.after, query.case_id, query.finding, names_of(query.states), query.limit, query.host,
                 query.other_host);
        while (row.step())
            notices.push_back(read_notice(row));
    }
    for (auto& notice : notices)
        notice.findings = findings_of(connection, notice.id);
    return notices;
}

std::optional<NoticeRow> NoticeTable::find(NoticeId id) const
{
    auto& connection = cases_.impl_->connection;
    std::optional<NoticeRow> notice;
    {
        auto row = connection.prepare(NOTICE_COLUMNS ", n.sealed" NOTICE_TABLES "WHERE n.id = ?1");
        if (!row.bind(id).step()) return std::nullopt;
        notice = read_notice(row);
        notice->sealed = row.blob(15);
    }
    notice->findings = findings_of(connection, id);
    return notice;
}

Result<void> NoticeTable::sent(const NoticeRow& notice, const std::vector<FindingStep>& steps,
                               const Actor& actor)
{
    auto& impl = *cases_.impl_;
    auto& connection = impl.connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare("UPDATE notice SET state = 'sent', sent_at = ?2, deadline_at = ?3, recipient = ?4 "
                     "WHERE id = ?1 AND state = 'draft'")
            .bind(notice.id, notice.sent_at, notice.deadline_at, notice.recipient)
            .run();
        if (connection.changed_rows() == 0) return changed_meanwhile(notice.id);
        const auto applied = apply_steps(connection, steps);
        if (!applied) return applied.error();
        for (const auto finding : notice.findings)
            restart_checks(connection, finding, notice.sent_at.value_or(actor.at));
        impl.audit(actor, "notice.sent", object_of(notice));
        return {};
    });
}

Result<void> NoticeTable::answered(const NoticeRow& notice, const std::vector<FindingStep>& steps,
                                   const Actor& actor)
{
    auto& impl = *cases_.impl_;
    auto& connection = impl.connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare("UPDATE notice SET state = ?2, answered_at = ?3, ticket = ?4, reason = ?5 WHERE id = ?1 "
                     "AND state IN ('sent', 'acknowledged', 'refused')")
            .bind(notice.id, name_of(notice.state), notice.answered_at, notice.ticket, notice.reason)
            .run();
        if (connection.changed_rows() == 0) return changed_meanwhile(notice.id);
        const auto applied = apply_steps(connection, steps);
        if (!applied) return applied.error();
        impl.audit(actor, fmt::format("notice.{}", name_of(notice.state)), object_of(notice));
        return {};
    });
}

Result<void> NoticeTable::withdrawn(NoticeId id, const Actor& actor)
{
    auto& impl = *cases_.impl_;
    auto& connection = impl.connection;
    return in_transaction(connection, [&]() -> Result<void> {
        const auto notice = find(id);
        connection.prepare("UPDATE notice SET state = 'withdrawn' WHERE id = ?1 AND state <> 'withdrawn'")
            .bind(id)
            .run();
        if (connection.changed_rows() == 0 || !notice) return changed_meanwhile(id);
        impl.audit(actor, "notice.withdrawn", object_of(*notice));
        return {};
    });
}

std::vector<RunningNotice> NoticeTable::running() const
{
    std::vector<RunningNotice> notices;
    auto row = cases_.impl_->connection.prepare(
        "SELECT n.id, n.case_id, c.pseudonym, n.deadline_at, n.told_approaching, n.told_overdue, count(*), "
        "min(f.id) FROM notice n JOIN \"case\" c ON c.id = n.case_id JOIN notice_finding l ON l.notice_id = "
        "n.id JOIN finding f ON f.id = l.finding_id WHERE n.deadline_at IS NOT NULL AND n.state IN ('sent', "
        "'acknowledged', 'refused') AND f.state NOT IN ('down', 'dismissed') GROUP BY n.id ORDER BY "
        "n.deadline_at, n.id");
    while (row.step())
        notices.push_back({row.id<NoticeId>(0), row.id<CaseId>(1), row.text(2), row.time(3), row.flag(4),
                           row.flag(5), row.integer(6), row.id<FindingId>(7)});
    return notices;
}

Result<void> NoticeTable::told(NoticeId id, bool is_overdue, const std::vector<NewAlert>& alerts,
                               const Actor& actor)
{
    auto& impl = *cases_.impl_;
    auto& connection = impl.connection;
    return in_transaction(connection, [&]() -> Result<void> {
        const auto notice = find(id);
        if (!notice) return Error{Errc::not_found, fmt::format("no notice N-{}", id.value)};
        connection
            .prepare("UPDATE notice SET told_approaching = 1, told_overdue = max(told_overdue, ?2) WHERE id "
                     "= ?1")
            .bind(id, is_overdue)
            .run();
        for (const auto& alert : alerts)
            insert_alert(connection, alert, notice->case_id, actor.at);
        impl.audit(actor, is_overdue ? "notice.overdue" : "notice.approaching", object_of(*notice));
        return {};
    });
}

} // namespace stillwatch::store
