#include "frontier_contract.hpp"

// What a site has on hosts that nobody lists.
namespace stillwatch::crawler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Outside : Frontier {
    void name(const std::vector<OutsideHost>& named)
    {
        auto result = ended(seed, Outcome::page, at(1));
        result.kind = LinkKind::page;
        result.outside = named;
        EXPECT_TRUE(database.apply({result}));
    }
    std::vector<OutsideHost> outside() { return database.site_health("board", 0, at(0)).outside; }

    Visit seed = take("https://board.example/", at(0));
};
CONTRACT_OF(Outside);

TEST_P(Outside, EachHostIsCountedThatWithMostFirst)
{
    name({{"a.example", 1, 0}, {"b.example:8080", 3, 0}});
    name({{"a.example", 1, 0}, {"c.example", 0, 1}});
    EXPECT_THAT(outside(), ElementsAre(OutsideHost{"c.example", 0, 1}, OutsideHost{"b.example:8080", 3, 0},
                                       OutsideHost{"a.example", 2, 0}));
}

TEST_P(Outside, AHostThatJoinsTheWatchListIsLeftOutNoLonger)
{
    name({{"a.example", 5, 0}});
    auto site = sample_site();
    site.hosts.push_back("a.example");
    EXPECT_TRUE(database.set_sites({site}));
    EXPECT_THAT(outside(), IsEmpty());
}

TEST_P(Outside, HostsWithoutEndAreBoundedAndCounted)
{
    std::vector<OutsideHost> many;
    for (int i = 0; i < 250; ++i)
        many.push_back({"h" + std::to_string(i) + ".example", 1, 0});
    name(many);
    name({{"h0.example", 7, 0}, {"late.example", 9, 0}});
    EXPECT_EQ(outside().size(), 10U);
    EXPECT_EQ(outside().front(), (OutsideHost{"h0.example", 8, 0}));
    EXPECT_EQ(database.site_health("board", 0, at(0)).bounds.at("outside_hosts"), 51);
}

} // namespace
} // namespace stillwatch::crawler
