#include "evidence/report.hpp"

#include "evidence/package.hpp"
#include "tests/support/sample_capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

using testing::HasSubstr;
using testing::Not;

VerifyReport report_of(const Capture& capture,
                       const EvidenceSettings& settings = test::sample_settings("", ""))
{
    const auto key = test::sample_signing_key();
    const auto package = make_package(settings, key, test::sample_facts(), capture).value();
    auto report = verify_package(package.archive, key.verify_key());
    return std::move(report).value();
}

std::vector<std::string> names_of(const std::vector<ExtractedBody>& bodies)
{
    std::vector<std::string> names;
    for (const auto& body : bodies)
        names.push_back(body.name);
    return names;
}

Capture capture_with(std::string_view picture, const std::string& more_headers = "")
{
    auto capture = test::sample_capture();
    capture.image[1].body = to_bytes(picture);
    capture.image[1].response_head = "HTTP/2 200 \r\ncontent-type: image/jpeg\r\n" + more_headers + "\r\n";
    return capture;
}

TEST(Report, BodiesAreThoseOfTheLastAnswersUnderNamesOfOurOwn)
{
    const auto bodies = bodies_of(report_of(capture_with("\xFF\xD8\xFF the picture")));
    EXPECT_EQ(names_of(bodies), (std::vector<std::string>{"page.txt", "picture.jpg"}));
    EXPECT_EQ(as_text(bodies[0].bytes), "<p>canary-page-content</p>");
    EXPECT_EQ(as_text(bodies[1].bytes), "\xFF\xD8\xFF the picture");
}

TEST(Report, EndingsFollowTheFirstBytesNotWhatTheServerSays)
{
    EXPECT_EQ(bodies_of(report_of(capture_with("\x89PNG\r\n\x1a\n")))[1].name, "picture.png");
    EXPECT_EQ(bodies_of(report_of(capture_with("RIFF....WEBPVP8 ")))[1].name, "picture.webp");
    EXPECT_EQ(bodies_of(report_of(capture_with("<html>")))[1].name, "picture.bin");
}

TEST(Report, WhatIsStillEncodedSaysSo)
{
    EXPECT_EQ(bodies_of(report_of(capture_with("\x1f\x8b...", "content-encoding: gzip\r\n")))[1].name,
              "picture.gz");
    EXPECT_EQ(bodies_of(report_of(capture_with("...", "content-encoding: ../../x\r\n")))[1].name,
              "picture.encoded");
    EXPECT_EQ(bodies_of(report_of(capture_with("GIF89a", "content-encoding: gzip\r\n")))[1].name,
              "picture.gif");
}

TEST(Report, TheVerdictAndItsDifferencesStandFirst)
{
    const auto report = report_of(capture_with("GIF89a"));
    const auto lines = report_lines(report, bodies_of(report));
    EXPECT_EQ(report.verdict, Verdict::differs);
    EXPECT_THAT(lines[0].second, HasSubstr("DIFFERS"));
    EXPECT_THAT(lines[1].second, HasSubstr("content_sha256"));
}

TEST(Report, TextOfStrangersIsShownAndNotObeyed)
{
    auto settings = test::sample_settings("", "");
    settings.organisation = "<script>alert('x')</script>&\"\xC2\x9B\xE2\x80\xAE";
    auto capture = test::sample_capture();
    const auto report = report_of(capture, settings);
    const auto lines = report_lines(report, bodies_of(report));
    const auto html = report_html(lines);
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"));
    EXPECT_THAT(html, HasSubstr("default-src 'none'"));
    for (const auto* remote : {"<img", "<link", "<a ", "src=", "url("})
        EXPECT_THAT(html, Not(HasSubstr(remote)));
    EXPECT_THAT(report_text(lines), Not(HasSubstr("\xC2\x9B")));
    EXPECT_THAT(report_text(lines), Not(HasSubstr("\xE2\x80\xAE")));
}

} // namespace
} // namespace stillwatch::evidence
