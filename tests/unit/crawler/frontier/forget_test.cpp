#include "frontier_contract.hpp"

namespace stillwatch::crawler {
namespace {

const std::string start = "https://board.example/";
const std::string one = "https://board.example/1.jpg";
const std::string two = "https://board.example/2.jpg";
const std::string other = "https://board.example/3.jpg";

Sha256 content_of(const std::string& address)
{
    return Sha256::of(as_bytes(address));
}

struct Forgetting : Frontier {
    Forgetting()
    {
        std::vector<Discovered> links;
        for (const auto& address : {one, two, other})
            links.push_back({url(address), LinkKind::image, Mechanism::img_src});
        (void)read_page(start, at(0), std::move(links));
        (void)compare(one, at(1), 7, true);
        (void)compare(two, at(1), 7, true);
        (void)compare(other, at(1), 7, false);
    }
};
CONTRACT_OF(Forgetting);

TEST_P(Forgetting, AMatchOfNoFindingLeavesAnAddressThatWasJustNamed)
{
    ASSERT_TRUE(database.forget_matches({content_of(two)}, {url(one)}));
    EXPECT_FALSE(database.verdict(content_of(one)));
    ASSERT_TRUE(database.verdict(content_of(two)));
    EXPECT_TRUE(database.verdict(content_of(two))->matched);
    EXPECT_TRUE(database.verdict(content_of(other)));
    const auto coverage = database.coverage(7);
    EXPECT_EQ(coverage.compared, 2);
    EXPECT_EQ(coverage.pending, 1);
    const auto visits = claim(at(2), 10, 7);
    ASSERT_EQ(visits.size(), 1U);
    EXPECT_EQ(visits[0].url.text(), one);
    EXPECT_EQ(visits[0].last_outcome, Outcome::unvisited);
    EXPECT_FALSE(visits[0].content);
    EXPECT_EQ(database.integrity(), "ok");
}

TEST_P(Forgetting, OtherAddressesOfTheSameBytesAreForgottenToo)
{
    const auto copy = "https://board.example/copy.jpg";
    ASSERT_TRUE(database.start_pass(at(5)));
    (void)read_page(start, at(5), {{url(copy), LinkKind::image, Mechanism::img_src}});
    const auto visit = take(copy, at(6), 7);
    auto result = ended(visit, Outcome::compared, at(6), 7);
    result.kind = LinkKind::image;
    result.content = content_of(one);
    ASSERT_TRUE(database.apply({result}));
    ASSERT_TRUE(database.forget_matches({content_of(two)}, {}));
    EXPECT_EQ(database.coverage(7).compared, 2);
    EXPECT_EQ(database.coverage(7).pending, 2);
}

TEST_P(Forgetting, WhatWasComparedUnderIsKept)
{
    EXPECT_EQ(database.compared_under(), (ComparedUnder{7, 0})) << "an older program compared";
    ASSERT_TRUE(database.set_compared_under({9, -5}));
    EXPECT_EQ(database.compared_under(), (ComparedUnder{9, -5}));
    TemporaryDirectory empty;
    EXPECT_FALSE(UrlFrontier(GetParam().open(empty.path())).compared_under());
}

} // namespace
} // namespace stillwatch::crawler
