#include "net/response_head.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace stillwatch::net {
namespace {

bool add_all(ResponseHead& head, std::initializer_list<std::string_view> lines)
{
    for (const auto line : lines)
        if (!head.add(line)) return false;
    return true;
}

TEST(ResponseHead, KeepsTheFinalHeadAsReceived)
{
    ResponseHead head(1000, 10);
    ASSERT_TRUE(
        add_all(head, {"HTTP/1.1 200 OK\r\n", "Content-Type:  text/html \r\n", "X-Empty:\r\n", "\r\n"}));
    EXPECT_TRUE(head.is_complete());
    EXPECT_EQ(head.status(), 200);
    EXPECT_EQ(head.text(), "HTTP/1.1 200 OK\r\nContent-Type:  text/html \r\nX-Empty:\r\n\r\n");
    EXPECT_EQ(head.fields(), (std::vector<HeaderField>{{"Content-Type", "text/html"}, {"X-Empty", ""}}));
}

TEST(ResponseHead, InterimHeadsLeaveTheirStatusOnly)
{
    ResponseHead head(1000, 10);
    ASSERT_TRUE(
        add_all(head, {"HTTP/1.1 103 Early Hints\r\n", "Link: </a>\r\n", "Content-Length: 7\r\n", "\r\n"}));
    EXPECT_FALSE(head.is_complete());
    ASSERT_TRUE(add_all(head, {"HTTP/1.1 404 Gone\r\n", "\r\n"}));
    EXPECT_TRUE(head.is_complete());
    EXPECT_EQ(head.status(), 404);
    EXPECT_EQ(head.text(), "HTTP/1.1 404 Gone\r\n\r\n");
    EXPECT_TRUE(head.fields().empty());
    EXPECT_FALSE(head.content_length());
    EXPECT_EQ(head.interim(), (std::vector<int>{103}));
}

TEST(ResponseHead, EndlessInterimHeadsReachTheLimit)
{
    ResponseHead head(1000, 9);
    for (int i = 0; i < 4; ++i)
        ASSERT_TRUE(add_all(head, {"HTTP/1.1 103 Early Hints\r\n", "\r\n"}));
    EXPECT_FALSE(add_all(head, {"HTTP/1.1 103 Early Hints\r\n", "\r\n"}));
    EXPECT_EQ(head.error()->code, Errc::too_large);
}

TEST(ResponseHead, BytesAndLinesAreLimited)
{
    ResponseHead few_bytes(40, 100);
    ASSERT_TRUE(few_bytes.add("HTTP/1.1 200 OK\r\n"));
    EXPECT_FALSE(few_bytes.add("X: 12345678901234567890\r\n"));
    EXPECT_EQ(few_bytes.error()->code, Errc::too_large);

    ResponseHead few_lines(1000, 2);
    ASSERT_TRUE(add_all(few_lines, {"HTTP/1.1 200 OK\r\n", "A: 1\r\n"}));
    EXPECT_FALSE(few_lines.add("B: 2\r\n"));
    EXPECT_EQ(few_lines.error()->code, Errc::too_large);
}

TEST(ResponseHead, ExactlyTheLimitIsFine)
{
    ResponseHead head(19, 2);
    EXPECT_TRUE(add_all(head, {"HTTP/1.1 200 OK\r\n", "\r\n"}));
}

TEST(ResponseHead, TwoLengthsThatDifferAreMalformed)
{
    for (const auto* second : {"Content-Length: 6\r\n", "content-length: 5, 6\r\n", "CONTENT-LENGTH: -5\r\n",
                               "Content-Length: 5x\r\n", "Content-Length:\r\n", "Content-Length: 0x5\r\n"}) {
        ResponseHead head(1000, 10);
        ASSERT_TRUE(add_all(head, {"HTTP/1.1 200 OK\r\n", "Content-Length: 5\r\n"}));
        EXPECT_FALSE(head.add(second)) << second;
        EXPECT_EQ(head.error()->code, Errc::malformed);
    }
}

TEST(ResponseHead, TheSameLengthTwiceIsOne)
{
    ResponseHead head(1000, 10);
    ASSERT_TRUE(
        add_all(head, {"HTTP/1.1 200 OK\r\n", "Content-Length: 5\r\n", "Content-Length: 5, 5\r\n", "\r\n"}));
    EXPECT_EQ(head.content_length(), 5U);
}

TEST(ResponseHead, FoldedLinesBelongToTheHeaderBefore)
{
    ResponseHead head(1000, 10);
    ASSERT_TRUE(add_all(head, {"HTTP/1.1 200 OK\r\n", "X: a\r\n", "\t b\r\n", "\r\n"}));
    EXPECT_EQ(head.fields(), (std::vector<HeaderField>{{"X", "a b"}}));
}

// libcurl and browsers read on: whoever is shown the picture must not be the only one.
TEST(ResponseHead, AFoldedLineBeforeTheFirstHeaderStaysInTheTextOnly)
{
    ResponseHead head(1000, 10);
    ASSERT_TRUE(add_all(head, {"HTTP/1.1 200 OK\r\n", " folded: 1\r\n", "A: b\r\n", "\r\n"}));
    EXPECT_EQ(head.fields(), (std::vector<HeaderField>{{"A", "b"}}));
    EXPECT_EQ(head.text(), "HTTP/1.1 200 OK\r\n folded: 1\r\nA: b\r\n\r\n");
}

TEST(ResponseHead, AHeaderThatLooksLikeAStatusLineIsAHeader)
{
    ResponseHead head(1000, 10);
    ASSERT_TRUE(add_all(head, {"HTTP/1.1 404 Not Found\r\n", "A: b\r\n", "HTTP/1.1 200 OK: x\r\n",
                               "HTTP/1.1 103: \r\n", "Content-Length: 5\r\n", "\r\n"}));
    EXPECT_EQ(head.status(), 404);
    EXPECT_EQ(head.text(), "HTTP/1.1 404 Not Found\r\nA: b\r\nHTTP/1.1 200 OK: x\r\nHTTP/1.1 103: \r\n"
                           "Content-Length: 5\r\n\r\n");
    EXPECT_EQ(head.content_length(), 5U);
    EXPECT_TRUE(head.is_complete());
    ASSERT_TRUE(head.add("HTTP/1.1 200 OK\r\n")); // a trailer
    EXPECT_EQ(head.status(), 404);
}

TEST(ResponseHead, AHeaderOfAnInterimHeadThatLooksLikeAStatusLineEndsNothing)
{
    ResponseHead head(1000, 10);
    ASSERT_TRUE(add_all(head, {"HTTP/1.1 103 Early Hints\r\n", "HTTP/1.1 200 OK: x\r\n", "\r\n"}));
    EXPECT_FALSE(head.is_complete());
    ASSERT_TRUE(add_all(head, {"HTTP/1.1 404 Not Found\r\n", "\r\n"}));
    EXPECT_TRUE(head.is_complete());
    EXPECT_EQ(head.status(), 404);
    EXPECT_EQ(head.interim(), (std::vector<int>{103}));
}

TEST(ResponseHead, ALineThatBeginsWithALineEndEndsTheHead)
{
    for (const std::string_view end : {"\n", "\r\r\n", "\rX-Odd: 1\n"}) {
        ResponseHead head(1000, 10);
        ASSERT_TRUE(add_all(head, {"HTTP/1.1 200 OK\n", "A: b\n", end}));
        EXPECT_TRUE(head.is_complete()) << end;
        EXPECT_EQ(head.fields(), (std::vector<HeaderField>{{"A", "b"}}));
        EXPECT_EQ(head.text(), "HTTP/1.1 200 OK\nA: b\n" + std::string(end));
    }
}

TEST(ResponseHead, OddStatusLinesSayWhatTheySay)
{
    for (const std::string_view line : {"HTTP/1.1  404 X\r\n", "HTTP/1.1 404\n", "HTTP/1.1 404X\r\n",
                                        "http/1.1 404 X\r\n", "HTTP/2 404 \r\n"}) {
        ResponseHead head(1000, 10);
        ASSERT_TRUE(add_all(head, {line, "\r\n"})) << line;
        EXPECT_EQ(head.status(), 404) << line;
        EXPECT_TRUE(head.is_complete()) << line;
    }
}

TEST(ResponseHead, AChangeOfProtocolIsNoAnswer)
{
    ResponseHead head(1000, 10);
    ASSERT_TRUE(head.add("HTTP/1.1 101 Switching Protocols\r\n"));
    EXPECT_FALSE(head.add("\r\n"));
    EXPECT_EQ(head.error()->code, Errc::malformed);
}

TEST(ResponseHead, BlanksAroundAHeadersNameAreNoPartOfIt)
{
    ResponseHead head(1000, 10);
    ASSERT_TRUE(
        add_all(head, {"HTTP/1.1 200 OK\r\n", "Content-Length : 5\r\n", "Content-Type\t:a/b\r\n", "\r\n"}));
    EXPECT_EQ(head.content_length(), 5U);
    EXPECT_EQ(head.fields(), (std::vector<HeaderField>{{"Content-Length", "5"}, {"Content-Type", "a/b"}}));
}

TEST(ResponseHead, TrailersCountButDoNotChangeTheHead)
{
    ResponseHead head(60, 10);
    ASSERT_TRUE(add_all(head, {"HTTP/2 200 \r\n", "a: b\r\n", "\r\n", "content-length: 9\r\n"}));
    EXPECT_EQ(head.text(), "HTTP/2 200 \r\na: b\r\n\r\n");
    EXPECT_FALSE(head.content_length());
    EXPECT_FALSE(head.add("x: 1234567890123456789012345\r\n"));
    EXPECT_EQ(head.error()->code, Errc::too_large);
}

TEST(ResponseHead, WithoutAStatusItIsMalformed)
{
    for (const auto* line :
         {"X: 1\r\n", "HTTP/1.1\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 20\r\n", "HTTP/1.1 099 A\r\n"}) {
        ResponseHead head(1000, 10);
        EXPECT_FALSE(head.add(line)) << line;
        EXPECT_EQ(head.error()->code, Errc::malformed) << line;
    }
}

TEST(ResponseHead, ALineWithoutColonStaysInTheTextOnly)
{
    ResponseHead head(1000, 10);
    ASSERT_TRUE(add_all(head, {"HTTP/1.1 200 OK\r\n", "nonsense\r\n", "\r\n"}));
    EXPECT_TRUE(head.fields().empty());
    EXPECT_NE(head.text().find("nonsense\r\n"), std::string::npos);
}

} // namespace
} // namespace stillwatch::net
