#include "pipeline/header_links.hpp"

#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

class HeaderLinks : public testing::Test, protected World {
protected:
    HeaderLinks() { use_settings(); }

    std::vector<std::string> found(int status, std::vector<HeaderField> headers, std::string body = {})
    {
        web.pages[start] = ScriptedFetcher::status(status, std::move(headers), std::move(body));
        const auto result = run(pipeline.visit(claim().at(0))).value();
        stores.frontier().release({result.id}).value();
        std::vector<std::string> addresses;
        for (const auto& link : result.discovered)
            addresses.push_back(std::string(name_of(link.mechanism)) + " " + link.url.text());
        return addresses;
    }
};

TEST_F(HeaderLinks, ARefreshIsFollowedWhateverTheStatus)
{
    for (const int status : {200, 403, 404, 503})
        EXPECT_THAT(found(status, {{"Content-Type", "text/html"}, {"refresh", "0; url=/board/"}}, "x y"),
                    ElementsAre("meta_refresh https://board.example/board/"))
            << status;
}

TEST_F(HeaderLinks, ARefreshToElsewhereOrToItselfIsNotFollowed)
{
    EXPECT_THAT(found(200, {{"Refresh", "0; url=https://elsewhere.example/"}}), IsEmpty());
    EXPECT_THAT(found(200, {{"Refresh", "30; url=/"}}), IsEmpty());
    EXPECT_THAT(found(200, {{"Refresh", "0; url=javascript:history.back()"}}), IsEmpty());
    EXPECT_THAT(found(200, {{"Refresh", "0; url=/logout"}}), IsEmpty());
}

TEST_F(HeaderLinks, ContentLocationIsALinkOfAPageThatCame)
{
    const std::vector<HeaderField> headers{{"Content-Type", "text/html"},
                                           {"Content-Location", "index.en.html"}};
    EXPECT_THAT(found(200, headers, "a /x"), ElementsAre("link_header https://board.example/index.en.html"));
    EXPECT_THAT(found(404, headers, "x y"), IsEmpty());
}

TEST_F(HeaderLinks, APictureLeadsNowhere)
{
    EXPECT_THAT(
        found(200, {{"Refresh", "0; url=/board/"}, {"Content-Location", "/x.jpg"}}, picture_file("sea")),
        IsEmpty());
}

TEST_F(HeaderLinks, AChallengeIsNotFollowed)
{
    EXPECT_THAT(found(503, {{"cf-mitigated", "challenge"}, {"Refresh", "8; url=/solve"}}, "x y"), IsEmpty());
}

} // namespace
} // namespace stillwatch::pipeline
