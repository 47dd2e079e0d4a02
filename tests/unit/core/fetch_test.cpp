#include "core/fetch.hpp"

#include <gtest/gtest.h>

namespace stillwatch {
namespace {

Fetched chunked(std::string_view body, Cut cut = Cut::none)
{
    Fetched fetched{.url = Url::parse("http://a.example/").value()};
    fetched.headers = {{"transfer-encoding", " Chunked "}};
    fetched.peer.http_version = "http/1.1";
    fetched.body = to_bytes(body);
    fetched.cut = cut;
    return fetched;
}

TEST(Fetched, HeadersAreFoundInAnyCaseWithoutBlanks)
{
    Fetched fetched{.url = Url::parse("http://a.example/").value()};
    fetched.headers = {{"Content-TYPE", "\t text/html  "}, {"content-type", "second"}, {"Empty", "  "}};
    EXPECT_EQ(fetched.header("content-type"), "text/html");
    EXPECT_EQ(fetched.header("empty"), "");
    EXPECT_EQ(fetched.header("absent"), "");
}

TEST(Fetched, PayloadIsWithoutChunkLines)
{
    EXPECT_EQ(as_text(chunked("4\r\nab\r\n\r\n1;name=x\r\nc\r\n0\r\nTrailer: x\r\n\r\n").payload().value()), "ab\r\nc");
    EXPECT_EQ(as_text(chunked("A\r\n0123456789\r\n0\r\n\r\n").payload().value()), "0123456789");
    EXPECT_TRUE(chunked("0\r\n\r\n").payload().value().empty());
}

TEST(Fetched, OtherVersionsAndEncodingsAreNotUnchunked)
{
    auto fetched = chunked("1\r\na\r\n0\r\n\r\n");
    fetched.peer.http_version = "h2";
    EXPECT_EQ(fetched.payload().value(), fetched.body);
    fetched.peer.http_version = "http/1.1";
    fetched.headers.clear();
    EXPECT_EQ(fetched.payload().value(), fetched.body);
}

TEST(Fetched, ChunksThatEndEarlyAreMalformedUnlessTheBodyWasCut)
{
    for (const auto* body : {"", "5", "5\r\nab", "2\r\nab", "2\r\nab\r\n"}) {
        EXPECT_FALSE(chunked(body).payload().has_value()) << body;
        EXPECT_TRUE(chunked(body, Cut::size).payload().has_value()) << body;
    }
    EXPECT_EQ(as_text(chunked("5\r\nab", Cut::disconnect).payload().value()), "ab");
}

TEST(Fetched, BrokenChunkLinesAreMalformedEvenWhenCut)
{
    for (const auto* body : {"x\r\n", "-1\r\na\r\n", "\r\na", "1\r\nabc\r\n0\r\n\r\n", "1g\r\na\r\n0\r\n\r\n"}) {
        const auto payload = chunked(body, Cut::time).payload();
        ASSERT_FALSE(payload.has_value()) << body;
        EXPECT_EQ(payload.error().code, Errc::malformed);
    }
}

TEST(Fetched, ChunkSizesNearTheLimitOfNumbersDoNotWrap)
{
    EXPECT_FALSE(chunked("ffffffffffffffff\r\nab\r\n").payload().has_value());
    EXPECT_FALSE(chunked("fffffffffffffffe\r\nab\r\n").payload().has_value());
    EXPECT_FALSE(chunked("11111111111111111\r\nab\r\n").payload().has_value());
}

} // namespace
} // namespace stillwatch
