#include "frontier_contract.hpp"

namespace stillwatch::crawler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* home = "https://board.example/";
constexpr const char* first = "https://board.example/1";
constexpr const char* second = "https://board.example/2";
constexpr const char* image = "https://board.example/a.jpg";

TEST_P(Frontier, PagesThatNameAPictureAreListedFirstSeenFirst)
{
    read_page(home, at(0), {page_link(first), page_link(second)});
    read_page(second, at(1), {picture(image)});
    read_page(first, at(2), {picture(image)});
    const auto visit = take(image, at(3));
    EXPECT_THAT(texts(database.pages_naming(visit.id, 10)), ElementsAre(second, first));
    EXPECT_THAT(texts(database.pages_naming(visit.id, 1)), ElementsAre(second));
}

TEST_P(Frontier, AnAddressTakenForAPageThatIsAPictureKnowsItsPages)
{
    read_page(home, at(0), {page_link("https://board.example/view/7")});
    const auto visit = compare("https://board.example/view/7", at(1), 1, true);
    EXPECT_EQ(visit.kind, LinkKind::page);
    EXPECT_THAT(texts(database.pages_naming(visit.id, 10)), ElementsAre(home));
    EXPECT_EQ(database.coverage(1).compared, 1);
}

TEST_P(Frontier, PagesThatLinkToAPageAreForgottenOnceItIsOne)
{
    read_page(home, at(0), {page_link(first)});
    const auto visit = take(first, at(1));
    EXPECT_THAT(database.pages_naming(visit.id, 10), testing::SizeIs(1));
    ASSERT_TRUE(database.apply({ended(visit, Outcome::page, at(1))}));
    EXPECT_THAT(database.pages_naming(visit.id, 10), IsEmpty());
    read_page(home, at(4000), {page_link(first)});
    EXPECT_THAT(database.pages_naming(visit.id, 10), IsEmpty());
}

TEST_P(Frontier, ALinkTakenForAPageBecomesAPictureWhenOneIsShownThere)
{
    read_page(home, at(0), {page_link(image), page_link(first)});
    read_page(first, at(1), {picture(image)});
    EXPECT_EQ(take(image, at(2)).kind, LinkKind::image);
    EXPECT_EQ(database.counts(at(2)).images, 1);
}

TEST_P(Frontier, TheLowestDepthCounts)
{
    read_page(home, at(0), {page_link(first)});
    read_page(first, at(1), {page_link(second)});
    EXPECT_EQ(take(second, at(2)).depth, 2);
    read_page(home, at(4000), {page_link(second)});
    EXPECT_EQ(take(second, at(4001)).depth, 1);
}

TEST_P(Frontier, ANewPageBringsAMatchedPictureBackAtOnce)
{
    read_page(home, at(0), {picture(image), page_link(first)});
    const auto visit = compare(image, at(1), 1, true);
    read_page(first, at(2), {picture(image)});
    EXPECT_THAT(claimed(at(3), 1), ElementsAre(image));
    EXPECT_THAT(texts(database.pages_naming(visit.id, 10)), ElementsAre(home, first));
}

TEST_P(Frontier, ANewPageLeavesAnUnmatchedPictureAlone)
{
    read_page(home, at(0), {picture(image), page_link(first)});
    compare(image, at(1), 1, false);
    read_page(first, at(2), {picture(image)});
    EXPECT_THAT(claimed(at(3), 1), IsEmpty());
}

TEST_P(Frontier, APageThatIsReadAgainBringsNothingBack)
{
    read_page(home, at(0), {picture(image)});
    compare(image, at(1), 1, true);
    read_page(home, at(3605), {picture(image)});
    const auto due = take(image, at(3606), 1); // its own revisit
    ASSERT_TRUE(database.apply({ended(due, Outcome::unchanged, at(3607), 1)}));
    read_page(home, at(7300), {picture(image)});
    EXPECT_THAT(claimed(at(7200), 1), IsEmpty());
}

TEST_P(Frontier, ANewPageDuringTheVisitBringsAMatchedPictureBackAfterIt)
{
    read_page(home, at(0), {picture(image), page_link(first)});
    const auto visit = take(image, at(1)); // leased, its pages being recorded
    read_page(first, at(2), {picture(image)});
    auto result = ended(visit, Outcome::compared, at(3), 1);
    result.content = Sha256::of(as_bytes("bytes"));
    result.verdict = Verdict{*result.content, 1, 1, true, false};
    ASSERT_TRUE(database.apply({result}));
    EXPECT_THAT(database.ready_hosts(at(4), 1), testing::SizeIs(1));
    const auto again = claim(at(4), 10, 1);
    ASSERT_THAT(texts(again), ElementsAre(image));
    auto repeat = ended(again[0], Outcome::unchanged, at(5), 1);
    ASSERT_TRUE(database.apply({repeat}));
    EXPECT_THAT(claimed(at(6), 1), IsEmpty()); // served: once is enough
}

TEST_P(Frontier, ANewPageDuringTheVisitOfAnUnmatchedPictureChangesNothing)
{
    read_page(home, at(0), {picture(image), page_link(first)});
    const auto visit = take(image, at(1));
    read_page(first, at(2), {picture(image)});
    ASSERT_TRUE(database.apply({ended(visit, Outcome::compared, at(3), 1)}));
    EXPECT_THAT(claimed(at(4), 1), IsEmpty());
}

TEST_P(Frontier, ABroughtBackPictureSurvivesAnInterruptedVisit)
{
    read_page(home, at(0), {picture(image), page_link(first), page_link(second)});
    compare(image, at(1), 1, true);
    read_page(first, at(2), {picture(image)});
    const auto visits = claim(at(3), 1, 1); // before the page that was never visited
    ASSERT_THAT(texts(visits), ElementsAre(image));
    ASSERT_TRUE(database.release({visits[0].id}));
    EXPECT_THAT(texts(claim(at(4), 1, 1)), ElementsAre(image));
    ASSERT_TRUE(database.release_leases());
    EXPECT_THAT(texts(claim(at(5), 1, 1)), ElementsAre(image));
}

TEST_P(Frontier, ThePagesOfARedirectingAddressNameWhatItLeadsTo)
{
    constexpr const char* hop = "https://board.example/img?id=1";
    read_page(home, at(0), {picture(hop), page_link(first)});
    const auto redirect = take(hop, at(1));
    auto result = ended(redirect, Outcome::other, at(1));
    result.discovered = {found(image, LinkKind::image, Mechanism::redirect)};
    ASSERT_TRUE(database.apply({result}));
    const auto visit = compare(image, at(2), 1, true);
    EXPECT_THAT(texts(database.pages_naming(visit.id, 10)), ElementsAre(home));

    read_page(first, at(3), {picture(hop)}); // another page names the address that redirects
    EXPECT_THAT(texts(claim(at(4), 1, 1)), ElementsAre(image));
    EXPECT_THAT(texts(database.pages_naming(visit.id, 10)), ElementsAre(home, first));
}

TEST_P(Frontier, RedirectsInACircleEnd)
{
    read_page(home, at(0), {picture(first), picture(second)});
    auto one = ended(take(first, at(1)), Outcome::page, at(1));
    one.discovered = {found(second, LinkKind::page, Mechanism::redirect)};
    auto two = ended(take(second, at(1)), Outcome::page, at(1));
    two.discovered = {found(first, LinkKind::page, Mechanism::redirect)};
    ASSERT_TRUE(database.apply({one, two}));
    EXPECT_THAT(texts(database.pages_naming(one.id, 10)), ElementsAre(home));
}

constexpr const char* full = "https://board.example/full.jpg";
constexpr const char* thumb = "https://img.board.example/thumb.jpg";

TEST_P(Frontier, APageTiesTheAddressesOfAnItem)
{
    read_page(home, at(0),
              {tied_picture(full, 1), tied_picture(thumb, 1), tied_picture(image, 2), picture(second)});
    EXPECT_TRUE(database.is_same_item(url(full), url(thumb), url(home)));
    EXPECT_TRUE(database.is_same_item(url(thumb), url(full), url(home)));
    EXPECT_FALSE(database.is_same_item(url(full), url(image), url(home)));
    EXPECT_FALSE(database.is_same_item(url(full), url(second), url(home)));
    EXPECT_FALSE(database.is_same_item(url(second), url(second), url(home))); // tied to nothing
}

TEST_P(Frontier, WhatOnePageTiesAnotherDoesNot)
{
    read_page(home, at(0), {tied_picture(full, 1), tied_picture(thumb, 1), page_link(first)});
    read_page(first, at(1), {tied_picture(full, 1), tied_picture(thumb, 2), tied_picture(image, 1)});
    EXPECT_TRUE(database.is_same_item(url(full), url(thumb), url(home)));
    EXPECT_FALSE(database.is_same_item(url(full), url(thumb), url(first)));
    EXPECT_FALSE(database.is_same_item(url(full), url(image), url(home)));
    EXPECT_FALSE(database.is_same_item(url(full), url(thumb), url("https://board.example/unknown")));
    EXPECT_FALSE(database.is_same_item(url(full), url("https://board.example/unknown"), url(home)));
    EXPECT_FALSE(database.is_same_item(url("https://elsewhere.example/1.jpg"), url(full), url(home)));
}

TEST_P(Frontier, TheNumbersOfOneReadingMeanNothingInTheNext)
{
    read_page(home, at(0), {tied_picture(full, 1), tied_picture(thumb, 1)});
    // The page has a new picture in front; what it showed before has left it.
    read_page(home, at(4000), {tied_picture(first, 1), tied_picture(second, 1)});
    EXPECT_TRUE(database.is_same_item(url(first), url(second), url(home)));
    EXPECT_TRUE(database.is_same_item(url(full), url(thumb), url(home)));
    EXPECT_FALSE(database.is_same_item(url(full), url(first), url(home)));
}

TEST_P(Frontier, ThePagesLastReadingTies)
{
    read_page(home, at(0), {picture(full), picture(thumb)});
    EXPECT_FALSE(database.is_same_item(url(full), url(thumb), url(home)));
    read_page(home, at(4000), {tied_picture(full, 3), tied_picture(thumb, 3)});
    EXPECT_TRUE(database.is_same_item(url(full), url(thumb), url(home)));
    read_page(home, at(8000), {picture(full), picture(thumb)});
    EXPECT_FALSE(database.is_same_item(url(full), url(thumb), url(home)));
}

TEST_P(Frontier, AnAddressThatIsWrittenInTwoWaysStaysTied)
{
    read_page(home, at(0),
              {picture(full), tied_picture(full, 1), tied_picture(thumb, 1), picture(thumb),
               tied_picture(thumb, 2), tied_picture(image, 2)});
    EXPECT_TRUE(database.is_same_item(url(full), url(thumb), url(home)));
    EXPECT_FALSE(database.is_same_item(url(thumb), url(image), url(home)));
}

TEST_P(Frontier, AnItemWhoseFirstAddressIsOnNoListedHostHoldsTheOthers)
{
    read_page(home, at(0),
              {tied_picture("https://elsewhere.example/full.jpg", 1), tied_picture(image, 1),
               tied_picture(thumb, 1)});
    EXPECT_TRUE(database.is_same_item(url(image), url(thumb), url(home)));
}

TEST_P(Frontier, TyingAnewBringsNoMatchedPictureBack)
{
    read_page(home, at(0), {picture(image), picture(full)});
    compare(image, at(1), 1, true);
    compare(full, at(1), 1, true);
    read_page(home, at(3605), {tied_picture(image, 1), tied_picture(full, 1)});
    auto due = claim(at(3606), 10, 1); // their own revisits
    for (const auto& visit : due)
        ASSERT_TRUE(database.apply({ended(visit, Outcome::unchanged, at(3607), 1)}));
    read_page(home, at(7206), {tied_picture(full, 1), tied_picture(image, 2)});
    EXPECT_THAT(claimed(at(7206), 1), IsEmpty());
}

TEST_P(Frontier, AnAddressThatRedirectsTiesWhatItLeadsTo)
{
    constexpr const char* hop = "https://board.example/img?id=1";
    read_page(home, at(0), {tied_picture(hop, 1), tied_picture(thumb, 1)});
    auto result = ended(take(hop, at(1)), Outcome::other, at(1));
    result.discovered = {found(full, LinkKind::image, Mechanism::redirect)};
    ASSERT_TRUE(database.apply({result}));
    EXPECT_TRUE(database.is_same_item(url(full), url(thumb), url(home)));
    EXPECT_TRUE(database.is_same_item(url(thumb), url(full), url(home)));
}

} // namespace
} // namespace stillwatch::crawler
