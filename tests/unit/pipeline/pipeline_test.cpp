#include "world.hpp"

#include "tests/support/files.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PipelineTest : public testing::Test, protected World {
protected:
    PipelineTest() { use_settings(); }
};

TEST_F(PipelineTest, APageTellsWhatIsInScopeOnly)
{
    serve(start, "a https://board.example/t/1\n"
                 "img https://img.board.example/1.jpg\n"
                 "a https://elsewhere.example/\n"
                 "img https://cdn.example/2.jpg\n"
                 "a mailto:someone\n"
                 "a https://board.example/logout\n");
    const auto visit = claim().at(0);
    const auto result = run(pipeline.visit(visit)).value();
    EXPECT_EQ(result.outcome, Outcome::page);
    EXPECT_EQ(result.http_status, 200);
    ASSERT_THAT(result.discovered, SizeIs(2));
    EXPECT_EQ(result.discovered[0].url.text(), "https://board.example/t/1");
    EXPECT_EQ(result.discovered[0].kind, LinkKind::page);
    EXPECT_EQ(result.discovered[0].site, "board");
    EXPECT_EQ(result.discovered[1].url.text(), image);
    EXPECT_EQ(result.discovered[1].kind, LinkKind::image);
    EXPECT_EQ(counters.total("links_left_out_total"), 4);
    EXPECT_GT(result.due, clock.now());
}

TEST_F(PipelineTest, DocumentsThatLeadOnAreRead)
{
    const auto outcome_as = [&](const std::string& type, const std::string& body) {
        serve(start, body, {{"Content-Type", type}});
        return run(pipeline.visit(claim().at(0))).value();
    };
    for (const auto* type :
         {"text/css", "application/json", "application/rss+xml", "text/vtt", "text/plain; charset=x"}) {
        const auto result = outcome_as(type, "a https://board.example/next\n");
        EXPECT_EQ(result.outcome, Outcome::page) << type;
        EXPECT_THAT(result.discovered, SizeIs(1)) << type;
        const std::vector<UrlId> visited{result.id};
        stores.frontier().release(visited).value();
    }
    EXPECT_EQ(outcome_as("text/javascript", "x").outcome, Outcome::other);
}

TEST_F(PipelineTest, ALongListIsReadToItsEnd)
{
    const auto page = [](int number) { return "https://board.example/list?page=" + std::to_string(number); };
    const int pages = 3 * settings.crawl->sites.at("board")->max_depth;
    serve(start, "a " + page(1));
    for (int number = 1; number < pages; ++number)
        serve(page(number), "a " + page(number + 1));
    serve(page(pages), "img " + image);
    serve(image, picture_file("sea"));
    EXPECT_TRUE(crawl().contains(image));
}

TEST_F(PipelineTest, OneDocumentIsOneAddress)
{
    serve(start, "a https://board.example/t?utm_source=x\na https://board.example/t;jsessionid=5\n"
                 "a https://board.example/robots.txt\n");
    const auto result = run(pipeline.visit(claim().at(0))).value();
    ASSERT_THAT(result.discovered, SizeIs(2));
    for (const auto& link : result.discovered)
        EXPECT_EQ(link.url.text(), "https://board.example/t");
}

TEST_F(PipelineTest, RobotsNameSitemapsOnceARun)
{
    auto crawl = std::make_shared<crawler::CrawlSettings>(*settings.crawl);
    auto rules = *crawl->sites.at("board");
    rules.robots = crawler::RobotsPolicy::obey;
    crawl->sites["board"] = std::make_shared<const crawler::SiteRules>(rules);
    settings.crawl = crawl;
    use_settings();
    serve("https://board.example/robots.txt", "Sitemap: /s.xml\nSitemap: https://elsewhere.example/s.xml\n");
    serve(start, "");
    const auto visit = claim().at(0);
    const auto first = run(pipeline.visit(visit)).value();
    ASSERT_THAT(first.discovered, SizeIs(1));
    EXPECT_EQ(first.discovered[0].url.text(), "https://board.example/s.xml");
    EXPECT_EQ(first.discovered[0].mechanism, Mechanism::sitemap);
    EXPECT_THAT(run(pipeline.visit(visit)).value().discovered, IsEmpty());
}

TEST_F(PipelineTest, AnUnknownSiteIsNotAsked)
{
    auto visit = claim().at(0);
    visit.site = "taken-off-the-list";
    EXPECT_EQ(run(pipeline.visit(visit)).value().outcome, Outcome::refused);
    EXPECT_THAT(web.asked, IsEmpty());
}

TEST_F(PipelineTest, AnswersAndFailuresHaveTheirOutcomes)
{
    const auto visit = claim().at(0);
    const auto outcome_of = [&](ScriptedFetcher::Script script) {
        web.pages[start] = std::move(script);
        return run(pipeline.visit(visit)).value().outcome;
    };
    EXPECT_EQ(outcome_of(ScriptedFetcher::status(404)), Outcome::gone);
    EXPECT_EQ(outcome_of(ScriptedFetcher::status(410)), Outcome::gone);
    EXPECT_EQ(outcome_of(ScriptedFetcher::status(403)), Outcome::unreachable);
    EXPECT_EQ(outcome_of(ScriptedFetcher::status(500)), Outcome::unreachable);
    EXPECT_EQ(outcome_of(ScriptedFetcher::fails(Errc::refused)), Outcome::refused);
    EXPECT_EQ(outcome_of(ScriptedFetcher::redirect("https://elsewhere.example/")), Outcome::refused);
    EXPECT_EQ(outcome_of(ScriptedFetcher::status(200, {{"Content-Type", "video/mp4"}}, "x")), Outcome::other);
    EXPECT_EQ(outcome_of(ScriptedFetcher::status(200, {{"Content-Type", "image/x-raw"}}, "x")),
              Outcome::other);
    // It may name pictures, as a page does.
    EXPECT_EQ(outcome_of(ScriptedFetcher::status(200, {{"Content-Type", "image/svg+xml"}}, "<svg/>")),
              Outcome::page);
    EXPECT_EQ(outcome_of([](const FetchRequest& request) {
                  auto answer =
                      ScriptedFetcher::status(200, {{"Transfer-Encoding", "chunked"}}, "nonsense")(request);
                  answer->peer.http_version = "http/1.1";
                  answer->cut = Cut::disconnect; // as libcurl ends it
                  return answer;
              }),
              Outcome::unreachable);
    // Last, because the host is left alone for a while after it.
    EXPECT_EQ(outcome_of(ScriptedFetcher::fails(Errc::unreachable)), Outcome::unreachable);
    EXPECT_THAT(counters.by_label("fetch_errors_total"),
                ElementsAre(testing::Pair("refused", 2), testing::Pair("timed_out", 1),
                            testing::Pair("unreachable", 1)));
}

TEST_F(PipelineTest, APictureIsComparedHoweverItsChunksAreAnnounced)
{
    (void)enrol(open_case(), picture_file("sea"));
    const auto picture = picture_file("sea", "smaller");
    std::string in_chunks = fmt::format("{:x}\n", picture.size());
    in_chunks += picture + "\n0\n\n";
    serve(start, "img " + image);
    web.pages[image] = [&](const FetchRequest& request) {
        auto answer = ScriptedFetcher::status(
            200, {{"Transfer-Encoding", "identity"}, {"Transfer-Encoding", "Chunked"}}, in_chunks)(request);
        answer->peer.http_version = "http/1.1";
        return answer;
    };
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(PipelineTest, APictureThatOnlyPretendsToBeChunkedIsComparedAsItCame)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve(start, "img " + image);
    web.pages[image] = [&](const FetchRequest& request) {
        auto answer = ScriptedFetcher::status(200, {{"Transfer-Encoding", "chunked"}},
                                              picture_file("sea", "smaller"))(request);
        answer->peer.http_version = "http/1.1";
        answer->cut = Cut::disconnect;
        return answer;
    };
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(PipelineTest, BytesDecideWhatAnAddressIs)
{
    serve(start, picture_file("sea"), {{"Content-Type", "text/html"}});
    EXPECT_EQ(run(pipeline.visit(claim().at(0))).value().kind, LinkKind::image);
}

TEST_F(PipelineTest, UnchangedPagesAreNotReadAgain)
{
    serve(start, "a https://board.example/t/1");
    serve("https://board.example/t/1", "");
    (void)crawl();
    const auto read = inspector.pages_read;
    const auto results = crawl_later();
    EXPECT_EQ(results.at(start).outcome, Outcome::page);
    EXPECT_EQ(inspector.pages_read, read);
    serve(start, "a https://board.example/t/2");
    EXPECT_THAT(crawl_later().at(start).discovered, SizeIs(1));
}

TEST_F(PipelineTest, AnUnchangedPageIsAskedForWithItsValidator)
{
    serve_with_etag(start, "img " + image, "\"v1\"");
    (void)crawl();
    EXPECT_EQ(crawl_later().at(start).outcome, Outcome::unchanged);
    EXPECT_THAT(last_headers(start), testing::Contains(HeaderField{"If-None-Match", "\"v1\""}));
    EXPECT_EQ(inspector.pages_read, 1);
}

TEST_F(PipelineTest, AMatchingPictureIsRecordedBeforeTheVisitEnds)
{
    const auto c = open_case();
    const auto reference = enrol(c, picture_file("sea"));
    serve(start, "img " + image);
    serve(image, picture_file("sea", "smaller"), {{"ETag", "\"v1\""}});
    for (const auto& visit : claim())
        stores.frontier().apply({run(pipeline.visit(visit)).value()}).value();

    const auto visit = claim().at(0);
    const auto result = run(pipeline.visit(visit)).value();
    // Nothing was applied to the frontier yet: what is there now is there for good.
    const auto found = findings();
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].case_id, c.id);
    EXPECT_EQ(found[0].reference, reference);
    EXPECT_EQ(found[0].page_url.text(), start);
    EXPECT_EQ(found[0].image_url.text(), image);
    EXPECT_EQ(found[0].match.tier, Tier::near);
    EXPECT_EQ(found[0].page_state, PageState::named);
    EXPECT_EQ(found[0].content, Sha256::of(as_bytes(picture_file("sea", "smaller"))));
    EXPECT_THAT(evidence_files(), ElementsAre(found[0].evidence_file));
    EXPECT_EQ(Sha256::of(stillwatch::test::read_file(evidence / found[0].evidence_file)),
              found[0].evidence_digest);

    const auto alerts = stores.cases().alerts(10);
    ASSERT_THAT(alerts, SizeIs(2));
    EXPECT_EQ(alerts[0].alert_id, alerts[1].alert_id);
    EXPECT_NE(alerts[0].channel, alerts[1].channel);
    EXPECT_EQ(alerts[0].event.find("board.example"), std::string::npos);
    EXPECT_EQ(told, 1);
    EXPECT_EQ(counters.by_label("findings_total").at("near"), 1);

    EXPECT_EQ(result.outcome, Outcome::compared);
    ASSERT_TRUE(result.verdict);
    EXPECT_TRUE(result.verdict->matched);
    EXPECT_EQ(result.verdict->generation, references.current()->generation());
}

TEST_F(PipelineTest, WhatMatchesNothingLeavesAVerdictOnly)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve(start, "img " + image);
    serve(image, picture_file("hill"));
    const auto results = crawl();
    ASSERT_TRUE(results.at(image).verdict);
    EXPECT_FALSE(results.at(image).verdict->matched);
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_THAT(evidence_files(), IsEmpty());
    EXPECT_EQ(told, 0);
}

TEST_F(PipelineTest, KnownBytesElsewhereAreAPlaceOfTheFindingWithoutBeingReadAgain)
{
    (void)enrol(open_case(), picture_file("sea"));
    const std::string copy = "https://img.board.example/copy.jpg";
    serve(start, "img " + image + "\na https://board.example/t/1\nimg https://img.board.example/hill.jpg");
    serve("https://board.example/t/1", "img " + copy + "\nimg https://img.board.example/hill-copy.jpg");
    serve(image, picture_file("sea", "small"));
    serve(copy, picture_file("sea", "small"));
    serve("https://img.board.example/hill.jpg", picture_file("hill"));
    serve("https://img.board.example/hill-copy.jpg", picture_file("hill"));
    (void)crawl();
    const auto found = occurrences();
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_EQ(found[0].finding, found[1].finding);
    EXPECT_NE(found[0].image_url, found[1].image_url);
    EXPECT_EQ(found[1].match.distance_bits, found[0].match.distance_bits);
    EXPECT_EQ(inspector.pictures_read, 2); // the sea once and the hill once
    EXPECT_EQ(counters.total("pictures_known_total"), 2);
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(2));
}

TEST_F(PipelineTest, APageThatNamesAKnownMatchIsAPlaceOfTheFinding)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve(start, "img " + image + "\na https://board.example/t/1");
    serve(image, picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    serve("https://board.example/t/1", "img " + image);
    (void)crawl_later();
    EXPECT_THAT(findings(), SizeIs(1));
    ASSERT_THAT(occurrences(), SizeIs(2));
    EXPECT_EQ(occurrences()[1].page_url.text(), "https://board.example/t/1");
    EXPECT_EQ(inspector.pictures_read, 1);
}

TEST_F(PipelineTest, ARepeatedVisitTouchesAndTellsNobody)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve(start, "img " + image);
    serve(image, picture_file("sea"));
    (void)crawl();
    const auto before = findings().at(0);
    (void)crawl_later();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_GT(findings()[0].last_seen, before.last_seen);
    EXPECT_EQ(findings()[0].first_seen, before.first_seen);
    EXPECT_THAT(evidence_files(), SizeIs(1));
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(2));
    EXPECT_EQ(told, 1);
}

TEST_F(PipelineTest, EachCaseHasItsOwnFindingFromOneLookAtThePage)
{
    (void)enrol(open_case(), picture_file("sea"));
    (void)enrol(open_case(), picture_file("sea"));
    serve(start, "img " + image);
    serve(image, picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(2));
    EXPECT_NE(findings()[0].case_id, findings()[1].case_id);
    EXPECT_NE(findings()[0].evidence_file, findings()[1].evidence_file);
    EXPECT_EQ(web.times_asked(start), 2U); // its own visit and the recapture
}

TEST_F(PipelineTest, AnUndecodablePictureIsNotReadTwice)
{
    (void)enrol(open_case(), picture_file("sea"));
    inspector.picture_error = Error{Errc::undecodable, "the decoder refuses it"};
    serve(start, "img " + image);
    serve(image, picture_file("bomb"));
    const auto first = crawl();
    EXPECT_EQ(first.at(image).outcome, Outcome::undecodable);
    EXPECT_TRUE(first.at(image).verdict.value().undecodable);
    EXPECT_EQ(crawl_later().at(image).outcome, Outcome::undecodable);
    EXPECT_EQ(inspector.pictures_read, 1);
    // Also not for a new reference.
    (void)enrol(open_case(), picture_file("hill"));
    (void)crawl();
    EXPECT_EQ(inspector.pictures_read, 1);
}

TEST_F(PipelineTest, ATooSmallPictureIsRecordedAsSuch)
{
    (void)enrol(open_case(), picture_file("sea"));
    inspector.picture_error = Error{Errc::invalid_argument, "16 px"};
    serve(start, "img " + image);
    serve(image, picture_file("icon"));
    EXPECT_EQ(crawl().at(image).outcome, Outcome::too_small);
}

TEST_F(PipelineTest, AWorkerThatFailsByItselfLeavesNoVerdict)
{
    (void)enrol(open_case(), picture_file("sea"));
    inspector.picture_error = Error{Errc::io, "no worker can be started"};
    serve(start, "img " + image);
    serve_with_etag(image, picture_file("sea", "small"), "\"v1\"");
    const auto first = crawl();
    EXPECT_EQ(first.at(image).outcome, Outcome::waiting);
    EXPECT_FALSE(first.at(image).verdict);
    EXPECT_FALSE(first.at(image).content);
    inspector.picture_error.reset();
    (void)crawl_later();
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(PipelineTest, APageThatCannotBeReadIsTriedAgain)
{
    inspector.page_error = Error{Errc::io, "no worker can be started"};
    serve_with_etag(start, "img " + image, "\"v1\"");
    serve(image, picture_file("sea"));
    EXPECT_EQ(crawl().at(start).outcome, Outcome::waiting);
    inspector.page_error.reset();
    EXPECT_EQ(crawl_later().at(image).outcome, Outcome::compared);
}

TEST_F(PipelineTest, WithoutComparingNothingIsReadNorJudged)
{
    (void)enrol(open_case(), picture_file("sea"));
    settings.compares = false;
    use_settings();
    serve(start, "img " + image);
    serve(image, picture_file("sea"));
    for (const auto& visit : claim())
        stores.frontier().apply({run(pipeline.visit(visit)).value()}).value();
    const auto result = run(pipeline.visit(claim().at(0))).value();
    EXPECT_EQ(result.outcome, Outcome::compared);
    EXPECT_EQ(result.generation, 0);
    EXPECT_FALSE(result.verdict);
    EXPECT_EQ(inspector.pictures_read, 0);
}

TEST_F(PipelineTest, SomeTiersSayNothingAboutTheOthers)
{
    (void)enrol(open_case(), picture_file("sea"));
    settings.tiers = {Tier::exact};
    use_settings();
    serve(start, "img " + image);
    serve(image, picture_file("sea", "smaller"));
    ASSERT_TRUE(stores.cases().compare_tiers(settings.tiers, {"test", clock.now()}));
    EXPECT_TRUE(crawl().at(image).verdict);
    EXPECT_THAT(findings(), IsEmpty());
    settings.tiers.clear();
    use_settings();
    ASSERT_TRUE(stores.cases().compare_tiers({all_tiers.begin(), all_tiers.end()}, {"test", clock.now()}));
    ASSERT_TRUE(run(references.reload()));
    (void)crawl_later();
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(PipelineTest, CancelledVisitsAreNotDone)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve(start, "img " + image);
    serve(image, picture_file("sea"));
    const Error cancelled{Errc::cancelled, "we are stopping"};
    inspector.page_error = cancelled;
    const auto page = claim().at(0);
    EXPECT_EQ(run(pipeline.visit(page)).error(), cancelled);
    inspector.page_error.reset();
    stores.frontier().apply({run(pipeline.visit(page)).value()}).value();

    const auto picture = claim().at(0);
    inspector.picture_error = cancelled;
    EXPECT_EQ(run(pipeline.visit(picture)).error(), cancelled);
    inspector.picture_error.reset();
    inspector.page_error = cancelled; // at the recapture
    EXPECT_EQ(run(pipeline.visit(picture)).error(), cancelled);
    EXPECT_THAT(findings(), IsEmpty());
    fetcher.stop();
    EXPECT_EQ(run(pipeline.visit(picture)).error().code, Errc::cancelled);
}

} // namespace
} // namespace stillwatch::pipeline
