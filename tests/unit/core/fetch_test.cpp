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
    EXPECT_EQ(as_text(chunked("4\r\nab\r\n\r\n1;name=x\r\nc\r\n0\r\nTrailer: x\r\n\r\n").payload().value()),
              "ab\r\nc");
    EXPECT_EQ(as_text(chunked("A\r\n0123456789\r\n0\r\n\r\n").payload().value()), "0123456789");
    EXPECT_TRUE(chunked("0\r\n\r\n").payload().value().empty());
}

TEST(Fetched, OtherVersionsAndEncodingsAreNotUnchunked)
{
    auto fetched = chunked("1\r\na\r\n0\r\n\r\n");
    fetched.peer.http_version = "h2";
    EXPECT_EQ(fetched.payload().value(), fetched.body);
    fetched.peer.http_version = "http/1.1";
    for (const auto* other : {"identity", "gzip", "chunked2", ""}) {
        fetched.headers = {{"Transfer-Encoding", other}};
        EXPECT_EQ(fetched.payload().value(), fetched.body) << other;
    }
    fetched.headers.clear();
    EXPECT_EQ(fetched.payload().value(), fetched.body);
}

TEST(Fetched, ChunkedCountsInAnyListHeaderAndCase)
{
    using Fields = std::vector<HeaderField>;
    for (const auto& fields :
         {Fields{{"Transfer-Encoding", "identity, chunked"}}, Fields{{"Transfer-Encoding", "CHUNKED"}},
          Fields{{"Transfer-Encoding", "chunked, chunked"}}, Fields{{"Transfer-Encoding", " ,\tchunked ,"}},
          Fields{{"Transfer-Encoding", "identity"}, {"TRANSFER-ENCODING", "Chunked"}},
          Fields{{"Transfer-Encoding ", "chunked"}}, Fields{{"Transfer-Encoding", "gzip,chunked"}}}) {
        auto fetched = chunked("1\r\na\r\n0\r\n\r\n");
        fetched.headers = fields;
        EXPECT_EQ(as_text(fetched.payload().value()), "a") << fields.back().value;
        fetched.peer.http_version = "http/1.0";
        EXPECT_EQ(as_text(fetched.payload().value()), "a") << "libcurl and Firefox take it so";
    }
}

TEST(Fetched, WhatIsNoChunkFromItsFirstByteIsMalformed)
{
    EXPECT_EQ(chunked("\x89PNG\r\n").payload().error().code, Errc::malformed);
    EXPECT_EQ(as_text(chunked("2\r\nab\r\nxyz").payload().value()), "ab")
        << "what came before the fault is taken";
    EXPECT_EQ(as_text(chunked("5\r\nab", Cut::disconnect).payload().value()), "ab");
}

TEST(Fetched, EncodingsAreThoseOfEveryHeader)
{
    auto fetched = chunked("");
    EXPECT_EQ(fetched.encodings(), "");
    fetched.headers = {{"Content-Encoding", "identity"}, {"content-encoding", "gzip"}};
    EXPECT_EQ(fetched.encodings(), "identity, gzip");
    fetched.headers = {{"Content-Encoding", "br"}, {"Transfer-Encoding", "gzip, chunked"}};
    EXPECT_EQ(fetched.encodings(), "br, gzip") << "a transfer coding was applied last";
}

} // namespace
} // namespace stillwatch
