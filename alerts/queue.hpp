#pragma once

#include "alerts/rules.hpp"
#include "core/async.hpp"
#include "store/case_database.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::alerts {

// How an outbox reaches the durable rows of its channel. Rows are recorded by id; not_found says that a row
// is no longer queued (erased with its case, for example), which is no failure.
class AlertQueue {
public:
    virtual ~AlertQueue() = default;
    // The oldest queued row whose time has come and that no rule of the channel keeps.
    virtual Task<std::optional<store::OutboxRow>> first_due(std::string channel, Timestamp now) = 0;
    // When the next queued row becomes due; nothing when none is queued.
    virtual Task<std::optional<Timestamp>> next_due(std::string channel) = 0;
    // Rows of the channel that wait for a later attempt, oldest first, and making rows due now.
    virtual Task<std::vector<std::int64_t>> waiting(std::string channel, Timestamp now) = 0;
    virtual Task<Result<void>> hurry(std::vector<std::int64_t> ids, Timestamp now) = 0;
    virtual Task<Result<void>> sent(std::int64_t id, Timestamp at) = 0;
    virtual Task<Result<void>> retry(std::int64_t id, Timestamp next, store::AlertAttempt attempt) = 0;
    virtual Task<Result<void>> dead(std::int64_t id, store::AlertAttempt attempt) = 0;
    // A row that was tried before its time failed; that counts for the row behind it.
    virtual Task<Result<void>> probed(store::OutboxRow row, Timestamp next, store::AlertAttempt attempt) = 0;
};

// Runs work on the store thread and resumes its caller on the loop.
using RunOnStore = std::function<Task<>(std::function<void(store::CaseDatabase&)>)>;

// The rows of the case database.
class StoredAlertQueue final : public AlertQueue {
public:
    explicit StoredAlertQueue(RunOnStore run_on_store) : run_on_store_(std::move(run_on_store)) {}

    // From now on these rules count; a channel that none are given for waits for nothing.
    void use(const std::vector<ChannelRules>& rules);

    Task<std::optional<store::OutboxRow>> first_due(std::string channel, Timestamp now) override;
    Task<std::optional<Timestamp>> next_due(std::string channel) override;
    Task<std::vector<std::int64_t>> waiting(std::string channel, Timestamp now) override;
    Task<Result<void>> hurry(std::vector<std::int64_t> ids, Timestamp now) override;
    Task<Result<void>> sent(std::int64_t id, Timestamp at) override;
    Task<Result<void>> retry(std::int64_t id, Timestamp next, store::AlertAttempt attempt) override;
    Task<Result<void>> dead(std::int64_t id, store::AlertAttempt attempt) override;
    Task<Result<void>> probed(store::OutboxRow row, Timestamp next, store::AlertAttempt attempt) override;

private:
    RunOnStore run_on_store_;
    RulesByChannel rules_;
};

} // namespace stillwatch::alerts
