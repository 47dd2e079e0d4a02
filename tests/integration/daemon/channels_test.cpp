#include "daemon/channels.hpp"

#include "alerts/event.hpp"
#include "daemon/store_adapters.hpp"
#include "tests/integration/alerts/receivers.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::daemon {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

// Two mail channels: "slow" is taken by a server that never says a word, "desk" by one that works.
class ChannelsTest : public testing::Test {
protected:
    ChannelsTest()
    {
        add_channel("slow", "smtp://127.0.0.1:" + std::to_string(silent.local_endpoint().port()));
        add_channel("desk", receivers.mail_server());
        channels = Channels::make(config, loop, queue, clock).value();
    }
    void add_channel(const std::string& name, const std::string& server)
    {
        config::Channel channel;
        channel.name = name;
        channel.to = {"desk@helpline.example"};
        channel.from = "stillwatch@helpline.example";
        channel.server = server;
        config.channels.push_back(std::move(channel));
    }
    void queue_alert(const std::string& channel)
    {
        const auto event = alerts::test_event(channel, clock.now(), "");
        ASSERT_TRUE(stores.cases().queue_alert({event.alert_id, channel, alerts::write_event(event)},
                                               {"anna", clock.now()}));
    }
    bool run_until(std::chrono::milliseconds patience, const std::function<bool()>& holds)
    {
        const auto end = std::chrono::steady_clock::now() + patience;
        loop.restart();
        while (!holds() && std::chrono::steady_clock::now() < end)
            loop.run_one_for(50ms);
        return holds();
    }

    test::TemporaryDirectory directory;
    SystemClock clock;
    asio::io_context loop{1};
    tcp::acceptor silent{loop, {asio::ip::make_address("127.0.0.1"), 0}};
    alerts::Receivers receivers;
    pipeline::Stores stores{directory.path()};
    alerts::StoredAlertQueue queue{run_on_store(stores)};
    config::Config config;
    std::unique_ptr<Channels> channels;
    TaskGroup tasks{loop.get_executor()};
};

TEST_F(ChannelsTest, AMailServerThatDoesNotAnswerHoldsUpNoOtherChannel)
{
    queue_alert("slow");
    channels->start(tasks, {});
    // The slow channel is delivering by now.
    EXPECT_FALSE(run_until(300ms, [&] { return channels->counts().sent > 0; }));
    queue_alert("desk");
    channels->wake();
    EXPECT_TRUE(run_until(10s, [&] { return channels->counts().sent == 1; }));
    EXPECT_TRUE(receivers.has("mail-1"));
    channels->stop();
    tasks.stop();
    EXPECT_TRUE(run_until(5s, [&] { return tasks.running() == 0; }));
}

TEST_F(ChannelsTest, ADeliveryThatIsCutStaysQueuedAsItWas)
{
    queue_alert("slow");
    channels->start(tasks, {});
    (void)run_until(300ms, [] { return false; });
    channels->stop();
    EXPECT_TRUE(run_until(5s, [&] { return tasks.running() == 0; }));
    const auto row = stores.cases().alerts(1).at(0);
    EXPECT_EQ(row.state, store::AlertState::queued);
    EXPECT_EQ(row.attempts, 0);
}

TEST_F(ChannelsTest, AnUnreadableSecretNamesItsChannel)
{
    config.channels[0].password_file = "/nonexistent/password";
    const auto made = Channels::make(config, loop, queue, clock);
    ASSERT_FALSE(made.has_value());
    EXPECT_THAT(made.error().detail, testing::StartsWith("channel slow: "));
}

TEST_F(ChannelsTest, ADisabledChannelIsNotStarted)
{
    config.channels[0].enabled = false;
    channels = Channels::make(config, loop, queue, clock).value();
    queue_alert("slow");
    queue_alert("desk");
    channels->start(tasks, {});
    EXPECT_EQ(tasks.running(), 1U);
    EXPECT_TRUE(run_until(10s, [&] { return channels->counts().sent == 1; }));
    channels->stop();
    EXPECT_TRUE(run_until(5s, [&] { return tasks.running() == 0; }));
}

} // namespace
} // namespace stillwatch::daemon
