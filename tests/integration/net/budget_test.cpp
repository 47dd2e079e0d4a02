#include "hostile_server.hpp"
#include "run.hpp"

#include "net/http_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace stillwatch::net {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t megabyte = 1U << 20U;

class Budget : public testing::Test {
protected:
    using Outcome = std::optional<Result<Fetched>>;

    FetchRequest large(std::size_t bytes, std::string_view kind = "/large/")
    {
        return get(server.url(std::string(kind) + std::to_string(bytes)));
    }
    template <class Done>
    void run_until(Done done)
    {
        const Stopwatch watch;
        while (!done() && watch.seconds() < 20.0) {
            io.restart();
            io.run_one_for(50ms);
        }
    }

    HostileServer server;
    asio::io_context io;
    std::shared_ptr<ByteBudget> budget = ByteBudget::make({3 * megabyte, 64U << 10U});
    HttpClient client{io, {.user_agent = "test", .guard = {{Cidr::parse("127.0.0.0/8").value()}}}, budget};
};

TEST_F(Budget, ManyLargeBodiesPassOneAfterAnotherAndNeverHoldMoreTogether)
{
    std::vector<Outcome> outcomes(12);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        start(io, client.fetch(large(2 * megabyte, i % 3 == 0 ? "/large-chunked/" : "/large/")), outcomes[i]);
    std::size_t most = 0;
    std::size_t whole = 0;
    run_until([&] {
        std::size_t done = 0;
        for (auto& outcome : outcomes) {
            most = std::max(most, budget->held_bytes());
            if (!outcome) continue;
            ++done;
            if (!outcome->has_value() || (*outcome)->body.empty()) continue;
            whole +=
                (*outcome)->cut == Cut::none && (*outcome)->payload().value().size() == 2 * megabyte ? 1 : 0;
            **outcome = Fetched{.url = (*outcome)->url}; // its visit ends
        }
        return done == outcomes.size();
    });
    EXPECT_EQ(whole, outcomes.size());
    // A chunked body of unknown length asks for twice its limit, and gets it when it is alone.
    EXPECT_LE(most, 2 * FetchLimits{}.max_body_bytes);
    EXPECT_GT(budget->waits(), 0U);
    EXPECT_EQ(budget->held_bytes(), 0U);
    EXPECT_EQ(budget->waiting(), 0U);
}

TEST_F(Budget, ATransferThatWePausedIsNotCutForItsPause)
{
    Outcome first;
    Outcome second;
    start(io, client.fetch(large(2 * megabyte)), first);
    run_until([&] { return first.has_value(); });
    auto impatient = large(2 * megabyte);
    impatient.limits.low_speed_time = 1s;
    impatient.limits.total = 1s;
    impatient.limits.first_byte = 1s;
    start(io, client.fetch(std::move(impatient)), second);
    const Stopwatch watch;
    run_until([&] { return watch.seconds() > 1.5; });
    ASSERT_FALSE(second) << "the first one holds its bytes still";
    EXPECT_EQ(budget->waiting(), 1U);
    first.reset();
    run_until([&] { return second.has_value(); });
    ASSERT_TRUE(second);
    EXPECT_EQ((*second)->cut, Cut::none);
    EXPECT_EQ((*second)->body.size(), 2 * megabyte);
}

TEST_F(Budget, SmallBodiesPassWhileLargeOnesWait)
{
    Outcome first;
    Outcome second;
    Outcome small;
    start(io, client.fetch(large(2 * megabyte)), first);
    run_until([&] { return first.has_value(); });
    start(io, client.fetch(large(2 * megabyte)), second);
    run_until([&] { return budget->waiting() == 1; });
    start(io, client.fetch(large(60'000)), small);
    run_until([&] { return small.has_value(); });
    ASSERT_TRUE(small);
    EXPECT_EQ((*small)->body.size(), 60'000U);
    EXPECT_FALSE(second);
    client.cancel("127.0.0.1:" + std::to_string(server.port()));
    run_until([&] { return second.has_value(); });
    EXPECT_EQ(second->error().code, Errc::cancelled);
    EXPECT_EQ(budget->waiting(), 0U);
}

TEST_F(Budget, WhoMustNotWaitGoesOn)
{
    Outcome first;
    Outcome evidence;
    start(io, client.fetch(large(2 * megabyte)), first);
    run_until([&] { return first.has_value(); });
    auto urgent = large(2 * megabyte);
    urgent.when_full = WhenFull::go_on;
    start(io, client.fetch(std::move(urgent)), evidence);
    run_until([&] { return evidence.has_value(); });
    ASSERT_TRUE(evidence);
    EXPECT_EQ((*evidence)->body.size(), 2 * megabyte);
    EXPECT_GT(budget->held_bytes(), 3 * megabyte);
}

TEST_F(Budget, ABodyOverItsOwnLimitIsCutAlsoAfterAPause)
{
    Outcome first;
    Outcome second;
    start(io, client.fetch(large(2 * megabyte)), first);
    run_until([&] { return first.has_value(); });
    auto bounded = large(3 * megabyte);
    bounded.limits.max_body_bytes = 2 * megabyte;
    start(io, client.fetch(std::move(bounded)), second);
    run_until([&] { return budget->waiting() == 1; });
    first.reset();
    run_until([&] { return second.has_value(); });
    ASSERT_TRUE(second);
    EXPECT_EQ((*second)->cut, Cut::size);
    EXPECT_EQ((*second)->body.size(), 2 * megabyte);
}

} // namespace
} // namespace stillwatch::net
