#include "alerts/outbox.hpp"

#include "tests/unit/alerts/fakes.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace stillwatch::alerts {

using namespace std::chrono_literals;
using store::AlertState;
using store::OutboxRow;

namespace {

// The rows in memory, with the rules of the case database.
struct MemoryQueue final : AlertQueue {
    std::map<std::int64_t, OutboxRow> rows;
    bool disk_full = false;

    std::int64_t add(const std::string& channel, const std::string& event, Timestamp due)
    {
        OutboxRow row;
        row.id = static_cast<std::int64_t>(rows.size()) + 1;
        row.alert_id = "alt_" + std::to_string(row.id);
        row.channel = channel;
        row.event = event;
        row.next_attempt_at = due;
        rows[row.id] = row;
        return row.id;
    }
    Task<std::optional<OutboxRow>> first_due(std::string channel, Timestamp now) override
    {
        for (const auto& [id, row] : rows)
            if (row.state == AlertState::queued && row.channel == channel && row.next_attempt_at <= now)
                co_return row;
        co_return std::nullopt;
    }
    Task<std::optional<Timestamp>> next_due(std::string channel) override
    {
        std::optional<Timestamp> next;
        for (const auto& [id, row] : rows)
            if (row.state == AlertState::queued && row.channel == channel &&
                (!next || row.next_attempt_at < *next))
                next = row.next_attempt_at;
        co_return next;
    }
    Result<void> change(std::int64_t id, AlertState state, std::optional<Timestamp> next,
                        const store::AlertAttempt& attempt = {})
    {
        if (disk_full) return Error{Errc::io, "disk full"};
        const auto found = rows.find(id);
        if (found == rows.end() || found->second.state != AlertState::queued)
            return Error{Errc::not_found, "alert"};
        found->second.state = state;
        found->second.attempts += 1;
        found->second.last_error = attempt.error;
        found->second.told = attempt.told;
        if (next) found->second.next_attempt_at = *next;
        return {};
    }
    Task<std::vector<std::int64_t>> waiting(std::string channel, Timestamp now) override
    {
        std::vector<std::int64_t> ids;
        for (const auto& [id, row] : rows)
            if (row.state == AlertState::queued && row.channel == channel && row.next_attempt_at > now)
                ids.push_back(id);
        co_return ids;
    }
    Task<Result<void>> hurry(std::vector<std::int64_t> ids, Timestamp now) override
    {
        for (const auto id : ids)
            rows.at(id).next_attempt_at = now;
        const Result<void> done; // named: gcc 12 takes a temporary here for uninitialised at -O1
        co_return done;
    }
    Task<Result<void>> sent(std::int64_t id, Timestamp) override
    {
        co_return change(id, AlertState::sent, {});
    }
    Task<Result<void>> retry(std::int64_t id, Timestamp next, store::AlertAttempt attempt) override
    {
        co_return change(id, AlertState::queued, next, attempt);
    }
    Task<Result<void>> dead(std::int64_t id, store::AlertAttempt attempt) override
    {
        co_return change(id, AlertState::dead, {}, attempt);
    }
    Task<Result<void>> probed(OutboxRow row, Timestamp next, store::AlertAttempt attempt) override
    {
        co_return change(row.behind, AlertState::queued, next, attempt);
    }
};

struct KeepingNotifier final : Notifier {
    explicit KeepingNotifier(std::string name) : name_(std::move(name)) {}
    Task<Delivery> notify(AlertEvent event, std::vector<std::string> told) override
    {
        events.push_back(event);
        left_out.push_back(std::move(told));
        if (meanwhile) meanwhile();
        if (hang) {
            asio::steady_timer never(co_await asio::this_coro::executor,
                                     asio::steady_timer::time_point::max());
            boost::system::error_code error;
            auto token = asio::redirect_error(asio::use_awaitable, error);
            co_await never.async_wait(std::move(token));
            co_return Delivery{Delivery::Kind::retry_after, 0s, "cancelled"};
        }
        co_return answer;
    }
    const std::string& channel() const override { return name_; }

    std::vector<AlertEvent> events;
    std::vector<std::vector<std::string>> left_out; // with each event: who has it already
    Delivery answer;
    bool hang = false;
    std::function<void()> meanwhile; // happens during the delivery

private:
    std::string name_;
};

class OutboxLoop : public testing::Test {
protected:
    void start()
    {
        asio::co_spawn(loop_, outbox_.run(),
                       asio::bind_cancellation_slot(cancel_.slot(),
                                                    [this](const std::exception_ptr&) { ended_ = true; }));
        turn();
    }
    // Everything that can happen now happens.
    void turn()
    {
        loop_.restart();
        loop_.poll();
    }
    void wake()
    {
        outbox_.wake();
        turn();
    }
    std::int64_t add(int epoch = 1)
    {
        auto event = sample_event();
        event.epoch = epoch;
        return queue_.add("desk", write_event(event), clock_.now());
    }
    AlertState state(std::int64_t id) const { return queue_.rows.at(id).state; }

    asio::io_context loop_{1};
    asio::cancellation_signal cancel_;
    ManualClock clock_;
    MemoryQueue queue_;
    KeepingNotifier desk_{"desk"};
    Outbox outbox_{loop_.get_executor(), queue_, desk_, clock_};
    bool ended_ = false;
};

TEST_F(OutboxLoop, DeliversWhatIsQueuedInOrder)
{
    for (int epoch = 1; epoch <= 3; ++epoch)
        (void)add(epoch);
    start();
    ASSERT_EQ(desk_.events.size(), 3U);
    for (int epoch = 1; epoch <= 3; ++epoch) {
        EXPECT_EQ(desk_.events[static_cast<std::size_t>(epoch - 1)].epoch, epoch);
        EXPECT_EQ(state(epoch), AlertState::sent);
    }
    EXPECT_EQ(outbox_.counts().sent, 3U);
}

TEST_F(OutboxLoop, WakesWhenSomethingIsQueued)
{
    start();
    EXPECT_TRUE(desk_.events.empty());
    const auto id = add();
    wake();
    EXPECT_EQ(state(id), AlertState::sent);
}

TEST_F(OutboxLoop, FailedAlertWaitsAndLetsLaterOnesPass)
{
    const auto first = add(1);
    desk_.answer = {Delivery::Kind::retry_after, 0s, "unreachable"};
    start();
    EXPECT_EQ(queue_.rows.at(first).attempts, 1);
    EXPECT_EQ(outbox_.failure(), "unreachable");
    const auto second = add(2);
    wake();
    EXPECT_EQ(queue_.rows.at(first).attempts, 1);
    EXPECT_EQ(queue_.rows.at(second).attempts, 1);
    desk_.answer = {};
    clock_.time += 6s;
    wake();
    EXPECT_EQ(state(first), AlertState::sent);
    EXPECT_EQ(state(second), AlertState::sent);
}

TEST_F(OutboxLoop, WhoWasToldIsLeftOutWhenTheRestIsTriedAgain)
{
    const auto id = add();
    desk_.answer = {Delivery::Kind::retry_after, 0s, "not told: b: refused", {"a"}};
    start();
    EXPECT_EQ(state(id), AlertState::queued);
    EXPECT_EQ(outbox_.failure(), "");
    EXPECT_EQ(outbox_.left_out(), "not told: b: refused");
    desk_.answer = {};
    clock_.time += 6s;
    wake();
    EXPECT_EQ(state(id), AlertState::sent);
    EXPECT_EQ(outbox_.left_out(), "");
    EXPECT_EQ(desk_.left_out, (std::vector<std::vector<std::string>>{{}, {"a"}}));
}

TEST_F(OutboxLoop, NobodyIsToldTwiceWhileTheDiskIsFull)
{
    const auto id = add();
    desk_.answer = {Delivery::Kind::retry_after, 0s, "not told: b: refused", {"a"}};
    queue_.disk_full = true;
    start();
    queue_.disk_full = false;
    wake();
    EXPECT_EQ(desk_.events.size(), 1U);
    EXPECT_EQ(queue_.rows.at(id).told, std::vector<std::string>{"a"});
}

TEST_F(OutboxLoop, AChannelThatWorksAgainDrainsAtOnceInOrder)
{
    desk_.answer = {Delivery::Kind::retry_after, 0s, "unreachable"};
    for (int epoch = 1; epoch <= 26; ++epoch)
        (void)add(epoch);
    start();
    for (int attempt = 0; attempt < 5; ++attempt) { // into pauses of hours
        clock_.time += 6h;
        wake();
    }
    desk_.events.clear();
    desk_.answer = {};
    const auto test = add(27); // such as alert-test
    wake();
    for (std::int64_t id = 1; id <= test; ++id)
        EXPECT_EQ(state(id), AlertState::sent) << id;
    ASSERT_EQ(desk_.events.size(), 27U);
    EXPECT_EQ(desk_.events.front().epoch, 27);
    for (std::size_t i = 1; i < desk_.events.size(); ++i)
        EXPECT_EQ(desk_.events[i].epoch, static_cast<int>(i));
}

TEST_F(OutboxLoop, AnAlertThatFailsAmongOthersIsNotTriedWithEachOfThem)
{
    const auto broken = add(100);
    desk_.meanwhile = [this] {
        const bool refuses = desk_.events.back().epoch == 100;
        desk_.answer = refuses ? Delivery{Delivery::Kind::retry_after, 0s, "no such person"} : Delivery{};
    };
    start();
    for (int epoch = 1; epoch <= 9; ++epoch) {
        (void)add(epoch);
        wake();
    }
    EXPECT_EQ(state(broken), AlertState::queued);
    EXPECT_EQ(queue_.rows.at(broken).attempts, 2); // its own, and one when another alert was taken
}

TEST_F(OutboxLoop, GivesUpAtTheEndOfTheSchedule)
{
    const auto id = add();
    desk_.answer = {Delivery::Kind::retry_after, 0s, "unreachable"};
    start();
    for (int attempt = 1; attempt < 20; ++attempt) {
        clock_.time += 48h;
        wake();
    }
    EXPECT_EQ(desk_.events.size(), 10U);
    EXPECT_EQ(state(id), AlertState::dead);
    EXPECT_EQ(queue_.rows.at(id).last_error, "unreachable");
    EXPECT_EQ(outbox_.counts().dead, 1U);
}

TEST_F(OutboxLoop, RefusedIsDeadAtOnce)
{
    const auto id = add();
    desk_.answer = {Delivery::Kind::refused, 0s, "410"};
    start();
    EXPECT_EQ(state(id), AlertState::dead);
}

TEST_F(OutboxLoop, UnreadableRowIsDeadAndHoldsUpNobody)
{
    const auto broken = queue_.add("desk", "{]", clock_.now());
    const auto good = add();
    start();
    EXPECT_EQ(state(broken), AlertState::dead);
    EXPECT_EQ(state(good), AlertState::sent);
    EXPECT_EQ(desk_.events.size(), 1U);
}

TEST_F(OutboxLoop, SlowChannelHoldsUpNoOther)
{
    KeepingNotifier slow("slow");
    slow.hang = true;
    Outbox other(loop_.get_executor(), queue_, slow, clock_);
    asio::cancellation_signal cancel;
    const auto stuck = queue_.add("slow", write_event(sample_event()), clock_.now());
    asio::co_spawn(loop_, other.run(), asio::bind_cancellation_slot(cancel.slot(), asio::detached));
    const auto id = add();
    start();
    EXPECT_EQ(slow.events.size(), 1U);
    EXPECT_EQ(state(stuck), AlertState::queued);
    EXPECT_EQ(state(id), AlertState::sent);
    cancel.emit(asio::cancellation_type::all);
    turn();
}

TEST_F(OutboxLoop, CancelledAttemptIsNotCounted)
{
    const auto id = add();
    desk_.hang = true;
    start();
    cancel_.emit(asio::cancellation_type::all);
    turn();
    EXPECT_TRUE(ended_);
    EXPECT_EQ(state(id), AlertState::queued);
    EXPECT_EQ(queue_.rows.at(id).attempts, 0);
}

TEST_F(OutboxLoop, AttemptThatStopCutsOffIsNotCounted)
{
    const auto id = add();
    desk_.answer = {Delivery::Kind::retry_after, 0s, "cancelled"};
    desk_.meanwhile = [&] { outbox_.stop(); };
    start();
    EXPECT_TRUE(ended_);
    EXPECT_EQ(queue_.rows.at(id).attempts, 0);
}

TEST_F(OutboxLoop, CancellationEndsTheWait)
{
    start();
    EXPECT_FALSE(ended_);
    cancel_.emit(asio::cancellation_type::all);
    turn();
    EXPECT_TRUE(ended_);
}

TEST_F(OutboxLoop, StopEndsTheWait)
{
    start();
    outbox_.stop();
    turn();
    EXPECT_TRUE(ended_);
}

TEST_F(OutboxLoop, ReceiverIsNotToldTwiceWhenTheDiskIsFull)
{
    const auto id = add();
    queue_.disk_full = true;
    start();
    EXPECT_EQ(desk_.events.size(), 1U);
    EXPECT_EQ(state(id), AlertState::queued);
    wake();
    EXPECT_EQ(desk_.events.size(), 1U);
    queue_.disk_full = false;
    wake();
    EXPECT_EQ(desk_.events.size(), 1U);
    EXPECT_EQ(state(id), AlertState::sent);
}

TEST_F(OutboxLoop, RowErasedDuringItsDeliveryIsNoFailure)
{
    const auto id = add(1);
    const auto later = add(2);
    desk_.meanwhile = [&] { queue_.rows.erase(id); };
    start();
    EXPECT_EQ(desk_.events.size(), 2U);
    EXPECT_EQ(state(later), AlertState::sent);
}

} // namespace
} // namespace stillwatch::alerts
