#include "evidence/compare.hpp"

#include "evidence/gzip.hpp"
#include "evidence/package.hpp"
#include "evidence/verify.hpp"
#include "evidence/warc.hpp"
#include "tests/support/package_forge.hpp"
#include "tests/support/sample_capture.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace stillwatch::evidence {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A package of `capture` whose manifest was changed before it was signed, by whoever holds the organisation's
// key.
Bytes forged(const Capture& capture, const std::function<void(json::object&)>& change,
             const vault::SigningKey& key = test::sample_signing_key())
{
    const auto honest =
        make_package(test::sample_settings("", ""), key, test::sample_facts(), capture).value();
    return test::forged(honest.archive, change, key);
}

// What verification names of it; the verdict must go with it.
std::vector<std::string> named(ByteView archive)
{
    const auto report = verify_package(archive, test::sample_signing_key().verify_key());
    if (!report) return {report.error().detail};
    EXPECT_EQ(report->verdict, report->differences.empty() ? Verdict::whole : Verdict::differs);
    return report->differences;
}

std::vector<std::string> named(const std::function<void(json::object&)>& change)
{
    return named(forged(test::sample_capture(), change));
}

json::object& image_of(json::object& manifest)
{
    return manifest["image_fetch"].as_object();
}

TEST(Compare, AnHonestPackageHasNoDifferences)
{
    EXPECT_THAT(named([](json::object&) {}), IsEmpty());
}

TEST(Compare, TheStatusIsThatOfTheRecord)
{
    EXPECT_THAT(named([](json::object& manifest) { image_of(manifest)["status"] = 404; }),
                ElementsAre("image_fetch.status: 404, the records say 200"));
    EXPECT_THAT(named([](json::object& manifest) { manifest["page_fetch"].as_object()["status"] = 404; }),
                ElementsAre("page_fetch.status: 404, the records say 200"));
}

TEST(Compare, AddressesAndPeersAreThoseOfTheRecords)
{
    EXPECT_THAT(named([](json::object& manifest) { image_of(manifest)["url"] = "https://other.example/"; }),
                ElementsAre("image_fetch.url: \"https://other.example/\", the records say "
                            "\"https://img.board.example/1.jpg\""));
    EXPECT_THAT(named([](json::object& manifest) { image_of(manifest)["peer_address"] = "192.0.2.9"; }),
                ElementsAre("image_fetch.peer_address: \"192.0.2.9\", the records say \"2001:db8::2\""));
    EXPECT_THAT(
        named([](json::object& manifest) { manifest["image_url"] = "https://other.example/1.jpg"; }),
        ElementsAre("image_url: https://other.example/1.jpg, the records hold http://board.example/i/1.jpg"));
    EXPECT_THAT(named([](json::object& manifest) { manifest["page_url"] = "https://other.example/"; }),
                testing::Contains("page_url: https://other.example/, the records hold "
                                  "https://board.example/thread/canary-page"));
}

TEST(Compare, TimesAreThoseOfTheRecords)
{
    EXPECT_THAT(
        named([](json::object& manifest) { image_of(manifest)["started_at"] = "2026-11-22T00:00:00.000Z"; }),
        ElementsAre("image_fetch.started_at: \"2026-11-22T00:00:00.000Z\", the records say "
                    "\"2026-11-23T02:17:00.550Z\""));
    EXPECT_THAT(
        named([](json::object& manifest) { image_of(manifest)["finished_at"] = "2026-11-23T02:17:09.000Z"; }),
        testing::SizeIs(1));
    EXPECT_THAT(
        named([](json::object& manifest) { manifest["recorded_at"] = "2026-11-23T02:17:00.751Z"; }),
        ElementsAre(
            "recorded_at: \"2026-11-23T02:17:00.751Z\", the records say \"2026-11-23T02:17:00.750Z\""));
}

TEST(Compare, TheChainOfRedirectsIsThatOfTheRecords)
{
    const auto change = [](json::object& manifest) {
        image_of(manifest)["chain"].as_array()[0].as_object()["url"] = "http://other.example/";
    };
    EXPECT_THAT(named(change), testing::SizeIs(1));
    EXPECT_THAT(named([](json::object& manifest) { image_of(manifest)["redirects"] = 2; }),
                ElementsAre("data.warc.gz: 3 exchanges, the manifest tells of 4"));
    EXPECT_THAT(named([](json::object& manifest) { manifest["page_fetch"] = nullptr; }),
                ElementsAre("data.warc.gz: 3 exchanges, the manifest tells of 2"));
    // An exchange moved from the picture to the page.
    EXPECT_THAT(named([](json::object& manifest) {
                    image_of(manifest)["redirects"] = 0;
                    manifest["page_fetch"].as_object()["redirects"] = 1;
                }),
                testing::Not(IsEmpty()));
}

TEST(Compare, ARedirectThatLeadsElsewhereIsNamed)
{
    auto capture = test::sample_capture();
    capture.image[0].response_head =
        "HTTP/1.1 302 Found\r\nLocation: https://other.example/\r\nContent-Length: 0\r\n\r\n";
    EXPECT_THAT(named(forged(capture, [](json::object&) {})),
                ElementsAre("image_fetch: http://board.example/i/1.jpg does not redirect to "
                            "https://img.board.example/1.jpg"));
}

TEST(Compare, ASwappedPictureIsNamedUnderAnyKey)
{
    auto capture = test::sample_capture();
    capture.image[1].body = test::noise(3000, 2);
    EXPECT_THAT(named(forged(capture, [](json::object&) {})),
                ElementsAre(testing::HasSubstr("content_sha256: \"")));
    const auto forger = vault::SigningKey::generate();
    const auto report = verify_package(forged(
                                           capture, [](json::object&) {}, forger),
                                       test::sample_signing_key().verify_key())
                            .value();
    EXPECT_EQ(report.verdict, Verdict::unproven);
    EXPECT_TRUE(report.key_differs);
    EXPECT_THAT(report.differences, ElementsAre(testing::HasSubstr("content_sha256: \"")));
}

TEST(Compare, APictureInsideADocumentHasTheRecordsOfTheDocument)
{
    const auto digest = Sha256::of(as_bytes("picture")).hex();
    const auto inside = [&](json::object& manifest) {
        manifest["image_url"] = "http://board.example/i/1.jpg#sha256-" + digest;
        manifest["content_sha256"] = digest;
    };
    EXPECT_THAT(named(inside), IsEmpty());
    EXPECT_THAT(named([&](json::object& manifest) {
                    inside(manifest);
                    manifest["content_sha256"] = Sha256::of(as_bytes("another")).hex();
                }),
                ElementsAre(testing::StartsWith("content_sha256: ")));
    EXPECT_THAT(named([&](json::object& manifest) {
                    inside(manifest);
                    manifest["image_url"] = "http://board.example/other#sha256-" + digest;
                }),
                ElementsAre(testing::StartsWith("image_url: ")));
}

TEST(Compare, WhatNoRecordBearsOutIsNamed)
{
    EXPECT_THAT(named([](json::object& manifest) { manifest["police_number"] = "17"; }),
                ElementsAre("police_number: \"17\", no record bears it out"));
    EXPECT_THAT(named([](json::object& manifest) { image_of(manifest)["proxy"] = "socks5h://x"; }),
                ElementsAre("image_fetch.proxy: \"socks5h://x\", no record bears it out"));
    EXPECT_THAT(named([](json::object& manifest) { manifest["organisation"] = "Another"; }),
                ElementsAre("organisation: \"Another\", the records say \"Example Helpline\""));
    EXPECT_THAT(named([](json::object& manifest) { manifest["page_state"] = "gone"; }),
                ElementsAre("page_state: gone, the records hold status 200"));
    EXPECT_THAT(
        named([](json::object& manifest) { manifest["signing_key_id"] = "0011223344556677"; }),
        ElementsAre(testing::HasSubstr("signing_key_id: 0011223344556677, the package is signed with ")));
    EXPECT_THAT(named([](json::object& manifest) { image_of(manifest).erase("status"); }),
                ElementsAre("image_fetch.status: nothing, the records say 200"));
}

TEST(Compare, PackagesFromBeforeChainsWereListedHold)
{
    EXPECT_THAT(named([](json::object& manifest) {
                    image_of(manifest).erase("chain");
                    manifest["page_fetch"].as_object().erase("chain");
                }),
                IsEmpty());
}

// A 404 whose second line says 200 (the head as it came): status and line stand in manifest and record alike.
TEST(Compare, AHeaderLikeAStatusLineChangesNeitherStatusNorRecord)
{
    auto capture = test::sample_capture();
    auto& image = capture.image[1];
    image.peer.http_version = "http/1.1";
    image.response_head = "HTTP/1.1 404 Not Found\r\nHTTP/1.1 200 OK: x\r\ncontent-type: image/jpeg\r\n\r\n";
    image.status = 404;
    image.headers = {{"HTTP/1.1 200 OK", "x"}, {"content-type", "image/jpeg"}};
    const auto package =
        make_package(test::sample_settings("", ""), test::sample_signing_key(), test::sample_facts(), capture)
            .value();
    EXPECT_THAT(named(package.archive), IsEmpty());
    const auto report = verify_package(package.archive, test::sample_signing_key().verify_key()).value();
    EXPECT_EQ(report.chains.image.back().fetched.response_head, image.response_head);
    EXPECT_EQ(report.chains.image.back().fetched.status, 404);
}

} // namespace
} // namespace stillwatch::evidence
