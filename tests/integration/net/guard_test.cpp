#include "hostile_server.hpp"
#include "run.hpp"

#include "net/http_client.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace stillwatch::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Error error_of(const HttpSettings& settings, std::string_view url)
{
    asio::io_context io;
    HttpClient client(io, settings);
    const auto got = run(io, client.fetch(get(url)));
    return got ? Error{Errc::exists, "it was fetched"} : got.error();
}

std::string with_port(std::string_view host, const HostileServer& server)
{
    return "http://" + std::string(host) + ":" + std::to_string(server.port()) + "/ok";
}

TEST(Guard, RefusesLoopbackUnderEveryName)
{
    HostileServer server;
    for (const auto* host : {"127.0.0.1", "localhost", "sub.localhost", "127.1", "0x7f000001", "2130706433",
                             "0", "[::1]", "[::ffff:127.0.0.1]", "[::]", "loopback.test", "mapped.test",
                             "intranet.test", "169.254.169.254", "[64:ff9b::7f00:1]"}) {
        const auto error = error_of({}, with_port(host, server));
        EXPECT_EQ(error.code, Errc::refused) << host << ' ' << error.detail;
        EXPECT_THAT(error.detail, HasSubstr("is not a public address")) << host;
    }
    EXPECT_EQ(server.connections(), 0U);
}

TEST(Guard, OneAllowedNetworkOpensNoOther)
{
    HostileServer server;
    const HttpSettings settings{.user_agent = "test", .guard = {{Cidr::parse("127.0.0.0/8").value()}}};
    EXPECT_EQ(error_of(settings, with_port("loopback.test", server)).code, Errc::exists);
    EXPECT_EQ(error_of(settings, with_port("[::1]", server)).code, Errc::refused);
    EXPECT_EQ(error_of(settings, with_port("mapped.test", server)).code, Errc::refused);
    EXPECT_EQ(error_of(settings, with_port("intranet.test", server)).code, Errc::refused);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(Guard, DeniedNetworksAreRefusedWhateverOpensThem)
{
    HostileServer server;
    HttpSettings settings{.user_agent = "test", .guard = {{Cidr::parse("127.0.0.0/8").value()}}};
    settings.guard.denied_networks = {Cidr::parse("127.0.0.1").value()};
    EXPECT_EQ(error_of(settings, with_port("loopback.test", server)).code, Errc::refused);
    EXPECT_EQ(server.connections(), 0U);
    settings.guard.exempted_networks = {Cidr::parse("127.0.0.1").value()};
    EXPECT_EQ(error_of(settings, with_port("loopback.test", server)).code, Errc::exists);
}

// Each look-up of the name gives the other address; only the one that the socket is opened to counts.
TEST(Guard, ANameThatFlipsToAClosedAddressIsRefusedEachTimeItDoes)
{
    HostileServer server;
    const HttpSettings settings{.user_agent = "test", .guard = {{Cidr::parse("127.0.0.1/32").value()}}};
    int fetched = 0;
    for (int i = 0; i < 6; ++i) {
        const auto error = error_of(settings, with_port("flip.test", server));
        fetched += error.code == Errc::exists ? 1 : 0;
        EXPECT_TRUE(error.code == Errc::exists || error.code == Errc::refused) << error.detail;
    }
    EXPECT_EQ(fetched, 3);
    EXPECT_EQ(server.connections(), 3U);
}

TEST(Names, AnAbsentNameIsUnreachable)
{
    const auto error = error_of({}, "http://absent.test/");
    EXPECT_EQ(error.code, Errc::unreachable);
    EXPECT_THAT(error.detail, HasSubstr("absent.test"));
}

class SlowName : public testing::Test {
protected:
    asio::io_context io;
    std::optional<Result<Fetched>> got;
};

TEST_F(SlowName, StopDoesNotWaitForIt)
{
    const Stopwatch watch;
    HttpClient client(io, {});
    start(io, client.fetch(get("http://slow.test/")), got);
    io.run_for(100ms);
    EXPECT_FALSE(got);
    client.stop();
    io.restart();
    io.run();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->error().code, Errc::cancelled);
    EXPECT_LT(watch.seconds(), 1.0);
}

TEST_F(SlowName, NeitherDoesTheDestructor)
{
    const Stopwatch watch;
    {
        HttpClient client(io, {});
        start(io, client.fetch(get("http://slow.test/")), got);
        io.run_for(100ms);
    }
    io.restart();
    io.run();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->error().code, Errc::cancelled);
    EXPECT_LT(watch.seconds(), 1.0);
}

TEST_F(SlowName, NorItsOwnLimits)
{
    const Stopwatch watch;
    HttpClient client(io, {});
    auto asked = get("http://slow.test/");
    asked.limits.connect = 200ms;
    EXPECT_EQ(run(io, client.fetch(std::move(asked))).error().code, Errc::timed_out);
    auto other = get("http://slow.test/");
    other.limits.total = 200ms;
    EXPECT_EQ(run(io, client.fetch(std::move(other))).error().code, Errc::timed_out);
    EXPECT_LT(watch.seconds(), 1.0);
}

TEST_F(SlowName, OtherFetchesGoOnMeanwhile)
{
    HostileServer server;
    HttpClient client(io, {.user_agent = "test", .guard = {{Cidr::parse("127.0.0.0/8").value()}}});
    start(io, client.fetch(get("http://slow.test/")), got);
    std::vector<std::optional<Result<Fetched>>> others(20);
    for (auto& other : others)
        start(io, client.fetch(get(server.url("/ok"))), other);
    const auto all_done = [&] {
        return std::ranges::all_of(others, [](const auto& other) { return other && *other; });
    };
    const Stopwatch watch;
    while (!all_done() && watch.seconds() < 1.0)
        io.run_one_for(50ms);
    EXPECT_TRUE(all_done());
    EXPECT_FALSE(got);
}

TEST_F(SlowName, AsioCancellationEndsTheFetch)
{
    const Stopwatch watch;
    HttpClient client(io, {});
    asio::cancellation_signal signal;
    const auto keep = [](HttpClient& fetcher, std::optional<Result<Fetched>>& out) -> Task<void> {
        auto request = get("http://slow.test/");
        auto result = co_await fetcher.fetch(std::move(request));
        out.emplace(std::move(result));
    };
    asio::co_spawn(io, keep(client, got), asio::bind_cancellation_slot(signal.slot(), asio::detached));
    asio::steady_timer timer(io, 50ms);
    timer.async_wait([&](boost::system::error_code) { signal.emit(asio::cancellation_type::terminal); });
    io.run();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->error().code, Errc::cancelled);
    EXPECT_LT(watch.seconds(), 1.0);
}

TEST_F(SlowName, AnEventLoopThatGoesAwayTakesItsFetchesAlong)
{
    const Stopwatch watch;
    {
        asio::io_context brief;
        HttpClient client(brief, {});
        start(brief, client.fetch(get("http://slow.test/")), got);
        brief.run_for(50ms);
    }
    EXPECT_FALSE(got);
    EXPECT_LT(watch.seconds(), 1.0);
}

TEST_F(SlowName, AStoppedClientRefusesNewFetches)
{
    HttpClient client(io, {});
    client.stop();
    EXPECT_EQ(run(io, client.fetch(get("http://slow.test/"))).error().code, Errc::cancelled);
}

TEST(Settings, AnUnreadableAuthorityFileIsAnErrorAtOnce)
{
    asio::io_context io;
    EXPECT_THROW(HttpClient(io, {.user_agent = "test", .ca_file = "/does/not/exist.pem"}),
                 std::runtime_error);
}

} // namespace
} // namespace stillwatch::net
