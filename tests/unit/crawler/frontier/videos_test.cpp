#include "frontier_contract.hpp"

// Videos are known and wait until their site's videos are looked at.
namespace stillwatch::crawler {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const std::string start = "https://board.example/";
const std::string clip = "https://board.example/clip.mp4";

Discovered video(const std::string& address)
{
    return found(address, LinkKind::video, Mechanism::video_src);
}

struct Videos : Frontier {
    // Says anew of the site whether its videos are looked at.
    void look_at_videos(bool looks)
    {
        auto site = sample_site();
        site.looks_at_videos = looks;
        ASSERT_TRUE(database.set_sites({site}));
    }
    SiteHealth health(std::int64_t seconds = 0) const
    {
        return database.site_health("board", 0, at(seconds));
    }
};
CONTRACT_OF(Videos);

TEST_P(Videos, AreKnownAndWait)
{
    read_page(start, at(0), {video(clip), picture("https://board.example/p.jpg")});
    EXPECT_THAT(claimed(at(1)), ElementsAre("https://board.example/p.jpg"));
    EXPECT_THAT(database.next_visits("board", at(1), 0, 10), IsEmpty());
    EXPECT_EQ(health().videos, 1);
    EXPECT_EQ(health().videos_not_looked_at, 1);
    EXPECT_EQ(health().images, 1);
    EXPECT_EQ(health().unvisited, 1) << "of pages and pictures";
    EXPECT_EQ(database.counts(at(1)).videos_not_looked_at, 1);
    EXPECT_EQ(database.coverage(0).images, 1);
}

TEST_P(Videos, AloneMakeNoHostReadyAndAreNoPartOfAPass)
{
    read_page(start, at(0), {video(clip)});
    EXPECT_THAT(database.ready_hosts(at(1), 0), IsEmpty());
    EXPECT_EQ(database.next_due(at(1)), at(3'600)) << "the page's revisit";
    const auto sizes = database.pass_sizes(at(1), 0);
    EXPECT_EQ(sizes.at("board").due, 0);
    EXPECT_EQ(sizes.at("board").known, 1);
}

TEST_P(Videos, AreDueOnceTheirSiteLooksAtThem)
{
    read_page(start, at(0), {video(clip)});
    look_at_videos(true);
    EXPECT_THAT(database.ready_hosts(at(1), 0), testing::SizeIs(1));
    const auto visits = claim(at(1));
    ASSERT_EQ(visits.size(), 1U);
    EXPECT_EQ(visits[0].url.text(), clip);
    EXPECT_EQ(visits[0].kind, LinkKind::video);
    ASSERT_TRUE(database.release({visits[0].id}));
    look_at_videos(false);
    EXPECT_THAT(claimed(at(2)), IsEmpty());
    EXPECT_EQ(health().videos_not_looked_at, 1);
}

TEST_P(Videos, FoundWhileTheyAreLookedAtDoNotWait)
{
    look_at_videos(true);
    read_page(start, at(0), {video(clip)});
    EXPECT_THAT(claimed(at(1)), ElementsAre(clip));
}

TEST_P(Videos, DoNotHoldUpPicturesNorPicturesThem)
{
    look_at_videos(true);
    std::vector<Discovered> links;
    for (int i = 0; i < 100; ++i) {
        links.push_back(video("https://board.example/v/" + std::to_string(i) + ".mp4"));
        links.push_back(picture("https://board.example/p/" + std::to_string(i) + ".jpg"));
    }
    read_page(start, at(0), links);
    const auto visits = claim(at(1), 32);
    const auto videos = std::ranges::count(visits, LinkKind::video, &Visit::kind);
    EXPECT_EQ(videos, 2);
    EXPECT_EQ(visits.size(), 32U);
}

TEST_P(Videos, WhatIsShownAsAPictureIsLookedAtAsOne)
{
    read_page(start, at(0), {video(clip), picture(clip)});
    EXPECT_THAT(claimed(at(1)), ElementsAre(clip));
    EXPECT_EQ(health().images, 1);
    EXPECT_EQ(health().videos, 0);
}

TEST_P(Videos, WhatWasNamedAsAPageWaitsOnceItIsShownAsAVideo)
{
    read_page(start, at(0), {page_link(clip), video(clip)});
    EXPECT_THAT(claimed(at(1)), IsEmpty());
    EXPECT_EQ(health().videos_not_looked_at, 1);
}

TEST_P(Videos, WhatTurnedOutOneByItsBytesIsLookedAtOnceItsSiteDoes)
{
    const std::string hidden = "https://board.example/get/1";
    read_page(start, at(0), {page_link(hidden)});
    const auto visit = take(hidden, at(1));
    auto result = ended(visit, Outcome::other, at(1));
    result.kind = LinkKind::video;
    result.due = at(1'000'000);
    ASSERT_TRUE(database.apply({result}));
    EXPECT_EQ(health().videos_not_looked_at, 1);
    EXPECT_THAT(claimed(at(2)), IsEmpty());
    look_at_videos(true);
    EXPECT_THAT(claimed(at(3)), ElementsAre(hidden));
}

TEST_P(Videos, OfASiteAreBounded)
{
    auto site = sample_site();
    site.max_pages = 2;
    ASSERT_TRUE(database.set_sites({site}));
    read_page(start, at(0), {video(clip), video(clip + "?2"), video(clip + "?3")});
    EXPECT_EQ(health().videos, 2);
    EXPECT_THAT(health().bounds, Contains(testing::Pair("site_full_of_videos", 1)));
    EXPECT_THAT(health().bounds, Not(Contains(testing::Key("site_full_of_pages"))));
}

// An address that is signed anew at each view of its page is one video.
TEST_P(Videos, SignedAnewAreOneAddress)
{
    const auto signed_clip = [](const std::string& signature) {
        return video(clip + "?X-Amz-Date=20261123T000000Z&X-Amz-Expires=600&X-Amz-Signature=" + signature);
    };
    const auto page = read_page(start, at(0), {signed_clip(std::string(64, 'a'))});
    auto again = ended(page, Outcome::page, at(2));
    again.discovered = {signed_clip(std::string(64, 'b'))};
    ASSERT_TRUE(database.apply({again}));
    EXPECT_EQ(health().videos, 1);
}

} // namespace
} // namespace stillwatch::crawler
