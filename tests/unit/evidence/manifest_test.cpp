#include "evidence/manifest.hpp"

#include "evidence/sorted_json.hpp"

#include "tests/support/sample_capture.hpp"

#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

const std::vector<PackageFile> sample_files{{"data.warc.gz", 10, Sha256::of(as_bytes("x"))}};

json::object manifest_of(const EvidenceFacts& facts, const Capture& capture)
{
    const auto text = render_manifest(test::sample_settings("", ""), facts, capture,
                                      {"0011223344556677", "key of the archive"}, sample_files);
    return parse_json(text).value().as_object();
}

TEST(SortedJson, SortsMembersAtEveryLevel)
{
    const json::value value{{"b", 1}, {"a", {{"d", nullptr}, {"c", {true, "x\ny"}}}}, {"e", json::object()}};
    EXPECT_EQ(sorted_json(value),
              "{\n  \"a\": {\n    \"c\": [\n      true,\n      \"x\\ny\"\n    ],\n    \"d\": null\n  },"
              "\n  \"b\": 1,\n  \"e\": {}\n}\n");
}

TEST(SortedJson, WritesNumbersShortAndExact)
{
    EXPECT_EQ(sorted_json(0.92), "0.92\n");
    EXPECT_EQ(sorted_json(1.0), "1\n");
    EXPECT_EQ(sorted_json(-3), "-3\n");
}

TEST(Manifest, SaysWhatWasFoundWhereAndWhen)
{
    const auto manifest = manifest_of(test::sample_facts(), test::sample_capture());
    EXPECT_EQ(text_member(manifest, "format"), "stillwatch-evidence-2");
    EXPECT_EQ(text_member(manifest, "case"), "C-7F3K");
    EXPECT_EQ(text_member(manifest, "page_url"), "https://board.example/thread/canary-page");
    EXPECT_EQ(text_member(manifest, "image_url"), "http://board.example/i/1.jpg");
    EXPECT_EQ(text_member(manifest, "recorded_at"), "2026-11-23T02:17:00.750Z");
    EXPECT_EQ(text_member(manifest, "organisation"), "Example Helpline");
    EXPECT_EQ(text_member(manifest, "software"), "stillwatch 0.1.0");
    EXPECT_EQ(text_member(manifest, "signing_key_id"), "0011223344556677");
}

TEST(Manifest, ExplainsTheMatchAsData)
{
    const auto manifest = manifest_of(test::sample_facts(), test::sample_capture());
    const auto& match = manifest.at("match").as_object();
    EXPECT_EQ(text_member(match, "tier"), "near");
    EXPECT_EQ(text_member(match, "relation"), "copy");
    EXPECT_EQ(text_member(match, "reference"), "R-01");
    EXPECT_EQ(text_member(match, "orientation"), name_of(Orientation::flip_x));
    EXPECT_EQ(number_member(match, "distance_bits"), 12);
    EXPECT_EQ(number_member(match.at("explanation").as_object(), "threshold_bits"), 31);
}

TEST(Manifest, SaysWhatBecameOfThePage)
{
    auto facts = test::sample_facts();
    auto manifest = manifest_of(facts, test::sample_capture());
    EXPECT_EQ(text_member(manifest, "page_state"), "named");
    EXPECT_EQ(number_member(manifest.at("page_fetch").as_object(), "status"), 200);

    auto capture = test::sample_capture();
    capture.page.front().status = 404;
    facts.finding.page_state = PageState::gone;
    manifest = manifest_of(facts, capture);
    EXPECT_EQ(text_member(manifest, "page_state"), "gone");
    EXPECT_EQ(number_member(manifest.at("page_fetch").as_object(), "status"), 404);

    capture.page.clear();
    capture.page_error = "timed_out: connect to board.example:443";
    facts.finding.page_state = PageState::unavailable;
    manifest = manifest_of(facts, capture);
    EXPECT_EQ(text_member(manifest, "page_state"), "unavailable");
    EXPECT_TRUE(manifest.at("page_fetch").is_null());
    EXPECT_EQ(text_member(manifest, "page_error"), "timed_out: connect to board.example:443");
}

TEST(Manifest, CountsRedirectsAndNamesTheAnswer)
{
    const auto manifest = manifest_of(test::sample_facts(), test::sample_capture());
    const auto& image = manifest.at("image_fetch").as_object();
    EXPECT_EQ(number_member(image, "redirects"), 1);
    EXPECT_EQ(text_member(image, "url"), "https://img.board.example/1.jpg");
    EXPECT_EQ(text_member(image, "peer_address"), "2001:db8::2");
    EXPECT_EQ(text_member(image, "cut"), "none");
}

TEST(Manifest, ListsFilesWithDigestAndSize)
{
    const auto manifest = manifest_of(test::sample_facts(), test::sample_capture());
    const auto& file = manifest.at("files").as_array().at(0).as_object();
    EXPECT_EQ(text_member(file, "name"), "data.warc.gz");
    EXPECT_EQ(number_member(file, "size"), 10);
    EXPECT_EQ(text_member(file, "sha256"), Sha256::of(as_bytes("x")).hex());
}

TEST(Manifest, PrintsItsLimits)
{
    const auto manifest = manifest_of(test::sample_facts(), test::sample_capture());
    EXPECT_EQ(text_member(manifest, "limits"), limits_text());
    EXPECT_NE(limits_text().find("does not show"), std::string_view::npos);
}

} // namespace
} // namespace stillwatch::evidence
