#include "alerts/outbox.hpp"

#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>

// A receiver that is down for three days, and a program that is killed meanwhile: the real outbox on a real
// database, by a clock that is set.
namespace stillwatch::alerts {
namespace {

using namespace std::chrono_literals;
using store::AlertState;

struct SetClock final : Clock {
    Timestamp time = test::at(0);
    Timestamp now() const override { return time; }
};

// What becomes of the program during a delivery.
enum class Fate : std::uint8_t { lives, dies_before, dies_after };

struct Receiver final : Notifier {
    Task<Delivery> notify(AlertEvent event, std::vector<std::string>) override
    {
        ++attempts;
        const auto what = fate;
        fate = Fate::lives;
        if (what != Fate::dies_before && !is_down) taken.push_back(std::move(event));
        if (what != Fate::lives) {
            is_dead = true; // nothing of what follows happens any more
            asio::steady_timer never(co_await asio::this_coro::executor,
                                     asio::steady_timer::time_point::max());
            boost::system::error_code error;
            auto token = asio::redirect_error(asio::use_awaitable, error);
            co_await never.async_wait(std::move(token));
        }
        if (is_down) co_return Delivery{Delivery::Kind::retry_after, 0s, "nobody answers"};
        co_return Delivery{};
    }
    const std::string& channel() const override { return name; }

    std::string name = "desk";
    bool is_down = false;
    bool is_dead = false;
    Fate fate = Fate::lives;
    int attempts = 0;
    std::vector<AlertEvent> taken;
};

// What a kill takes: everything but the file, the receiver and the time.
struct Program {
    Program(const std::filesystem::path& file, Receiver& receiver, const Clock& clock)
        : cases(file),
          queue([this](std::function<void(store::CaseDatabase&)> work) { return run(std::move(work)); }),
          outbox(loop.get_executor(), queue, receiver, clock)
    {
        asio::co_spawn(loop, outbox.run(), asio::detached);
    }
    Task<> run(std::function<void(store::CaseDatabase&)> work)
    {
        work(cases);
        co_return;
    }
    // All that happens at this moment.
    void turn()
    {
        outbox.wake();
        loop.restart();
        loop.poll();
    }

    store::CaseDatabase cases;
    asio::io_context loop{1};
    StoredAlertQueue queue;
    Outbox outbox;
};

class ThreeDays : public testing::TestWithParam<unsigned> {
protected:
    void start() { program_ = std::make_unique<Program>(directory_ / "cases.db", receiver_, clock_); }
    void kill()
    {
        program_.reset();
        receiver_.is_dead = false;
        start();
        ++kills_;
    }
    void open_cases()
    {
        for (const auto* pseudonym : {"C-AAAA", "C-BBBB", "C-CCCC"}) {
            const auto id = program_->cases.open_case(test::sample_case(pseudonym), test::actor()).value();
            const auto reference =
                program_->cases.add_reference(test::sample_reference(id), test::actor()).value();
            cases_.push_back({pseudonym, id, reference});
        }
    }
    void find(std::size_t which)
    {
        const auto& [pseudonym, id, reference] = cases_[which];
        const auto page = "https://board.example/" + std::to_string(queued_.size());
        auto seen = test::sample_finding(id, reference, page, page + ".jpg");
        AlertEvent event;
        event.alert_id = alert_id(pseudonym, reference, page, page, 1);
        event.type = "match.opened";
        event.at = clock_.time;
        event.case_pseudonym = pseudonym;
        seen.alert_id = event.alert_id;
        const auto recorded = program_->cases.record_finding(
            seen, {{event.alert_id, "desk", write_event(event)}}, {"stillwatchd", clock_.time});
        ASSERT_TRUE(recorded.has_value());
        queued_.push_back({pseudonym, event.alert_id});
    }
    // Everything that is due until then, at its time; one delivery in so many ends the program.
    void live_until(Timestamp end, int one_in)
    {
        for (;;) {
            if (one_in > 0 && random_() % static_cast<unsigned>(one_in) == 0)
                receiver_.fate = random_() % 2 == 0 ? Fate::dies_before : Fate::dies_after;
            program_->turn();
            if (receiver_.is_dead) {
                kill();
                continue;
            }
            const auto next = program_->cases.next_alert_at("desk");
            if (!next || *next > end) break;
            clock_.time = std::max(*next, clock_.time + 1ms);
        }
        clock_.time = std::max(clock_.time, end);
    }
    // By case, the ids in the order in which they were queued, or came for the first time.
    using Order = std::map<std::string, std::vector<std::string>>;
    Order queued() const
    {
        Order order;
        for (const auto& [pseudonym, id] : queued_)
            order[pseudonym].push_back(id);
        return order;
    }
    Order came() const
    {
        Order order;
        std::set<std::string> seen;
        for (const auto& event : receiver_.taken)
            if (seen.insert(event.alert_id).second) order[event.case_pseudonym].push_back(event.alert_id);
        return order;
    }

    struct One {
        std::string pseudonym;
        CaseId id;
        ReferenceId reference;
    };
    test::TemporaryDirectory directory_;
    SetClock clock_;
    Receiver receiver_;
    std::mt19937 random_{GetParam()};
    std::vector<One> cases_;
    std::vector<std::pair<std::string, std::string>> queued_;
    int kills_ = 0;
    std::unique_ptr<Program> program_; // last: it goes first
};

TEST_P(ThreeDays, WhatWasQueuedArrivesInOrderAndTwiceOnlyUnderItsId)
{
    start();
    open_cases();
    const auto begin = clock_.time;
    constexpr int alerts = 60;
    std::vector<Timestamp> moments;
    for (int i = 0; i < alerts; ++i)
        moments.push_back(begin + std::chrono::milliseconds(random_() % (72 * 3'600'000U)));
    std::ranges::sort(moments);
    receiver_.is_down = true;
    for (const auto moment : moments) {
        live_until(moment, 5);
        find(random_() % cases_.size());
    }
    live_until(begin + 72h, 5);
    EXPECT_TRUE(receiver_.taken.empty());
    receiver_.is_down = false;
    live_until(begin + 96h, 3);

    EXPECT_EQ(came(), queued());
    EXPECT_GT(kills_, 30);
    EXPECT_GE(receiver_.taken.size(), static_cast<std::size_t>(alerts));
    std::map<std::string, AlertEvent> first;
    for (const auto& event : receiver_.taken)
        EXPECT_EQ(first.emplace(event.alert_id, event).first->second, event)
            << "a repeat that is not the same";
    for (const auto& row : program_->cases.alerts(1'000))
        EXPECT_EQ(row.state, AlertState::sent) << row.alert_id;
    // Neither is a receiver that is down asked without end.
    EXPECT_LT(receiver_.attempts, 30 * alerts);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ThreeDays, testing::Range(1U, 9U));

} // namespace
} // namespace stillwatch::alerts
