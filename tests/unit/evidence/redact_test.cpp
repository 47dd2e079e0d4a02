#include "evidence/redact.hpp"

#include "evidence/gzip.hpp"
#include "evidence/package.hpp"
#include "evidence/verify.hpp"
#include "evidence/zip.hpp"
#include "tests/support/sample_capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Redact, RequestsLoseCookiesCredentialsAndConfiguredHeaders)
{
    const std::vector<std::string> secret{"X-Session"};
    const auto request = redact_request("GET / HTTP/1.1\r\nHost: a\r\nCOOKIE: a=1\r\nAuthorization:Basic "
                                        "x\r\nx-session: s\r\nAccept: */*\r\n\r\n",
                                        secret);
    EXPECT_EQ(request.head, "GET / HTTP/1.1\r\nHost: a\r\nCOOKIE: redacted\r\nAuthorization: redacted\r\n"
                            "x-session: redacted\r\nAccept: */*\r\n\r\n");
    EXPECT_THAT(request.names, ElementsAre("Authorization", "COOKIE", "x-session"));
}

TEST(Redact, AnswersLoseCookiesInEveryForm)
{
    const auto answer = redact_response(
        "HTTP/1.1 200 OK\nSet-Cookie: a=1; Path=/\n\t; Secure=2\nset-cookie : b=2\r\nA: b\n\n", {}, {});
    EXPECT_EQ(answer.head,
              "HTTP/1.1 200 OK\nSet-Cookie: redacted\n redacted\nset-cookie : redacted\r\nA: b\n\n");
    EXPECT_THAT(answer.names, ElementsAre("Set-Cookie", "set-cookie"));
}

TEST(Redact, WhatAServerEchoesIsReplacedWhereverItStandsInTheHead)
{
    const std::vector<std::string> names{"X-Session", "Content-Type"};
    const std::vector<std::string> values{"canary-session"};
    const auto answer =
        redact_response("HTTP/1.1 200 canary-session\r\nX-SESSION: other\r\nX-Echo: <canary-session>\r\n"
                        "Content-Type: image/png\r\nLocation: /?s=canary-session\r\n\r\n",
                        names, values);
    EXPECT_EQ(answer.head, "HTTP/1.1 200 redacted\r\nX-SESSION: redacted\r\nX-Echo: <redacted>\r\n"
                           "Content-Type: image/png\r\nLocation: /?s=redacted\r\n\r\n");
    EXPECT_THAT(answer.names, ElementsAre("Location", "X-Echo", "X-SESSION", "first line"));
}

TEST(Redact, CookiesThatAnAnswerSetsAreSecretsOfTheWholeExchange)
{
    Fetched redirect{.url = Url::parse("https://board.example/").value()};
    redirect.headers = {{"Set-Cookie", "sid=8f14e45fceea; Path=/gallery; HttpOnly"},
                        {"set-cookie", "age=ok"}};
    Fetched page{.url = Url::parse("https://board.example/t").value()};
    const std::vector<const Fetched*> exchanges{&redirect, &page};
    const auto values = secrets_of(exchanges);
    EXPECT_THAT(values, ElementsAre("8f14e45fceea"));
    const auto answer =
        redact_response("HTTP/1.1 302 Found\r\nLocation: /gallery?s=8f14e45fceea\r\n\r\n", {}, values);
    EXPECT_EQ(answer.head, "HTTP/1.1 302 Found\r\nLocation: /gallery?s=redacted\r\n\r\n");
}

TEST(Redact, NoCookieTakesAwayWhatSaysHowToReadTheBody)
{
    const std::vector<std::string> values{"image/jpeg", "Sun, 29 Nov 2026 10:54:45 GMT"};
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nDate: Sun, 29 Nov 2026 10:54:45 "
                             "GMT\r\n\r\n";
    EXPECT_EQ(redact_response(head, {}, values).head, head);
}

TEST(Redact, AHeadWithoutSecretsStaysByteForByte)
{
    const std::vector<std::string> values{"HTTP/1.1", "12345678"};
    const std::string head = "HTTP/1.1 200 OK\nContent-Length : 12345678\nX: a\n\t b\r\n\rX: 1\n";
    const auto answer = redact_response(head, {}, values);
    EXPECT_EQ(answer.head, head);
    EXPECT_TRUE(answer.names.empty());
}

// The clear bytes of every part, the records of the WARC file inflated.
std::string clear_text(ByteView archive)
{
    std::string text;
    const auto members = read_zip(archive).value().members;
    for (const auto& member : members) {
        text += as_text(member.content);
        if (member.name != warc_file) continue;
        for (auto rest = member.content; !rest.empty();)
            text += as_text(gunzip_member(rest, 1U << 24U).value());
    }
    return text;
}

TEST(Redact, NoSecretStandsInAPackageAndTheCheckStillHolds)
{
    auto capture = test::sample_capture();
    auto& page = capture.page[0];
    page.secrets = {"X-Api-Key", "Cookie"};
    page.request_head = "GET /thread/canary-page HTTP/1.1\r\nHost: board.example\r\nCookie: "
                        "sid=secret-cookie-one; t=secret-two\r\n"
                        "X-Api-Key: secret-key-of-site\r\nAuthorization: Bearer secret-bearer\r\n\r\n";
    page.response_head =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: sid=secret-new-cookie\r\n"
        "X-Api-Key: secret-key-of-site\r\nX-Debug: secret-cookie-one\r\n\r\n";
    auto& hop = capture.image[0];
    hop.request_head =
        "GET /i/1.jpg HTTP/1.1\r\nHost: board.example\r\nCookie: sid=secret-cookie-one; t=secret-two\r\n\r\n";
    hop.response_head =
        "HTTP/1.1 302 Found\r\nLocation: https://img.board.example/1.jpg\r\nSet-Cookie: secret-of-hop\r\n"
        "X-Was: secret-two\r\nContent-Length: 0\r\n\r\n";
    const auto package =
        make_package(test::sample_settings("", ""), test::sample_signing_key(), test::sample_facts(), capture)
            .value();
    const auto text = clear_text(package.archive);
    EXPECT_THAT(text, Not(HasSubstr("secret-")));
    EXPECT_THAT(text, HasSubstr("X-Stillwatch-Redacted: Authorization, Cookie, X-Api-Key\r\n"));
    EXPECT_THAT(text, HasSubstr("X-Stillwatch-Redacted: Set-Cookie, X-Api-Key, X-Debug\r\n"));
    const auto report = verify_package(package.archive, test::sample_signing_key().verify_key());
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->verdict, Verdict::whole)
        << (report->differences.empty() ? "" : report->differences.front());
    const auto& chain = report->manifest.at("image_fetch").as_object().at("chain").as_array();
    EXPECT_EQ(chain[0].as_object().at("redacted_response_headers"), (json::array{"Set-Cookie", "X-Was"}));
    EXPECT_EQ(chain[1].as_object().at("redacted_response_headers"), json::array());
}

} // namespace
} // namespace stillwatch::evidence
