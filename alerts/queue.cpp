#include "alerts/queue.hpp"

#include "alerts/take_due.hpp"

#include <memory>

namespace stillwatch::alerts {

namespace {

// What `work(CaseDatabase&)` gives, computed on the store thread.
template <class Work>
Task<std::invoke_result_t<Work&, store::CaseDatabase&>> answer(RunOnStore& run_on_store, Work work)
{
    // Shared, because the store thread may still write it when this coroutine is gone.
    auto result = std::make_shared<std::optional<std::invoke_result_t<Work&, store::CaseDatabase&>>>();
    std::function<void(store::CaseDatabase&)> on_store =
        [result, work = std::move(work)](store::CaseDatabase& database) { result->emplace(work(database)); };
    co_await run_on_store(std::move(on_store));
    co_return std::move(result->value());
}

} // namespace

void StoredAlertQueue::use(const std::vector<ChannelRules>& rules)
{
    rules_.clear();
    for (const auto& one : rules)
        rules_.emplace(one.channel, one);
}

Task<std::optional<store::OutboxRow>> StoredAlertQueue::first_due(std::string channel, Timestamp now)
{
    ChannelRules rules;
    rules.channel = channel;
    if (const auto found = rules_.find(channel); found != rules_.end()) rules = found->second;
    auto work = [rules = std::move(rules), now](store::CaseDatabase& database) {
        return take_due(database, rules, now);
    };
    return answer(run_on_store_, std::move(work));
}

Task<std::optional<Timestamp>> StoredAlertQueue::next_due(std::string channel)
{
    auto work = [channel = std::move(channel)](store::CaseDatabase& database) {
        return database.next_alert_at(channel);
    };
    return answer(run_on_store_, std::move(work));
}

Task<std::vector<std::int64_t>> StoredAlertQueue::waiting(std::string channel, Timestamp now)
{
    auto work = [channel = std::move(channel), now](store::CaseDatabase& database) {
        return database.waiting_alerts(channel, now);
    };
    return answer(run_on_store_, std::move(work));
}

Task<Result<void>> StoredAlertQueue::hurry(std::vector<std::int64_t> ids, Timestamp now)
{
    auto work = [ids = std::move(ids), now](store::CaseDatabase& database) {
        return database.hurry_alerts(ids, now);
    };
    return answer(run_on_store_, std::move(work));
}

Task<Result<void>> StoredAlertQueue::sent(std::int64_t id, Timestamp at)
{
    auto work = [id, at](store::CaseDatabase& database) { return database.alert_sent(id, at); };
    return answer(run_on_store_, std::move(work));
}

Task<Result<void>> StoredAlertQueue::retry(std::int64_t id, Timestamp next, store::AlertAttempt attempt)
{
    auto work = [id, next, attempt = std::move(attempt)](store::CaseDatabase& database) {
        return database.alert_retry(id, next, attempt);
    };
    return answer(run_on_store_, std::move(work));
}

Task<Result<void>> StoredAlertQueue::dead(std::int64_t id, store::AlertAttempt attempt)
{
    auto work = [id, attempt = std::move(attempt)](store::CaseDatabase& database) {
        return database.alert_dead(id, attempt);
    };
    return answer(run_on_store_, std::move(work));
}

Task<Result<void>> StoredAlertQueue::probed(store::OutboxRow row, Timestamp next, store::AlertAttempt attempt)
{
    auto work = [row = std::move(row), next, attempt = std::move(attempt)](store::CaseDatabase& database) {
        return database.alert_probed(row.id, attempt.told, row.behind, next, attempt.error);
    };
    return answer(run_on_store_, std::move(work));
}

} // namespace stillwatch::alerts
