#include "frontier_contract.hpp"

namespace stillwatch::crawler {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;
using testing::StartsWith;

struct Maze : Frontier {
    // Visits `address` and says which pages it names and how many pictures nobody knew.
    void visit(const Visit& visited, std::int64_t news, std::vector<Discovered> links = {})
    {
        auto result = ended(visited, Outcome::page, at(++seconds));
        result.kind = LinkKind::page;
        result.depth = visited.depth;
        result.news = news;
        result.discovered = std::move(links);
        EXPECT_TRUE(database.apply({result}));
    }
    static std::vector<Discovered> pages(const std::string& start, int first, int count)
    {
        std::vector<Discovered> links;
        for (int i = 0; i < count; ++i)
            links.push_back(page_link("https://board.example" + start + std::to_string(first + i)));
        return links;
    }
    std::int64_t seconds = 0;
};
CONTRACT_OF(Maze);

TEST_P(Maze, PagesOfATrailThatBroughtNothingWaitBehindOthers)
{
    visit(take("https://board.example/", at(0)), 0, pages("/maze/", 0, 50));
    for (const auto& page : claim(at(1), 50))
        visit(page, 0);
    auto links = pages("/maze/", 100, 40);
    const auto board = pages("/board/", 0, 40);
    links.insert(links.end(), board.begin(), board.end());
    visit(take("https://board.example/", at(5'000)), 0, links);
    const auto claimed = texts(claim(at(100), 16));
    EXPECT_THAT(claimed, Contains(StartsWith("https://board.example/board/")).Times(15));
    EXPECT_THAT(claimed, Contains(StartsWith("https://board.example/maze/")).Times(1))
        << "a small share is left";
    EXPECT_THAT(claim(at(100), 1'000), SizeIs(64)) << "and all of it where nobody else waits";
}

TEST_P(Maze, APictureIsNeverBarren)
{
    visit(take("https://board.example/", at(0)), 0, pages("/maze/", 0, 50));
    for (const auto& page : claim(at(1), 50))
        visit(page, 0);
    visit(take("https://board.example/", at(5'000)), 0, pages("/maze/", 100, 1));
    visit(take("https://board.example/", at(10'000)), 0, {picture("https://board.example/maze/100")});
    const auto claimed = claim(at(100), 16);
    ASSERT_THAT(claimed, SizeIs(1));
    EXPECT_EQ(claimed[0].kind, LinkKind::image);
}

TEST_P(Maze, ANewPictureMakesATrailOneLikeOthers)
{
    visit(take("https://board.example/", at(0)), 0, pages("/maze/", 0, 51));
    auto first = claim(at(1), 51);
    ASSERT_THAT(first, SizeIs(51));
    visit(first.back(), 1);
    first.pop_back();
    for (std::size_t i = 0; i + 1 < first.size(); ++i)
        visit(first[i], 0);
    auto links = pages("/maze/", 100, 16);
    const auto board = pages("/board/", 0, 16);
    links.insert(links.end(), board.begin(), board.end());
    visit(first.back(), 1, links);
    EXPECT_THAT(texts(claim(at(100), 16)), Each(StartsWith("https://board.example/maze/")));
}

TEST_P(Maze, WhatWasLeftOutOfATrailThatThenBringsSomethingIsOfferedAgain)
{
    auto site = sample_site();
    site.max_pages = 101;
    ASSERT_TRUE(database.set_sites({site}));
    auto first = ended(take("https://board.example/", at(0)), Outcome::page, at(++seconds));
    first.etag = "\"same\"";
    first.content = Sha256::of(as_bytes("same"));
    first.discovered = pages("/t/", 0, 90);
    ASSERT_TRUE(database.apply({first}));
    for (const auto& page : claim(at(1), 1'000))
        visit(page, 1);
    const auto again = take("https://board.example/", at(5'000));
    EXPECT_EQ(again.etag, "") << "else it would not be read";
    EXPECT_FALSE(again.content);
    visit(again, 0, pages("/t/", 0, 90));
    EXPECT_EQ(database.counts(at(5'001)).pages, 91) << "the first and all it names";
}

TEST_P(Maze, ATrailThatBringsNothingLeavesRoomForOthers)
{
    auto site = sample_site();
    site.max_pages = 101; // the seed and a hundred more
    ASSERT_TRUE(database.set_sites({site}));
    auto links = pages("/maze/", 0, 1'000);
    links.push_back(page_link("https://board.example/board/1"));
    visit(take("https://board.example/", at(0)), 0, links);
    const auto claimed = texts(claim(at(1), 1'000));
    EXPECT_THAT(claimed, SizeIs(51));
    EXPECT_THAT(claimed, Contains("https://board.example/board/1"));
}

TEST_P(Maze, ATrailThatBringsPicturesMayTakeAllRoom)
{
    auto site = sample_site();
    site.max_pages = 101;
    ASSERT_TRUE(database.set_sites({site}));
    visit(take("https://board.example/", at(0)), 0, pages("/board/", 0, 1));
    visit(take("https://board.example/board/0", at(1)), 3, pages("/board/", 1, 1'000));
    EXPECT_THAT(claim(at(2), 1'000), SizeIs(99));
}

} // namespace
} // namespace stillwatch::crawler
