#include "store/sqlite/case_database_impl.hpp"

#include <fmt/format.h>

namespace stillwatch::store {

std::set<std::int64_t> CaseDatabase::cases_with_references() const
{
    auto row = impl_->connection.prepare("SELECT DISTINCT case_id FROM reference WHERE removed = 0");
    std::set<std::int64_t> ids;
    while (row.step())
        ids.insert(row.integer(0));
    return ids;
}

std::vector<ToldProblem> CaseDatabase::told_problems() const
{
    auto row = impl_->connection.prepare(
        "SELECT kind, subject, episode, stands FROM told_problem ORDER BY kind, subject");
    std::vector<ToldProblem> problems;
    while (row.step())
        problems.push_back({row.text(0), row.text(1), row.integer(2), row.integer(3) != 0});
    return problems;
}

Result<void> CaseDatabase::tell_problem(const ToldProblem& problem, const std::vector<NewAlert>& alerts,
                                        const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare("INSERT INTO told_problem VALUES (?1, ?2, ?3, ?4) "
                     "ON CONFLICT (kind, subject) DO UPDATE SET episode = excluded.episode, stands = "
                     "excluded.stands")
            .bind(problem.kind, problem.subject, problem.episode, problem.stands ? 1 : 0)
            .run();
        for (const auto& alert : alerts)
            connection
                .prepare("INSERT INTO outbox (alert_id, channel, event, state, created_at, next_attempt_at) "
                         "VALUES (?1, ?2, ?3, 'queued', ?4, ?4) ON CONFLICT DO NOTHING")
                .bind(alert.alert_id, alert.channel, alert.event, actor.at)
                .run();
        return {};
    });
}

} // namespace stillwatch::store
