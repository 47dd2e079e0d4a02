#include "frontier_contract.hpp"

// Pages and pictures under more than one address.
namespace stillwatch::crawler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* home = "https://board.example/";
constexpr const char* old_page = "https://board.example/forum";
constexpr const char* new_page = "https://board.example/forum-1.html";
constexpr const char* image = "https://board.example/a.jpg";
constexpr const char* hop = "https://board.example/go/a";

struct Moved : Frontier {
    void redirect(const std::string& from, const std::string& to, LinkKind kind, Timestamp now)
    {
        auto result = ended(take(from, now), Outcome::moved, now);
        result.http_status = 301;
        result.discovered = {found(to, kind, Mechanism::redirect)};
        ASSERT_TRUE(database.apply({result}));
    }
    void read(const std::string& address, const std::string& bytes, std::vector<Discovered> links,
              Timestamp now)
    {
        auto result = ended(take(address, now), Outcome::page, now);
        result.kind = LinkKind::page;
        result.content = Sha256::of(as_bytes(bytes));
        result.discovered = std::move(links);
        ASSERT_TRUE(database.apply({result}));
    }
};
CONTRACT_OF(Moved);

TEST_P(Moved, WhatIsKnownIsVisitedAnywayUnlessItIsOutOfReach)
{
    EXPECT_FALSE(database.is_visited_anyway(url(image)));
    read_page(home, at(0), {picture(image), picture(hop)});
    EXPECT_TRUE(database.is_visited_anyway(url(image)));
    ASSERT_TRUE(database.apply({ended(take(image, at(1)), Outcome::disallowed, at(1))}));
    EXPECT_FALSE(database.is_visited_anyway(url(image)));
}

TEST_P(Moved, APlaceThatManyAreSentToIsFollowedTo)
{
    std::vector<Discovered> links{page_link(new_page)};
    for (int i = 0; i < 8; ++i)
        links.push_back(page_link("https://board.example/" + std::to_string(i)));
    read_page(home, at(0), links);
    for (int i = 0; i < 8; ++i) {
        EXPECT_TRUE(database.is_visited_anyway(url(new_page)));
        redirect("https://board.example/" + std::to_string(i), new_page, LinkKind::page, at(1));
    }
    EXPECT_FALSE(database.is_visited_anyway(url(new_page))) << "a gate is to be seen for what it is";
}

TEST_P(Moved, AMovedAddressIsNoPictureToBeCompared)
{
    read_page(home, at(0), {picture(hop), picture(image)});
    redirect(hop, image, LinkKind::image, at(1));
    compare(image, at(2), 1, false);
    EXPECT_EQ(database.coverage(1).images, 1);
    EXPECT_EQ(database.coverage(1).compared, 1);
    EXPECT_EQ(database.site_health("board", 1, at(2)).moved, 1);
    EXPECT_THAT(claimed(at(3), 2), ElementsAre(image)) << "nor stale";
}

TEST_P(Moved, ThePagesThatNameTheOldAddressNameThePicture)
{
    read_page(home, at(0), {picture(hop), picture(image), page_link(new_page)});
    read_page(new_page, at(1), {picture(hop)});
    redirect(hop, image, LinkKind::image, at(2));
    const auto visit = take(image, at(3));
    EXPECT_THAT(texts(database.pages_naming(visit.id, 10)), ElementsAre(home, new_page));
    EXPECT_THAT(texts(database.addresses_of(visit.id, 10)), testing::UnorderedElementsAre(image, hop));
}

TEST_P(Moved, APageThatMovedIsNoSecondPageOfAPicture)
{
    read_page(home, at(0), {page_link(old_page)});
    read(old_page, "one", {picture(image), page_link(new_page)}, at(1));
    read(new_page, "other", {picture(image)}, at(2));
    redirect(old_page, new_page, LinkKind::page, at(4'000));
    const auto visit = take(image, at(4'001));
    EXPECT_THAT(texts(database.pages_naming(visit.id, 10)), ElementsAre(new_page));
}

TEST_P(Moved, TheSameBytesUnderTwoAddressesAreOnePage)
{
    read_page(home, at(0), {page_link(old_page), page_link(new_page)});
    read(old_page, "same", {picture(image)}, at(1));
    read(new_page, "same", {picture(image)}, at(2));
    EXPECT_THAT(texts(database.pages_naming(take(image, at(3)).id, 10)), ElementsAre(old_page));
}

TEST_P(Moved, TheSameBytesThatNameOtherPicturesAreTwoPages)
{
    constexpr const char* other = "https://board.example/b.jpg";
    read_page(home, at(0), {page_link(old_page), page_link(new_page)});
    read(old_page, "same", {picture(image)}, at(1));
    read(new_page, "same", {picture(other)}, at(2)); // a relative address
    EXPECT_THAT(texts(database.pages_naming(take(other, at(3)).id, 10)), ElementsAre(new_page));
}

TEST_P(Moved, TheEndOfARedirectThatNobodyKnewIsVisitedByTheSameAnswer)
{
    read_page(home, at(0), {page_link(old_page)});
    const auto from = take(old_page, at(1));
    const auto arrived = database.arrive(from, url(new_page), at(1), at(600));
    ASSERT_TRUE(arrived);
    EXPECT_EQ(arrived->depth, 1);
    EXPECT_THAT(claimed(at(2)), IsEmpty()) << "leased";
    auto earlier = ended(from, Outcome::moved, at(3));
    earlier.discovered = {found(new_page, LinkKind::page, Mechanism::redirect)};
    auto result = ended(*arrived, Outcome::page, at(3));
    result.discovered = {picture(image), page_link(old_page)};
    result.led_here = {earlier};
    ASSERT_TRUE(database.apply({result}));
    EXPECT_THAT(claimed(at(4)), ElementsAre(image)) << "both were visited";
    EXPECT_FALSE(database.arrive(from, url(new_page), at(5), at(600))) << "it is known now";
}

TEST_P(Moved, APassIsAsLongAsWhatIsDue)
{
    read_page(home, at(0), {picture(image), picture(hop), page_link(old_page)});
    EXPECT_EQ(database.pass_sizes(at(1), 1)["board"].due, 3);
    EXPECT_EQ(database.pass_sizes(at(1), 1)["board"].known, 4);
    compare(image, at(2), 1, false);
    EXPECT_EQ(database.pass_sizes(at(3), 1)["board"].due, 2);
    EXPECT_EQ(database.pass_sizes(at(3), 2)["board"].due, 3) << "one is stale";
}

} // namespace
} // namespace stillwatch::crawler
