#include "frontier_contract.hpp"

namespace stillwatch::crawler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* home = "https://board.example/";
constexpr const char* other = "https://board.example/1";

std::string stored(const std::string& path, int view)
{
    return "https://board.example" + path + "?X-Amz-Date=" + std::to_string(view) +
           "&X-Amz-Signature=" + std::to_string(view);
}

std::string with_token(int view)
{
    return "https://board.example/a.jpg?token=0f3a99c1d2e4b5a" + std::to_string(view);
}

struct SignedAddresses : Frontier {};

TEST_P(SignedAddresses, APictureThatIsSignedAnewIsOneAddressAskedForWithTheNewestSignature)
{
    read_page(home, at(0), {picture(stored("/a.jpg", 1))});
    const auto before = compare(stored("/a.jpg", 1), at(1000), 1, false);
    read_page(home, at(4000), {picture(stored("/a.jpg", 2))});
    EXPECT_EQ(database.counts(at(4001)).images, 1);
    EXPECT_THAT(claimed(at(4001), 1), IsEmpty()) << "its bytes are those that were compared";
    const auto again = take(stored("/a.jpg", 2), at(4002), 2);
    EXPECT_EQ(again.id, before.id) << "newer references";
}

TEST_P(SignedAddresses, OneThatMatchedIsVisitedUnderItsNewAddress)
{
    read_page(home, at(0), {picture(stored("/a.jpg", 1))});
    const auto before = compare(stored("/a.jpg", 1), at(1), 1, true);
    read_page(home, at(4000), {picture(stored("/a.jpg", 2))});
    EXPECT_EQ(take(stored("/a.jpg", 2), at(4001), 1).id, before.id);
}

TEST_P(SignedAddresses, WhatOnlyLooksSignedIsVisitedAgainAndIsNoFurtherAddress)
{
    read_page(home, at(0), {picture(with_token(1))});
    const auto before = compare(with_token(1), at(1), 1, false);
    read_page(home, at(4000), {picture(with_token(2))});
    EXPECT_EQ(take(with_token(2), at(4001), 1).id, before.id);
    EXPECT_EQ(database.counts(at(4002)).images, 1);
}

TEST_P(SignedAddresses, SeveralOnOnePageStaySeveral)
{
    read_page(home, at(0), {picture(with_token(1)), picture(with_token(2))});
    EXPECT_THAT(claimed(at(1), 1), UnorderedElementsAre(with_token(1), with_token(2)));
    read_page(home, at(4000), {picture(with_token(3)), picture(with_token(4))});
    EXPECT_EQ(database.counts(at(4001)).images, 2);
    EXPECT_THAT(claimed(at(4001), 1), UnorderedElementsAre(with_token(3), with_token(4)));
}

TEST_P(SignedAddresses, ANewPictureTakesNobodysPlace)
{
    read_page(home, at(0), {picture(with_token(1)), picture(with_token(2))});
    compare(with_token(1), at(1000), 1, false);
    compare(with_token(2), at(1000), 1, false);
    read_page(home, at(4000), {picture(with_token(9)), picture(with_token(1)), picture(with_token(2))});
    EXPECT_THAT(claimed(at(4001), 1), ElementsAre(with_token(9)));
    EXPECT_EQ(database.counts(at(4001)).images, 3);
}

TEST_P(SignedAddresses, AnotherPageMayMeanAnotherPicture)
{
    read_page(home, at(0), {picture(with_token(1)), page_link(other)});
    read_page(other, at(1), {picture(with_token(2))});
    EXPECT_THAT(claimed(at(2), 1), UnorderedElementsAre(with_token(1), with_token(2)));
}

TEST_P(SignedAddresses, ASignatureThatRanOutIsAskedOfThePage)
{
    read_page(home, at(0), {picture(stored("/a.jpg", 1))});
    compare(stored("/a.jpg", 1), at(1), 1, false);
    auto refused = ended(take(stored("/a.jpg", 1), at(10), 2), Outcome::unreachable, at(10));
    refused.http_status = 403;
    ASSERT_TRUE(database.apply({refused}));
    read_page(home, at(12), {picture(stored("/a.jpg", 2))});
    EXPECT_THAT(claimed(at(13), 2), ElementsAre(stored("/a.jpg", 2)));
}

TEST_P(SignedAddresses, SignedAnewIsNoNews)
{
    const auto page = read_page(home, at(0), {picture(stored("/a.jpg", 1))});
    EXPECT_EQ(database.new_images({picture(stored("/a.jpg", 2))}, page.id), 0);
    EXPECT_EQ(database.new_images({picture(stored("/b.jpg", 2))}, page.id), 1);
}

CONTRACT_OF(SignedAddresses);

} // namespace
} // namespace stillwatch::crawler
