#include "hostile_server.hpp"
#include "run.hpp"

#include "net/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace stillwatch::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

HttpSettings loopback_settings()
{
    return {.user_agent = "StillwatchTest/1.0 (+https://helpline.example/)",
            .guard = {{Cidr::parse("127.0.0.0/8").value()}}};
}

class Hostile : public testing::Test {
protected:
    FetchRequest request(std::string_view path)
    {
        auto asked = get(server.url(path));
        asked.limits.max_body_bytes = 100'000;
        asked.limits.first_byte = 300ms;
        asked.limits.total = 5s;
        asked.limits.low_speed_time = 1s;
        return asked;
    }
    Result<Fetched> fetch(FetchRequest asked) { return run(io, client.fetch(std::move(asked))); }
    Result<Fetched> fetch(std::string_view path) { return fetch(request(path)); }

    HostileServer server;
    asio::io_context io;
    HttpClient client{io, loopback_settings()};
};

TEST_F(Hostile, AnOrdinaryAnswerIsRecordedWordForWord)
{
    const auto got = fetch("/ok").value();
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(as_text(got.body), "hello");
    EXPECT_EQ(got.cut, Cut::none);
    EXPECT_EQ(got.response_head, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Case: Kept\r\n\r\n");
    EXPECT_EQ(got.header("x-case"), "Kept");
    ASSERT_EQ(server.requests().size(), 1U);
    EXPECT_EQ(got.request_head, server.requests().front());
    EXPECT_EQ(got.peer.address, "127.0.0.1");
    EXPECT_EQ(got.peer.port, server.port());
    EXPECT_EQ(got.peer.http_version, "http/1.1");
    EXPECT_EQ(got.peer.tls_version, "");
    EXPECT_FALSE(got.peer.certificate_chain);
    EXPECT_LE(got.started, got.finished);
}

TEST_F(Hostile, TheRequestSaysWhoWeAreAndWhatWeDecode)
{
    const auto head = fetch("/ok").value().request_head;
    EXPECT_THAT(head, HasSubstr("\r\nUser-Agent: StillwatchTest/1.0 (+https://helpline.example/)\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nHost: 127.0.0.1:"));
    EXPECT_THAT(head, HasSubstr("\r\nAccept: */*\r\n"));
}

TEST_F(Hostile, HeadersOfTheRequestAreSentAndForgotten)
{
    auto asked = request("/echo");
    asked.headers = {{"If-None-Match", "\"abc\""}, {"X-Empty", ""}, {"accept-encoding", "identity"}};
    const auto first = fetch(std::move(asked)).value().request_head;
    EXPECT_THAT(first, HasSubstr("\r\nIf-None-Match: \"abc\"\r\n"));
    EXPECT_THAT(first, HasSubstr("\r\nX-Empty:\r\n"));
    EXPECT_THAT(first, HasSubstr("\r\naccept-encoding: identity\r\n"));
    EXPECT_THAT(first, testing::Not(HasSubstr("br, zstd")));
    EXPECT_THAT(fetch("/echo").value().request_head, testing::Not(HasSubstr("If-None-Match")));
}

TEST_F(Hostile, HeadersThatWouldSmuggleLinesAreInvalid)
{
    for (const HeaderField& field : {HeaderField{"X", "a\r\nEvil: 1"}, HeaderField{"X: a\r\nEvil", "1"},
                                     HeaderField{"", "1"}, HeaderField{"X", std::string("a\0b", 3)}}) {
        auto asked = request("/ok");
        asked.headers = {field};
        EXPECT_EQ(fetch(std::move(asked)).error().code, Errc::invalid_argument);
    }
    auto asked = request("/ok");
    asked.method = "GET /evil HTTP/1.1\r\n";
    EXPECT_EQ(fetch(std::move(asked)).error().code, Errc::invalid_argument);
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(Hostile, MethodsOtherThanGetAreSentAsAsked)
{
    auto head = request("/ok");
    head.method = "HEAD";
    const auto without_body = fetch(std::move(head)).value();
    EXPECT_EQ(without_body.header("Content-Length"), "5");
    EXPECT_TRUE(without_body.body.empty());

    auto post = request("/echo");
    post.method = "POST";
    post.body = "{\"a\":1}";
    post.headers = {{"Content-Type", "application/json"}};
    const auto posted = fetch(std::move(post)).value().request_head;
    EXPECT_TRUE(posted.starts_with("POST /echo HTTP/1.1\r\n")) << posted;
    EXPECT_THAT(posted, HasSubstr("\r\nContent-Length: 7\r\n"));
    EXPECT_THAT(posted, HasSubstr("\r\nContent-Type: application/json\r\n"));

    EXPECT_TRUE(fetch("/echo").value().request_head.starts_with("GET /echo HTTP/1.1\r\n"));
}

TEST_F(Hostile, AKeptConnectionServesTheNextRequestAndNamesItsPeerAgain)
{
    const auto first = fetch("/ok").value();
    const auto second = fetch("/ok").value();
    EXPECT_EQ(server.connections(), 1U);
    EXPECT_EQ(second.peer.address, "127.0.0.1");
    EXPECT_EQ(second.peer.port, server.port());
    EXPECT_EQ(second.request_head, first.request_head);
}

TEST_F(Hostile, ARequestThatMeetsAClosedConnectionIsSentOnceMore)
{
    EXPECT_EQ(as_text(fetch("/once").value().body), "once");
    const auto again = fetch("/once").value();
    EXPECT_EQ(as_text(again.body), "once");
    EXPECT_EQ(server.requests().size(), 3U);
    EXPECT_EQ(server.connections(), 2U);
    EXPECT_EQ(again.request_head, server.requests().back());
}

TEST_F(Hostile, ARequestThatMayNotBeRepeatedGetsAFreshConnection)
{
    EXPECT_TRUE(fetch("/once"));
    auto post = request("/once");
    post.method = "POST";
    post.body = "x";
    EXPECT_EQ(as_text(fetch(std::move(post)).value().body), "once");
    auto lost = request("/reset");
    lost.method = "POST";
    EXPECT_EQ(fetch(std::move(lost)).error().code, Errc::unreachable);
    EXPECT_EQ(server.requests().size(), 3U);
    EXPECT_EQ(server.connections(), 3U);
}

TEST_F(Hostile, SilenceEndsAtTheFirstByteLimit)
{
    const Stopwatch watch;
    const auto got = fetch("/silence");
    EXPECT_EQ(got.error().code, Errc::timed_out);
    EXPECT_GT(watch.seconds(), 0.25);
    EXPECT_LT(watch.seconds(), 1.0);
}

TEST_F(Hostile, AHeadThatDripsIsCutAsTooSlow)
{
    for (const auto* path : {"/slow-head", "/slow-head-lines"}) {
        const Stopwatch watch;
        EXPECT_EQ(fetch(path).error().code, Errc::timed_out) << path;
        EXPECT_LT(watch.seconds(), 2.0) << path;
    }
}

TEST_F(Hostile, ABodyThatDripsIsCutAsTooSlowAndKeepsWhatCame)
{
    const Stopwatch watch;
    const auto got = fetch("/slow-body").value();
    EXPECT_EQ(got.cut, Cut::time);
    EXPECT_EQ(got.status, 200);
    EXPECT_GT(got.body.size(), 2U);
    EXPECT_LT(watch.seconds(), 2.0);
}

TEST_F(Hostile, TheTotalLimitCutsASlowBody)
{
    auto asked = request("/slow-body");
    asked.limits.total = 400ms;
    const Stopwatch watch;
    EXPECT_EQ(fetch(std::move(asked)).value().cut, Cut::time);
    EXPECT_LT(watch.seconds(), 0.9);
}

TEST_F(Hostile, EndlessBodiesAreCutAtExactlyTheirLimit)
{
    for (const auto* path : {"/endless", "/endless-chunked"}) {
        const auto got = fetch(path).value();
        EXPECT_EQ(got.cut, Cut::size) << path;
        EXPECT_EQ(got.body.size(), 100'000U) << path;
        EXPECT_EQ(got.status, 200) << path;
    }
}

TEST_F(Hostile, ABodyOfExactlyTheLimitIsNotCut)
{
    auto asked = request("/ok");
    asked.limits.max_body_bytes = 5;
    EXPECT_EQ(fetch(std::move(asked)).value().cut, Cut::none);
    auto smaller = request("/ok");
    smaller.limits.max_body_bytes = 4;
    const auto got = fetch(std::move(smaller)).value();
    EXPECT_EQ(got.cut, Cut::size);
    EXPECT_EQ(as_text(got.body), "hell");
}

TEST_F(Hostile, EndlessHeadersAreTooLarge)
{
    for (const auto* path : {"/endless-headers", "/many-headers", "/huge-header", "/endless-103"}) {
        const auto got = fetch(path);
        ASSERT_FALSE(got) << path;
        EXPECT_EQ(got.error().code, Errc::too_large) << path << ' ' << got.error().detail;
    }
}

TEST_F(Hostile, HeaderLimitsAboveLibcurlsOwnStillSayTooLarge)
{
    for (const auto* path : {"/endless-headers", "/huge-header"}) {
        auto asked = request(path);
        asked.limits.max_header_bytes = 10U << 20U;
        asked.limits.max_header_lines = 100'000;
        EXPECT_EQ(fetch(std::move(asked)).error().code, Errc::too_large) << path;
    }
}

TEST_F(Hostile, TheHostIsStillReachableAfterABadHead)
{
    EXPECT_FALSE(fetch("/huge-header"));
    EXPECT_TRUE(fetch("/ok"));
}

TEST_F(Hostile, TwoDifferentLengthsAreMalformedAndTwoEqualOnesAreFine)
{
    EXPECT_EQ(fetch("/two-lengths").error().code, Errc::malformed);
    EXPECT_EQ(as_text(fetch("/same-lengths").value().body), "hello");
}

TEST_F(Hostile, BodiesThatBreakOffSayDisconnect)
{
    for (const auto* path : {"/short-body", "/reset-body"}) {
        const auto got = fetch(path);
        ASSERT_TRUE(got) << path << ' ' << got.error().detail;
        EXPECT_EQ(got->cut, Cut::disconnect) << path;
        EXPECT_EQ(as_text(got->body), "0123456789") << path;
    }
    const auto chunk = fetch("/short-chunk").value();
    EXPECT_EQ(chunk.cut, Cut::disconnect);
    EXPECT_EQ(as_text(chunk.payload().value()), "hello0123");
}

// A reset may overtake what was sent before it, so less than all of that may arrive.
TEST_F(Hostile, AResetAtAnyByteIsUnreachableOrACutBody)
{
    const auto whole = fetch("/ok").value();
    const auto head_bytes = whole.response_head.size();
    const auto all_bytes = head_bytes + whole.body.size();
    for (std::size_t sent = 0; sent < all_bytes; ++sent) {
        const auto got = fetch("/break-off/" + std::to_string(sent));
        if (!got) {
            EXPECT_EQ(got.error().code, Errc::unreachable) << sent << ' ' << got.error().detail;
            continue;
        }
        EXPECT_GE(sent, head_bytes);
        EXPECT_EQ(got->cut, Cut::disconnect) << sent;
        EXPECT_LE(got->body.size(), sent - head_bytes);
    }
    EXPECT_EQ(fetch("/break-off/" + std::to_string(all_bytes)).value().cut, Cut::none);
    EXPECT_LE(server.requests().size(), 2 * all_bytes + 2) << "each is repeated once at most";
}

TEST_F(Hostile, ABodyUntilCloseIsWhole)
{
    const auto got = fetch("/until-close").value();
    EXPECT_EQ(got.cut, Cut::none);
    EXPECT_EQ(as_text(got.body), "all of it");
    EXPECT_EQ(fetch("/http10").value().peer.http_version, "http/1.0");
}

TEST_F(Hostile, NoAnswerAtAllIsUnreachable)
{
    for (const auto* path : {"/hang-up", "/reset", "/short-head"})
        EXPECT_EQ(fetch(path).error().code, Errc::unreachable) << path;
}

TEST_F(Hostile, WhatIsNotHttpIsMalformed)
{
    for (const auto* path : {"/not-http", "/http09", "/bad-status", "/nul"}) {
        const auto got = fetch(path);
        ASSERT_FALSE(got) << path;
        EXPECT_EQ(got.error().code, Errc::malformed) << path << ' ' << got.error().detail;
    }
}

TEST_F(Hostile, InterimHeadsAreNotPartOfTheAnswer)
{
    const auto got = fetch("/interim").value();
    EXPECT_EQ(got.response_head, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(got.header("Link"), "");
    EXPECT_EQ(as_text(got.body), "ok");
}

TEST_F(Hostile, TheStatusIsThatOfTheTrueStatusLine)
{
    for (const auto* path : {"/second-status", "/second-status-interim", "/second-status-trailer",
                             "/odd-head", "/odd-end", "/small-letters", "/says-http2"}) {
        const auto got = fetch(path);
        ASSERT_TRUE(got) << path << ' ' << got.error().detail;
        EXPECT_EQ(got->status, 404) << path;
        EXPECT_EQ(as_text(got->payload().value()), "hello") << path;
    }
}

TEST_F(Hostile, AStatusLineOfHttp2DoesNotMakeAnotherProtocol)
{
    EXPECT_EQ(fetch("/says-http2").value().peer.http_version, "http/1.1");
}

TEST_F(Hostile, HeadsAreKeptByteForByte)
{
    EXPECT_EQ(fetch("/second-status").value().response_head,
              "HTTP/1.1 404 Not Found\r\nHTTP/1.1 200 OK: x\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(fetch("/second-status-interim").value().response_head,
              "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(fetch("/second-status-trailer").value().response_head,
              "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(fetch("/odd-head").value().response_head,
              "HTTP/1.1  404  Not  here\nContent-Length : 5\nX-Fold: a\n\t b\n  HTTP/1.1 200 OK: c\n\n");
    EXPECT_EQ(fetch("/odd-end").value().response_head,
              "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\rX-After: 1\n");
}

TEST_F(Hostile, InterimHeadsLeaveTheirStatus)
{
    EXPECT_EQ(fetch("/interim").value().interim, (std::vector<int>{100, 103}));
    EXPECT_TRUE(fetch("/ok").value().interim.empty());
}

TEST_F(Hostile, ChunksStayInTheBodyAndLeaveThePayload)
{
    const auto got = fetch("/chunked").value();
    EXPECT_EQ(as_text(got.body), "5\r\nhello\r\n6;note=1\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n");
    EXPECT_EQ(as_text(got.payload().value()), "hello world");
    EXPECT_EQ(fetch("/chunked").value().body, got.body);
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(Hostile, FramingIsTakenAsLibcurlTookIt)
{
    for (const auto* path : {"/framed/list", "/framed/doubled", "/framed/case", "/framed/bare-lf",
                             "/framed/extension", "/framed/both", "/framed/http10"}) {
        const auto got = fetch(path);
        ASSERT_TRUE(got) << path << ' ' << got.error().detail;
        EXPECT_EQ(got->cut, Cut::none) << path;
        ASSERT_TRUE(got->payload()) << path;
        EXPECT_EQ(as_text(got->payload().value()), "hello") << path;
    }
}

TEST_F(Hostile, FramingThatBreaksLeavesWhatCameBefore)
{
    const auto broken = fetch("/broken-chunk").value();
    EXPECT_EQ(broken.cut, Cut::disconnect);
    EXPECT_EQ(as_text(broken.payload().value()), "hello");
    const auto none = fetch("/no-chunk").value();
    EXPECT_EQ(none.cut, Cut::disconnect);
    EXPECT_EQ(as_text(none.body), "\x89PNG and so on");
    EXPECT_EQ(none.payload().error().code, Errc::malformed) << "so that the body is looked at as it came";
}

TEST_F(Hostile, CompressedBodiesStayCompressed)
{
    EXPECT_EQ(as_text(fetch("/gzip").value().body), "\x1f\x8b\x08not-zip");
}

TEST_F(Hostile, RedirectsAreAnswersLikeAnyOther)
{
    const auto got = fetch("/redirect").value();
    EXPECT_EQ(got.status, 302);
    EXPECT_EQ(got.header("location"), "/ok");
    EXPECT_EQ(as_text(got.body), "go");
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(Hostile, SurplusBytesNeverBecomeTheNextAnswer)
{
    EXPECT_EQ(as_text(fetch("/surplus").value().body), "hello");
    EXPECT_EQ(as_text(fetch("/ok").value().body), "hello");
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(Hostile, AnAnswerWithoutBodyIsWhole)
{
    const auto got = fetch("/empty").value();
    EXPECT_EQ(got.status, 204);
    EXPECT_TRUE(got.body.empty());
    EXPECT_EQ(got.cut, Cut::none);
}

TEST_F(Hostile, AClosedPortIsUnreachable)
{
    asio::ip::tcp::acceptor probe(io, {asio::ip::address_v4::loopback(), 0});
    const auto port = probe.local_endpoint().port();
    probe.close();
    const auto got = fetch(get("http://127.0.0.1:" + std::to_string(port) + "/secret-path"));
    EXPECT_EQ(got.error().code, Errc::unreachable);
    EXPECT_THAT(got.error().detail, HasSubstr("127.0.0.1:" + std::to_string(port)));
    EXPECT_THAT(got.error().detail, testing::Not(HasSubstr("secret-path")));
}

TEST_F(Hostile, ProxiesOfTheEnvironmentAreIgnored)
{
    ASSERT_EQ(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    ASSERT_EQ(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    EXPECT_TRUE(fetch("/ok"));
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

TEST_F(Hostile, ManyRequestsAtOnceAllEnd)
{
    const std::vector<const char*> paths{"/ok",          "/chunked", "/endless",
                                         "/two-lengths", "/silence", "/short-body"};
    std::vector<std::optional<Result<Fetched>>> results(60);
    for (std::size_t i = 0; i < results.size(); ++i)
        start(io, client.fetch(request(paths[i % paths.size()])), results[i]);
    io.run();
    const auto fine = std::ranges::count_if(results, [](const auto& got) { return got && got->has_value(); });
    const auto failed =
        std::ranges::count_if(results, [](const auto& got) { return got && got->has_error(); });
    EXPECT_EQ(fine, 40);
    EXPECT_EQ(failed, 20);
}

} // namespace
} // namespace stillwatch::net
