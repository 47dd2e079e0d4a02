#include "frontier_contract.hpp"

namespace stillwatch::crawler {
namespace {

using testing::SizeIs;

TEST_P(Frontier, AVerdictComesBackAndANewerOneReplacesIt)
{
    const auto content = Sha256::of(as_bytes("bytes"));
    EXPECT_FALSE(database.verdict(content));
    ASSERT_TRUE(database.set_verdict({content, 3, 1, true, false}));
    ASSERT_TRUE(database.verdict(content));
    EXPECT_EQ(database.verdict(content)->generation, 3);
    EXPECT_TRUE(database.verdict(content)->matched);
    ASSERT_TRUE(database.set_verdict({content, 2, 1, false, false})); // the older comparison ended later
    EXPECT_TRUE(database.verdict(content)->matched);
    ASSERT_TRUE(database.set_verdict({content, 4, 2, false, true}));
    EXPECT_EQ(database.verdict(content)->version, 2);
    EXPECT_FALSE(database.verdict(content)->matched);
    EXPECT_TRUE(database.verdict(content)->undecodable);
    EXPECT_EQ(database.counts(at(0)).contents, 1);
}

TEST_P(Frontier, AnotherReaderReadsEveryPageAgain)
{
    ASSERT_TRUE(database.set_reader_version(1));
    auto result = ended(take("https://board.example/", at(0)), Outcome::page, at(1));
    result.content = Sha256::of(as_bytes("page"));
    result.etag = "\"x\"";
    result.due = at(1'000);
    ASSERT_TRUE(database.apply({result}));
    ASSERT_TRUE(database.set_reader_version(1));
    EXPECT_THAT(claimed(at(2)), SizeIs(0));
    ASSERT_TRUE(database.set_reader_version(2));
    const auto again = take("https://board.example/", at(2));
    EXPECT_FALSE(again.content);
    EXPECT_EQ(again.etag, "");
}

TEST_P(Frontier, RobotsAreKeptAsServed)
{
    EXPECT_FALSE(database.robots("https://board.example"));
    const std::string body("User-agent: *\nDisallow: /x\0\xff", 29);
    ASSERT_TRUE(database.set_robots({"https://board.example", at(1), 404, ""}));
    ASSERT_TRUE(database.set_robots({"https://board.example", at(2), 200, body}));
    const auto robots = database.robots("https://board.example");
    ASSERT_TRUE(robots);
    EXPECT_EQ(robots->fetched_at, at(2));
    EXPECT_EQ(robots->http_status, 200);
    EXPECT_EQ(robots->body, body);
}

TEST_P(Frontier, CoverageTellsEveryPictureOnce)
{
    std::vector<Discovered> links;
    const std::vector<Outcome> outcomes{Outcome::compared,   Outcome::unchanged, Outcome::undecodable,
                                        Outcome::too_small,  Outcome::gone,      Outcome::refused,
                                        Outcome::unreachable};
    for (const auto outcome : outcomes)
        links.push_back(picture("https://board.example/" + std::string(name_of(outcome))));
    links.push_back(picture("https://board.example/never"));
    read_page("https://board.example/", at(0), links);
    std::vector<VisitResult> results;
    for (const auto outcome : outcomes)
        results.push_back(
            ended(take("https://board.example/" + std::string(name_of(outcome)), at(1)), outcome, at(2), 4));
    ASSERT_TRUE(database.apply(results));

    const auto now = database.coverage(4);
    EXPECT_EQ(now.images, 8);
    EXPECT_EQ(now.compared, 2);
    EXPECT_EQ(now.undecodable, 1);
    EXPECT_EQ(now.too_small, 1);
    EXPECT_EQ(now.gone, 1);
    EXPECT_EQ(now.unreachable, 2);
    EXPECT_EQ(now.pending, 1);

    const auto later =
        database.coverage(5); // a new reference: only what answers badly is not asked again at once
    EXPECT_EQ(later.images, 8);
    EXPECT_EQ(later.compared, 0);
    EXPECT_EQ(later.unreachable, 1);
    EXPECT_EQ(later.pending, 7);
}

TEST_P(Frontier, CountsFollowTheVisits)
{
    EXPECT_EQ(database.counts(at(0)).pages, 1);
    EXPECT_EQ(database.counts(at(0)).due, 1);
    read_page("https://board.example/", at(0),
              {picture("https://board.example/a.jpg"), page_link("https://board.example/1")});
    const auto counts = database.counts(at(1));
    EXPECT_EQ(counts.pages, 2);
    EXPECT_EQ(counts.images, 1);
    EXPECT_EQ(counts.due, 2);
    EXPECT_EQ(database.counts(at(4000)).due, 3);
}

TEST_P(Frontier, AResultOfAnUnknownAddressIsPassedOver)
{
    VisitResult result;
    result.id = UrlId{12345};
    result.outcome = Outcome::page;
    result.discovered = {page_link("https://board.example/x")};
    ASSERT_TRUE(database.apply({result}));
    EXPECT_EQ(database.counts(at(0)).pages, 1);
}

TEST_P(Frontier, ARepeatedOfferIsTheSameAddress)
{
    for (int i = 0; i < 3; ++i)
        read_page("https://board.example/", at(i * 4000),
                  {page_link("https://board.example/1"), page_link("https://board.example/1#x")});
    EXPECT_EQ(database.counts(at(0)).pages, 2);
    EXPECT_EQ(database.integrity(), "ok");
}

TEST(FrontierFile, WhatIsKnownSurvivesAReopening)
{
    TemporaryDirectory other;
    {
        UrlFrontier earlier(frontier_in_file(other / "f.db"));
        ASSERT_TRUE(earlier.set_sites({sample_site()}));
    }
    UrlFrontier later(frontier_in_file(other / "f.db"));
    ASSERT_TRUE(later.set_sites({sample_site()})); // the same key: the seed is known
    EXPECT_EQ(later.counts(at(0)).pages, 1);
}

TEST_P(Frontier, TellsWhetherAPageNamesAPictureThatIsNew)
{
    read_page("https://board.example/", at(0), {picture("https://img.board.example/a.jpg")});
    EXPECT_EQ(database.new_images(
                  {picture("https://img.board.example/a.jpg"), page_link("https://board.example/new")}),
              0);
    EXPECT_EQ(database.new_images({picture("https://img.board.example/b.jpg"),
                                   picture("https://img.board.example/b.jpg"),
                                   picture("https://img.board.example/c.jpg")}),
              2);
}

} // namespace
} // namespace stillwatch::crawler
