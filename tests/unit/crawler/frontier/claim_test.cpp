#include "frontier_contract.hpp"

namespace stillwatch::crawler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(Frontier, APictureOfAPackageIsLookedAtByVisitingThePackage)
{
    const std::string package = "https://board.example/set.zip";
    read_page("https://board.example/", at(0), {picture(package)});
    compare(package, at(1), 1, true);
    const auto entry = Url::inside(url(package), Sha256::of(as_bytes("picture")), "set/1.jpg");
    const auto visit = database.claim_one(entry, at(2), at(100));
    ASSERT_TRUE(visit);
    EXPECT_EQ(visit->url.text(), package);
    ASSERT_TRUE(database.release({visit->id}));
    EXPECT_TRUE(database.look_again(entry, at(3)).value());
    EXPECT_EQ(database.counts(at(3)).images, 1);
}

CONTRACT_OF(Frontier);

TEST_P(Frontier, SeedsAreClaimedFirstTime)
{
    const auto visits = claim(at(0));
    ASSERT_THAT(visits, SizeIs(1));
    EXPECT_EQ(visits[0].url.text(), "https://board.example/");
    EXPECT_EQ(visits[0].site, "board");
    EXPECT_EQ(visits[0].kind, LinkKind::page);
    EXPECT_EQ(visits[0].depth, 0);
    EXPECT_EQ(visits[0].last_outcome, Outcome::unvisited);
    EXPECT_FALSE(visits[0].content);
}

TEST_P(Frontier, AVisitRemembersWhatTheLastAnswerSaid)
{
    const auto visit = take("https://board.example/", at(0));
    auto result = ended(visit, Outcome::page, at(1));
    result.etag = "\"v1\"";
    result.last_modified = "Mon, 23 Nov 2026 02:17:00 GMT";
    result.content = Sha256::of(as_bytes("page"));
    result.unchanged_in_a_row = 2;
    ASSERT_TRUE(database.apply({result}));
    const auto again = take("https://board.example/", at(4000));
    EXPECT_EQ(again.etag, "\"v1\"");
    EXPECT_EQ(again.last_modified, "Mon, 23 Nov 2026 02:17:00 GMT");
    EXPECT_EQ(again.content, result.content);
    EXPECT_EQ(again.unchanged_in_a_row, 2);
    EXPECT_EQ(again.last_visit, at(1));
    EXPECT_EQ(again.last_outcome, Outcome::page);

    auto same = ended(again, Outcome::unchanged, at(4001)); // a 304 without validators
    same.http_status = 304;
    ASSERT_TRUE(database.apply({same}));
    const auto third = take("https://board.example/", at(9000));
    EXPECT_EQ(third.etag, "\"v1\"");
    EXPECT_EQ(third.content, result.content);
    ASSERT_TRUE(database.apply({ended(third, Outcome::page, at(9001))})); // a full answer without validators
    EXPECT_EQ(take("https://board.example/", at(20'000)).etag, "");
}

TEST_P(Frontier, ALeasedAddressIsClaimedOnceUntilTheLeaseEnds)
{
    EXPECT_THAT(claim(at(0)), SizeIs(1));
    EXPECT_THAT(claim(at(1)), IsEmpty());
    EXPECT_THAT(database.ready_hosts(at(1), 0), IsEmpty());
    EXPECT_EQ(database.next_due(at(1)), at(300));
    EXPECT_THAT(database.ready_hosts(at(300), 0), SizeIs(1));
    EXPECT_THAT(claim(at(300)), SizeIs(1));
}

TEST_P(Frontier, LeasesOfAnEarlierRunEnd)
{
    EXPECT_THAT(claim(at(0)), SizeIs(1));
    ASSERT_TRUE(database.release_leases());
    EXPECT_THAT(claim(at(1)), SizeIs(1));
}

TEST_P(Frontier, AReleasedAddressIsStillNew)
{
    const auto visits = claim(at(0));
    ASSERT_TRUE(database.release({visits.at(0).id}));
    const auto again = claim(at(1));
    ASSERT_THAT(again, SizeIs(1));
    EXPECT_EQ(again[0].last_outcome, Outcome::unvisited);
}

TEST_P(Frontier, NewPicturesComeBeforeNewPagesEachInOrder)
{
    read_page("https://board.example/", at(0),
              {page_link("https://board.example/p1"), picture("https://board.example/1.jpg"),
               page_link("https://board.example/p2"), picture("https://board.example/2.jpg")});
    EXPECT_THAT(texts(claim(at(1), 3)),
                ElementsAre("https://board.example/1.jpg", "https://board.example/2.jpg",
                            "https://board.example/p1"));
    EXPECT_THAT(texts(claim(at(1), 3)), ElementsAre("https://board.example/p2"));
}

TEST_P(Frontier, AVisitKnowsWhichPageNamedItFirst)
{
    EXPECT_FALSE(claim(at(0)).at(0).named_by) << "a seed";
    ASSERT_TRUE(database.release_leases());
    read_page("https://board.example/", at(0), {picture("https://board.example/1.jpg")});
    const auto visit = claim(at(1)).at(0);
    ASSERT_TRUE(visit.named_by);
    EXPECT_EQ(visit.named_by->text(), "https://board.example/");
    EXPECT_TRUE(visit.parent);
}

TEST_P(Frontier, WhatARedirectLedToWasNamedByThePageBeforeIt)
{
    read_page("https://board.example/", at(0), {picture("https://board.example/go/1")});
    auto moved = ended(take("https://board.example/go/1", at(1)), Outcome::moved, at(1));
    moved.discovered = {{Url::parse("https://board.example/1.jpg").value(), LinkKind::image,
                         Mechanism::redirect, "board", 0, true}};
    ASSERT_TRUE(database.apply({moved}));
    const auto visit = claim(at(2)).at(0);
    EXPECT_EQ(visit.url.text(), "https://board.example/1.jpg");
    ASSERT_TRUE(visit.named_by);
    EXPECT_EQ(visit.named_by->text(), "https://board.example/");
}

TEST_P(Frontier, NewThenStaleThenDue)
{
    read_page("https://board.example/", at(0), {picture("https://board.example/old.jpg")});
    compare("https://board.example/old.jpg", at(1), 1, false);
    read_page("https://board.example/", at(4000), {page_link("https://board.example/new")});
    EXPECT_THAT(claimed(at(9000), 2), ElementsAre("https://board.example/new",
                                                  "https://board.example/old.jpg", "https://board.example/"));
}

TEST_P(Frontier, NoClassOfVisitsHoldsUpAnother)
{
    std::vector<Discovered> links;
    for (int n = 0; n < 40; ++n) {
        links.push_back(page_link("https://board.example/p" + std::to_string(n)));
        links.push_back(picture("https://board.example/" + std::to_string(n) + ".jpg"));
    }
    read_page("https://board.example/", at(0), links);
    std::vector<VisitResult> results;
    for (const auto& visit : claim(at(1), 60)) {
        auto result =
            ended(visit, visit.kind == LinkKind::page ? Outcome::page : Outcome::compared, at(1), 1);
        results.push_back(result);
    }
    ASSERT_TRUE(database.apply(results));
    links.clear();
    for (int n = 100; n < 140; ++n)
        links.push_back(picture("https://board.example/" + std::to_string(n) + ".jpg"));
    read_page("https://board.example/", at(4000), links);

    // New pictures, new pages, stale pictures and due pages: all are there, in sixteenths of the window.
    const auto visits = claim(at(9000), 16, 2);
    const auto of = [&visits](LinkKind kind, bool is_new) {
        return std::ranges::count_if(visits, [&](const Visit& visit) {
            return visit.kind == kind && (visit.last_outcome == Outcome::unvisited) == is_new;
        });
    };
    EXPECT_EQ(of(LinkKind::image, true), 8);
    EXPECT_EQ(of(LinkKind::page, true), 2);
    EXPECT_EQ(of(LinkKind::image, false) + of(LinkKind::page, false), 6);
}

TEST_P(Frontier, PagesAreCountedByTheLevelOfTheirRate)
{
    const auto seed = take("https://board.example/", at(0));
    auto result = ended(seed, Outcome::page, at(1));
    result.rate = {0.5, 2, 30};
    ASSERT_TRUE(database.apply({result}));
    EXPECT_THAT(database.page_rates("board"), ElementsAre(RateCount{30, 1}));
    EXPECT_THAT(database.page_rates("other"), IsEmpty());
    const auto again = take("https://board.example/", at(4000));
    EXPECT_EQ(again.rate, result.rate);
    auto moved = ended(again, Outcome::page, at(4001));
    moved.rate = {3, 2.5, 34};
    ASSERT_TRUE(database.apply({moved}));
    EXPECT_THAT(database.page_rates("board"), ElementsAre(RateCount{34, 1}));
    ASSERT_TRUE(database.apply({ended(take("https://board.example/", at(9000)), Outcome::gone, at(9001))}));
    EXPECT_THAT(database.page_rates("board"), IsEmpty());
}

TEST_P(Frontier, PicturesOfANewPageCountForThePageThatCameToNameIt)
{
    const auto rated = [this](Timestamp when, std::vector<Discovered> links, double days) {
        auto result = ended(take("https://board.example/", when), Outcome::page, when);
        result.rate = {1, days, 30};
        result.discovered = std::move(links);
        EXPECT_TRUE(database.apply({result}));
    };
    const auto first_read = [this](const std::string& address, Timestamp when) {
        auto result = ended(take(address, when), Outcome::page, when);
        result.news = 5;
        EXPECT_TRUE(database.apply({result}));
    };
    rated(at(0), {page_link("https://board.example/old")}, 0); // what a first visit finds says nothing
    first_read("https://board.example/old", at(1));
    EXPECT_EQ(take("https://board.example/", at(4000)).rate.news, 1);
    ASSERT_TRUE(database.release_leases());
    rated(at(4000), {page_link("https://board.example/new")}, 2);
    first_read("https://board.example/new", at(4001));
    EXPECT_EQ(take("https://board.example/", at(9000)).rate.news, 6);
}

TEST_P(Frontier, ASiteGetsNoMorePagesADayThanItMay)
{
    auto site = sample_site();
    site.max_pages_per_day = 3;
    ASSERT_TRUE(database.set_sites({site}));
    std::vector<Discovered> links{picture("https://board.example/1.jpg")};
    for (int n = 0; n < 10; ++n)
        links.push_back(page_link("https://board.example/p" + std::to_string(n)));
    read_page("https://board.example/", at(0), links);
    const auto visits = claim(at(1));
    ASSERT_THAT(visits, SizeIs(3)) << "the picture and two pages";
    EXPECT_THAT(claim(at(1)), IsEmpty()) << "what is under way counts";
    std::vector<VisitResult> results;
    for (const auto& visit : visits)
        results.push_back(
            ended(visit, visit.kind == LinkKind::page ? Outcome::page : Outcome::compared, at(2)));
    ASSERT_TRUE(database.apply(results));
    EXPECT_THAT(claim(at(5000)), IsEmpty());
    EXPECT_EQ(database.site_health("board", 0, at(5000)).pages_that_day, 3);
    EXPECT_THAT(claim(at(86'400)), SizeIs(3));
}

TEST_P(Frontier, ASiteRestsWhenTheBytesOfTheDayAreSpent)
{
    auto site = sample_site();
    site.max_bytes_per_day = 1'000;
    ASSERT_TRUE(database.set_sites({site}));
    auto result = ended(take("https://board.example/", at(0)), Outcome::page, at(1));
    result.wire_bytes = 1'000;
    result.discovered = {picture("https://board.example/1.jpg")};
    ASSERT_TRUE(database.apply({result}));
    EXPECT_THAT(claim(at(2)), IsEmpty());
    EXPECT_THAT(claim(at(86'400)), SizeIs(2));
}

TEST_P(Frontier, NothingOfAStoppedHostIsClaimed)
{
    ASSERT_TRUE(database.set_stopped_hosts({{"board.example", at(0), "anna", "they asked"}}));
    EXPECT_THAT(claim(at(1)), IsEmpty());
    ASSERT_TRUE(database.set_stopped_hosts({}));
    EXPECT_THAT(claim(at(1)), SizeIs(1));
}

TEST_P(Frontier, HealthTellsWhatBecameOfASite)
{
    read_page("https://board.example/", at(0),
              {picture("https://board.example/a.jpg"), page_link("https://board.example/x"),
               page_link("https://board.example/y")});
    compare("https://board.example/a.jpg", at(1), 2, false);
    auto blocked = ended(take("https://board.example/x", at(2), 2), Outcome::unreachable, at(10));
    blocked.http_status = 403;
    ASSERT_TRUE(database.apply({blocked}));
    ASSERT_TRUE(database.set_robots({"https://board.example", at(0), 404, ""}));
    const auto health = database.site_health("board", 2, at(20));
    EXPECT_EQ(health.pages, 3);
    EXPECT_EQ(health.pages_read, 1);
    EXPECT_EQ(health.images, 1);
    EXPECT_EQ(health.images_compared, 1);
    EXPECT_EQ(health.unvisited, 1);
    EXPECT_EQ(health.unreachable, 1);
    EXPECT_EQ(health.last_success, at(1));
    EXPECT_EQ(health.last_failure, at(10));
    EXPECT_EQ(health.last_failure_status, 403);
    EXPECT_EQ(health.robots.at("https://board.example"), 404);
    EXPECT_EQ(database.site_health("board", 3, at(20)).images_compared, 0);
}

TEST_P(Frontier, WhatIsNextIsToldWithoutClaimingIt)
{
    read_page("https://board.example/", at(0),
              {picture("https://board.example/a.jpg"), page_link("https://board.example/x")});
    const auto next = texts(database.next_visits("board", at(1), 0, 10));
    EXPECT_THAT(next, ElementsAre("https://board.example/a.jpg", "https://board.example/x"));
    EXPECT_EQ(claimed(at(1)), next);
}

TEST_P(Frontier, AStalePictureIsClaimedBeforeItIsDue)
{
    read_page("https://board.example/", at(0), {picture("https://board.example/a.jpg")});
    compare("https://board.example/a.jpg", at(1), 1, false);
    EXPECT_THAT(claimed(at(2), 1), IsEmpty());
    EXPECT_THAT(database.ready_hosts(at(2), 1), IsEmpty());
    EXPECT_THAT(database.ready_hosts(at(2), 0), IsEmpty());
    EXPECT_THAT(database.ready_hosts(at(2), 2), SizeIs(1));
    EXPECT_THAT(claimed(at(2), 2), ElementsAre("https://board.example/a.jpg"));
}

TEST_P(Frontier, AnyAnswerAtTheCurrentGenerationEndsStaleness)
{
    for (const auto outcome : {Outcome::compared, Outcome::unchanged, Outcome::undecodable,
                               Outcome::too_small, Outcome::other, Outcome::gone, Outcome::refused}) {
        const std::string address = "https://board.example/" + std::string(name_of(outcome)) + ".jpg";
        read_page("https://board.example/", at(10'000 * static_cast<int>(outcome)), {picture(address)});
        auto result =
            ended(take(address, at(10'000 * static_cast<int>(outcome) + 1)), outcome, at(100'000), 5);
        result.kind =
            outcome == Outcome::gone || outcome == Outcome::refused ? LinkKind::page : LinkKind::image;
        ASSERT_TRUE(database.apply({result}));
    }
    EXPECT_THAT(database.ready_hosts(at(70'001), 5), IsEmpty());
    EXPECT_THAT(claimed(at(70'001), 6), SizeIs(7));
}

TEST_P(Frontier, AnUnreachablePictureWaitsForItsPauseHoweverStale)
{
    read_page("https://board.example/", at(0), {picture("https://board.example/a.jpg")});
    auto result = ended(take("https://board.example/a.jpg", at(1)), Outcome::unreachable, at(2));
    result.due = at(60);
    result.tries = 3;
    ASSERT_TRUE(database.apply({result}));
    EXPECT_THAT(claimed(at(59), 9), IsEmpty());
    EXPECT_THAT(database.ready_hosts(at(59), 9), IsEmpty());
    const auto visits = claim(at(60), 10, 9);
    ASSERT_THAT(visits, SizeIs(1));
    EXPECT_EQ(visits[0].tries, 3);
    EXPECT_EQ(visits[0].kind, LinkKind::image);
}

TEST_P(Frontier, HostsThatBackOffAreNotReady)
{
    ASSERT_TRUE(database.set_backoff(host(), at(50), 4));
    EXPECT_THAT(database.ready_hosts(at(49), 0), IsEmpty());
    EXPECT_EQ(database.next_due(at(0)), at(50));
    const auto ready = database.ready_hosts(at(50), 0);
    ASSERT_THAT(ready, SizeIs(1));
    EXPECT_EQ(ready[0].origin, "https://board.example");
    EXPECT_EQ(ready[0].site, "board");
    EXPECT_EQ(ready[0].errors_in_a_row, 4);
    EXPECT_EQ(ready[0].backoff_until, at(50));
}

TEST_P(Frontier, ABackOffHostWithPicturesWakesAtItsEnd)
{
    read_page("https://board.example/", at(0), {picture("https://board.example/a.jpg")});
    compare("https://board.example/a.jpg", at(1), 1, false);
    EXPECT_EQ(database.next_due(at(2)), at(3600));
    ASSERT_TRUE(database.set_backoff(host(), at(50), 1));
    EXPECT_EQ(database.next_due(at(2)), at(50)); // the picture may be stale by then
}

TEST_P(Frontier, NextDueIsTheNextRevisit)
{
    EXPECT_EQ(database.next_due(at(5)), at(5)); // the seed, now
    read_page("https://board.example/", at(10), {});
    EXPECT_EQ(database.next_due(at(11)), at(3610));
    EXPECT_THAT(database.ready_hosts(at(3609), 0), IsEmpty());
    EXPECT_THAT(database.ready_hosts(at(3610), 0), SizeIs(1));
}

TEST_P(Frontier, AnEmptyFrontierHasNoNextMoment)
{
    ASSERT_TRUE(database.set_sites({}));
    EXPECT_FALSE(database.next_due(at(0)));
}

TEST_P(Frontier, AFullPassMakesPagesDueButNotPictures)
{
    read_page("https://board.example/", at(0), {picture("https://board.example/a.jpg")});
    compare("https://board.example/a.jpg", at(1), 1, false);
    ASSERT_TRUE(database.start_pass(at(10)));
    EXPECT_THAT(claimed(at(10), 1), ElementsAre("https://board.example/"));
}

TEST_P(Frontier, ASiteThatLeftIsNotVisitedAnyMore)
{
    const HostId board = host();
    ASSERT_TRUE(database.set_sites({sample_site("other", "other.example")}));
    EXPECT_THAT(claim(at(0)), IsEmpty());
    const auto ready = database.ready_hosts(at(0), 0);
    ASSERT_THAT(ready, SizeIs(1));
    EXPECT_EQ(ready[0].origin, "https://other.example");
    ASSERT_TRUE(database.set_sites({sample_site("board again")})); // back, under another name
    EXPECT_EQ(host(), board);
    EXPECT_THAT(claim(at(0)), SizeIs(1));
    EXPECT_EQ(database.ready_hosts(at(300), 0).at(0).site, "board again");
}

TEST_P(Frontier, AHostThatLeftItsSiteIsNotVisitedAnyMore)
{
    read_page("https://board.example/", at(0), {picture("https://img.board.example/a.jpg")});
    ASSERT_THAT(database.ready_hosts(at(1), 0), SizeIs(1));
    ASSERT_TRUE(database.set_sites({{"board", {url("https://board.example/")}, {"board.example"}}}));
    EXPECT_THAT(database.ready_hosts(at(1), 0), IsEmpty());
    EXPECT_EQ(database.coverage(1).images, 0);
}

TEST_P(Frontier, AddressesOutsideTheWatchListAreNotKept)
{
    read_page("https://board.example/", at(0),
              {page_link("https://elsewhere.example/"), page_link("https://board.example:8443/")});
    EXPECT_EQ(database.counts(at(1)).pages, 1);
}

TEST_P(Frontier, SchemesOfAHostAreHostsOfTheirOwn)
{
    read_page("https://board.example/", at(0), {page_link("http://board.example/")});
    EXPECT_EQ(database.ready_hosts(at(1), 0).at(0).origin, "http://board.example");
}

TEST_P(Frontier, AnEndlessSiteGetsNoMoreAddressesThanItMay)
{
    auto site = sample_site();
    site.max_pages = 3; // the seed among them
    ASSERT_TRUE(database.set_sites({site}));
    std::vector<Discovered> links;
    for (int n = 0; n < 10; ++n)
        links.push_back(page_link("https://board.example/p" + std::to_string(n)));
    for (int n = 0; n < 200; ++n)
        links.push_back(picture("https://img.board.example/" + std::to_string(n) + ".jpg"));
    read_page("https://board.example/", at(0), links);
    EXPECT_EQ(database.counts(at(1)).pages, 3);
    EXPECT_EQ(database.counts(at(1)).images, site.max_images());
    // The same after a restart, and more once the operator allows it.
    site.max_pages = 4;
    ASSERT_TRUE(database.set_sites({site}));
    read_page("https://board.example/p0", at(1), links);
    EXPECT_EQ(database.counts(at(2)).pages, 4);
}

TEST_P(Frontier, PagesAreReadAgainWhenTheirSiteGetsAnotherHost)
{
    read_page("https://board.example/", at(0), {picture("https://cdn.example/a.jpg")});
    ASSERT_THAT(claimed(at(1)), IsEmpty());
    auto site = sample_site();
    ASSERT_TRUE(database.set_sites({site})); // nothing new: nothing to read
    EXPECT_THAT(claimed(at(1)), IsEmpty());
    site.hosts.push_back("cdn.example");
    ASSERT_TRUE(database.set_sites({site}));
    const auto visits = claim(at(1));
    ASSERT_THAT(visits, SizeIs(1));
    EXPECT_EQ(visits[0].content, std::nullopt);
}

} // namespace
} // namespace stillwatch::crawler
