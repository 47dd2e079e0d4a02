#include "net/curl_error.hpp"

#include <gtest/gtest.h>

namespace stillwatch::net {
namespace {

TEST(CurlError, ACodeBecomesSomethingToActOn)
{
    EXPECT_EQ(errc_of(CURLE_COULDNT_RESOLVE_HOST), Errc::unreachable);
    EXPECT_EQ(errc_of(CURLE_COULDNT_CONNECT), Errc::unreachable);
    EXPECT_EQ(errc_of(CURLE_PEER_FAILED_VERIFICATION), Errc::unreachable);
    EXPECT_EQ(errc_of(CURLE_SSL_CONNECT_ERROR), Errc::unreachable);
    EXPECT_EQ(errc_of(CURLE_GOT_NOTHING), Errc::unreachable);
    EXPECT_EQ(errc_of(CURLE_RECV_ERROR), Errc::unreachable);
    EXPECT_EQ(errc_of(CURLE_HTTP2), Errc::unreachable);
    EXPECT_EQ(errc_of(CURLE_OPERATION_TIMEDOUT), Errc::timed_out);
    EXPECT_EQ(errc_of(CURLE_WEIRD_SERVER_REPLY), Errc::malformed);
    EXPECT_EQ(errc_of(CURLE_UNSUPPORTED_PROTOCOL), Errc::malformed);
    EXPECT_EQ(errc_of(CURLE_FILESIZE_EXCEEDED), Errc::too_large);
    EXPECT_EQ(errc_of(CURLE_LOGIN_DENIED), Errc::refused);
    EXPECT_EQ(errc_of(CURLE_ABORTED_BY_CALLBACK), Errc::cancelled);
    EXPECT_EQ(errc_of(CURLE_URL_MALFORMAT), Errc::invalid_argument);
    EXPECT_EQ(errc_of(CURLE_OUT_OF_MEMORY), Errc::io);
}

TEST(CurlError, TheDetailSaysWhatWasTriedAndWhy)
{
    const auto error = to_error(CURLE_COULDNT_CONNECT, "GET http://board.example", "Connection refused");
    EXPECT_EQ(error, (Error{Errc::unreachable, "GET http://board.example: Connection refused"}));
}

TEST(CurlError, WithoutAMessageLibcurlsNameOfTheCodeStands)
{
    EXPECT_EQ(to_error(CURLE_OPERATION_TIMEDOUT, "GET http://a", "").detail,
              std::string("GET http://a: ") + curl_easy_strerror(CURLE_OPERATION_TIMEDOUT));
}

TEST(CurlError, TheDetailStaysOneShortLine)
{
    const auto error = to_error(CURLE_RECV_ERROR, "GET", "a\r\nb\x1b[0m" + std::string(1000, 'x') + "\n");
    EXPECT_EQ(error.detail.find_first_of("\r\n\x1b"), std::string::npos);
    EXPECT_LE(error.detail.size(), 305U);
}

} // namespace
} // namespace stillwatch::net
