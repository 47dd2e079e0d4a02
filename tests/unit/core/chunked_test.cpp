#include "core/chunked.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch {
namespace {

using End = Unchunked::End;

Unchunked of(std::string_view body)
{
    return unchunk(as_bytes(body));
}

Unchunked with(std::string_view payload, End end = End::complete)
{
    return {to_bytes(payload), end};
}

TEST(Chunked, LinesMayEndWithoutCarriageReturn)
{
    EXPECT_EQ(of("5\nhello\n0\n\n"), with("hello"));
    EXPECT_EQ(of("5\r\nhello\n1\n!\r\n0\n\n"), with("hello!"));
    EXPECT_EQ(of("2\r\nab\r\r\n0\r\n\r\n"), with("ab"));
}

TEST(Chunked, WhateverFollowsTheSizeIsSkipped)
{
    EXPECT_EQ(of("2;name=\"x;y\"\r\nab\r\n0;last\r\n\r\n"), with("ab"));
    EXPECT_EQ(of("2   \r\nab\r\n0\r\n\r\n"), with("ab"));
    EXPECT_EQ(of("2 junk\tx\r\nab\r\n0\r\n\r\n"), with("ab"));
    EXPECT_EQ(of("2g\r\nab\r\n0\r\n\r\n"), with("ab"));
}

TEST(Chunked, TrailersAndWhatComesBehindAreNoPayload)
{
    EXPECT_EQ(of("2\r\nab\r\n0\r\nTrailer: x\r\n\r\nHTTP/1.1 200 OK"), with("ab"));
    EXPECT_EQ(of("2\r\nab\r\n0\r\n"), with("ab"));
}

TEST(Chunked, LeadingZerosCountAmongSixteenDigits)
{
    EXPECT_EQ(of("0000000000000002\r\nab\r\n000\r\n\r\n"), with("ab"));
    EXPECT_EQ(of("00000000000000002\r\nab\r\n"), with("", End::broken));
}

TEST(Chunked, WhatEndsEarlyGivesWhatCame)
{
    EXPECT_EQ(of(""), with("", End::early));
    EXPECT_EQ(of("5"), with("", End::early));
    EXPECT_EQ(of("5\r\nab"), with("ab", End::early));
    EXPECT_EQ(of("2\r\nab"), with("ab", End::early));
    EXPECT_EQ(of("2\r\nab\r"), with("ab", End::early));
    EXPECT_EQ(of("2\r\nab\r\n"), with("ab", End::early));
    EXPECT_EQ(of("7fffffffffffffff\r\nab\r\n"), with("ab\r\n", End::early));
}

TEST(Chunked, WhatIsNoChunkBreaksIt)
{
    for (const auto* body :
         {"x\r\n", "-1\r\na\r\n", "\r\na", " 1\r\na", ";\r\na", "ffffffffffffffff\r\nab"}) {
        EXPECT_EQ(of(body), with("", End::broken)) << body;
    }
    EXPECT_EQ(of("1\r\nabc\r\n0\r\n\r\n"), with("a", End::broken));
    EXPECT_EQ(of("1\r\na\r\nzz\r\n"), with("a", End::broken));
}

} // namespace
} // namespace stillwatch
