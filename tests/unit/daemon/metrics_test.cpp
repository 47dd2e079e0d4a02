#include "daemon/metrics.hpp"

#include "core/counters.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace stillwatch::daemon {
namespace {

using testing::HasSubstr;

TEST(Counters, TextIsThatOfPrometheus)
{
    Counters counters;
    EXPECT_EQ(counters.text(), "");
    counters.add("visits_total", "outcome", "page");
    counters.add("visits_total", "outcome", "gone");
    counters.add("visits_total", "outcome", "page", 2);
    counters.add("record_errors_total");
    EXPECT_EQ(counters.text(), "# TYPE stillwatch_record_errors_total counter\n"
                               "stillwatch_record_errors_total 1\n"
                               "# TYPE stillwatch_visits_total counter\n"
                               "stillwatch_visits_total{outcome=\"gone\"} 1\n"
                               "stillwatch_visits_total{outcome=\"page\"} 3\n");
}

TEST(Counters, SumOverLabels)
{
    Counters counters;
    counters.add("visits_total", "outcome", "page", 3);
    counters.add("visits_total", "outcome", "gone", 4);
    EXPECT_EQ(counters.total("visits_total"), 7);
    EXPECT_EQ(counters.total("never_counted_total"), 0);
    EXPECT_EQ(counters.by_label("visits_total").at("gone"), 4);
    EXPECT_TRUE(counters.by_label("never_counted_total").empty());
}

TEST(Counters, GaugesHaveAType)
{
    EXPECT_EQ(gauge_text("references", 12), "# TYPE stillwatch_references gauge\nstillwatch_references 12\n");
    EXPECT_EQ(gauge_text("share", 0.5), "# TYPE stillwatch_share gauge\nstillwatch_share 0.5\n");
}

std::string refusal_of(std::string_view listen)
{
    asio::io_context loop;
    try {
        const MetricsServer server(loop, listen, {});
        return "served at port " + std::to_string(server.port());
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

TEST(MetricsServer, OnlyLoopbackIsServed)
{
    for (const auto* listen : {"0.0.0.0:0", "[::]:0", "192.0.2.1:9100", "10.0.0.1:0"})
        EXPECT_EQ(refusal_of(listen),
                  "metrics.listen \"" + std::string(listen) + "\": only loopback addresses are served");
    EXPECT_THAT(refusal_of("127.0.0.1:0"), HasSubstr("served at port"));
    EXPECT_THAT(refusal_of("127.9.9.9:0"), HasSubstr("served at port"));
}

TEST(MetricsServer, WhatIsNoAddressIsSaidSo)
{
    for (const auto* listen :
         {"", ":", "9100", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:65536",
          "127.0.0.1:80x", "127.0.0.1: 80", "localhost:9100", "[::1:80", "::1"})
        EXPECT_THAT(refusal_of(listen), HasSubstr("not ADDRESS:PORT")) << listen;
}

TEST(MetricsServer, ATakenPortIsSaidSo)
{
    asio::io_context loop;
    const MetricsServer server(loop, "127.0.0.1:0", {});
    EXPECT_THAT(refusal_of("127.0.0.1:" + std::to_string(server.port())), HasSubstr("in use"));
}

// The whole answer to a request.
std::string answer_to(const std::string& request, const HealthAnswer& health = {true, "ok\n"})
{
    asio::io_context loop;
    MetricsServer server(loop, "127.0.0.1:0",
                         {[] { return std::string("stillwatch_a 1\n"); }, [&] { return health; }});
    std::string answer;
    std::thread client([&, port = server.port()] {
        asio::io_context own;
        asio::ip::tcp::socket socket(own);
        socket.connect({asio::ip::make_address("127.0.0.1"), port});
        boost::system::error_code ended;
        asio::write(socket, asio::buffer(request), ended); // a server that hangs up is an answer too
        asio::read(socket, asio::dynamic_buffer(answer), ended);
        asio::post(loop, [&loop] { loop.stop(); });
    });
    loop.run();
    client.join();
    return answer;
}

TEST(MetricsServer, AnswersScrapers)
{
    const auto answer = answer_to("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("text/plain; version=0.0.4"));
    EXPECT_THAT(answer, testing::EndsWith("\r\n\r\nstillwatch_a 1\n"));
}

TEST(MetricsServer, TellsHealth)
{
    const std::string request = "GET /healthz HTTP/1.0\r\n\r\n";
    EXPECT_THAT(answer_to(request), testing::AllOf(HasSubstr(" 200 "), testing::EndsWith("ok\n")));
    EXPECT_THAT(
        answer_to(request, {false, "failing channel desk: refused\nwarning site a: blocked\n"}),
        testing::AllOf(HasSubstr(" 503 "),
                       testing::EndsWith("\nfailing channel desk: refused\nwarning site a: blocked\n")));
}

TEST(MetricsServer, RefusesTheRest)
{
    EXPECT_THAT(answer_to("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
                HasSubstr(" 405 "));
    EXPECT_THAT(answer_to("GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr(" 404 "));
    EXPECT_EQ(answer_to("\x16\x03\x01 nonsense\r\n\r\n"), "");
    EXPECT_EQ(answer_to("GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\n\r\n"), "");
}

} // namespace
} // namespace stillwatch::daemon
