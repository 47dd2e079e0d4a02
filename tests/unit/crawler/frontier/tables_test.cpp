#include "crawler/policy/due.hpp"
#include "frontier_contract.hpp"

#include <random>

// The stores of the frontier's rows say the same of the same rows.
namespace stillwatch::crawler {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

// A host with addresses in every standing there is, the same in each store.
struct Tables : testing::TestWithParam<Kept> {
    Tables()
    {
        const auto site = sample_site();
        EXPECT_TRUE(tables->change([&]() -> Result<void> {
            tables->put_sites({{site, {"board.example"}}});
            host = tables->add_host("https://board.example", "board.example");
            return {};
        }));
    }
    UrlId add(const std::string& target, LinkKind kind = LinkKind::page)
    {
        Key128 key{};
        std::memcpy(key.data(), target.data(), std::min(target.size(), key.size()));
        return tables->add_address({host, key, target, kind, 1, at(0), false, {}});
    }
    UrlId add(const Standing& standing, int number)
    {
        const auto id = add("/" + std::to_string(number), standing.kind);
        auto row = *tables->address(id);
        row.standing = standing;
        tables->put_address(row);
        return id;
    }
    std::vector<UrlId> ids(const std::vector<AddressRow>& rows)
    {
        std::vector<UrlId> result;
        for (const auto& row : rows)
            result.push_back(row.id);
        return result;
    }

    TemporaryDirectory directory;
    std::unique_ptr<FrontierTables> tables = GetParam().open(directory.path());
    HostId host;
};
CONTRACT_OF(Tables);

Standing random_standing(std::minstd_rand& random)
{
    const auto one_of = [&](int values) {
        return static_cast<int>(random() % static_cast<unsigned>(values));
    };
    Standing standing;
    standing.kind = static_cast<LinkKind>(one_of(3));
    standing.outcome = static_cast<Outcome>(one_of(13));
    standing.generation = one_of(4);
    standing.due = at(one_of(5));
    standing.lease_until = one_of(3) == 0 ? at(one_of(5)) : Timestamp{};
    standing.named_again = static_cast<NamedAgain>(one_of(3));
    standing.is_barren = standing.kind == LinkKind::page && one_of(2) == 0;
    standing.aside = standing.outcome == Outcome::unvisited && one_of(3) == 0 ? 1 : 0;
    if (standing.aside != 0 && standing.kind == LinkKind::video) standing.aside = not_looked_at;
    return standing;
}

TEST_P(Tables, StandingsAreDueAlike)
{
    constexpr int addresses = 400;
    std::minstd_rand random(7);
    std::vector<std::pair<UrlId, Standing>> known;
    ASSERT_TRUE(tables->change([&]() -> Result<void> {
        for (int number = 0; number < addresses; ++number) {
            const auto standing = random_standing(random);
            known.emplace_back(add(standing, number), standing);
        }
        return {};
    }));
    for (const std::int64_t generation : {0, 2, 4})
        for (const auto now : {at(0), at(2), at(4)})
            for (const auto why : in_order_of_urgency) {
                std::vector<std::pair<std::int64_t, UrlId>> turns;
                for (const auto& [id, standing] : known)
                    if (is_due(why, standing, now, generation))
                        turns.emplace_back(turn_of(why, standing), id);
                std::ranges::sort(turns);
                std::vector<UrlId> expected;
                for (const auto& [turn, id] : turns)
                    expected.push_back(id);
                EXPECT_THAT(ids(tables->due(why, host, now, generation, addresses)),
                            ElementsAreArray(expected))
                    << static_cast<int>(why) << " at generation " << generation;
                expected.resize(std::min<std::size_t>(expected.size(), 3));
                EXPECT_THAT(ids(tables->due(why, host, now, generation, 3)), ElementsAreArray(expected));
            }
}

TEST_P(Tables, AHostIsReadyForOneStandingAlike)
{
    std::minstd_rand random(11);
    const auto id = add("/one");
    auto row = *tables->address(id);
    for (int i = 0; i < 200; ++i) {
        row.standing = random_standing(random);
        tables->put_address(row);
        const auto now = at(2);
        EXPECT_EQ(!tables->ready_hosts(now, 2).empty(), makes_ready(row.standing, now, 2)) << i;
        EXPECT_EQ(tables->next_moment(now), next_moment(row.standing, now, false)) << i;
        EXPECT_EQ(tables->pass_sizes(now, 2)["board"].due, is_owed(row.standing, now, 2) ? 1 : 0) << i;
    }
}

TEST_P(Tables, AHostThatRestsWakesForPicturesThatMayBeStale)
{
    std::minstd_rand random(13);
    const auto id = add("/one");
    auto row = *tables->address(id);
    auto resting = *tables->host(host);
    resting.host.backoff_until = at(10);
    tables->put_host(resting);
    for (int i = 0; i < 200; ++i) {
        row.standing = random_standing(random);
        tables->put_address(row);
        auto expected = next_moment(row.standing, at(2), true);
        if (expected) expected = std::max(*expected, at(10));
        EXPECT_EQ(tables->next_moment(at(2)), expected) << i;
    }
}

TEST_P(Tables, AnAddressComesBackAsItWasPut)
{
    const auto id = add("/a?b=c", LinkKind::image);
    auto row = *tables->address(id);
    EXPECT_EQ(row.target, "/a?b=c");
    EXPECT_EQ(row.depth, 1);
    row.standing = {LinkKind::image, Outcome::compared, 3, at(5), at(6), NamedAgain::served, false, 0};
    row.tries = 2;
    row.unchanged_in_a_row = 4;
    row.http_status = 200;
    row.last_visit = at(1);
    row.wire_bytes = 99;
    row.redirect_to = UrlId{7};
    row.content = Sha256::of(as_bytes("a"));
    row.etag = "\"e\"";
    row.last_modified = "then";
    row.rate = {1.5, 2.5, 3};
    row.same_as = UrlId{5};
    tables->put_address(row);
    const auto back = tables->address(id);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->standing, row.standing);
    EXPECT_EQ(back->tries, 2);
    EXPECT_EQ(back->unchanged_in_a_row, 4);
    EXPECT_EQ(back->http_status, 200);
    EXPECT_EQ(back->last_visit, at(1));
    EXPECT_EQ(back->wire_bytes, 99);
    EXPECT_EQ(back->redirect_to, UrlId{7});
    EXPECT_EQ(back->content, row.content);
    EXPECT_EQ(back->etag, row.etag);
    EXPECT_EQ(back->last_modified, row.last_modified);
    EXPECT_EQ(back->rate, row.rate);
    EXPECT_EQ(back->same_as, UrlId{5});
}

TEST_P(Tables, LeasesOfAllEndAndWhatWasNamedAgainIsDueAgain)
{
    const auto id = add("/one", LinkKind::image);
    tables->lease(id, at(100), NamedAgain::served);
    tables->end_leases();
    EXPECT_EQ(tables->address(id)->standing.lease_until, Timestamp{});
    EXPECT_EQ(tables->address(id)->standing.named_again, NamedAgain::due);
}

TEST_P(Tables, NamingsAreKeptOnceByPage)
{
    const auto target = add("/picture", LinkKind::image);
    const auto one = add("/1");
    const auto two = add("/2");
    EXPECT_TRUE(tables->add_naming(target, {two, Mechanism::img_src, at(1), {}}));
    EXPECT_TRUE(tables->add_naming(target, {one, Mechanism::a_href, at(2), target}));
    EXPECT_FALSE(tables->add_naming(target, {one, Mechanism::img_src, at(3), {}}));
    const auto namings = tables->namings_of(target);
    ASSERT_EQ(namings.size(), 2U);
    EXPECT_EQ(namings[0].page, one);
    EXPECT_EQ(namings[0].mechanism, Mechanism::a_href);
    EXPECT_EQ(namings[0].seen, at(2));
    EXPECT_EQ(namings[0].item, target);
    EXPECT_EQ(tables->count_namings(target, 1), 1U);
    EXPECT_EQ(tables->forget_namings(target), 2);
    EXPECT_THAT(tables->namings_of(target), IsEmpty());
}

TEST_P(Tables, ThePageThatCameToNameAnAddressIsTheOneWhoseLatestVisitWasTheFirstToDoSo)
{
    const auto target = add("/new");
    const auto earlier = add("/1");
    const auto latest = add("/2");
    for (const auto page : {earlier, latest}) {
        auto row = *tables->address(page);
        row.last_visit = at(9);
        tables->put_address(row);
    }
    tables->add_naming(target, {earlier, Mechanism::a_href, at(3), {}});
    EXPECT_EQ(tables->page_that_came_to_name(target), UrlId{});
    tables->add_naming(target, {latest, Mechanism::a_href, at(9), {}});
    EXPECT_EQ(tables->page_that_came_to_name(target), latest);
}

TEST_P(Tables, TheTallyHasNoEmptyShelves)
{
    const Shelf shelf{host, LinkKind::image, Outcome::compared, 3};
    tables->add_to_tally(shelf, 2);
    EXPECT_EQ(tables->tally_of("board").at(shelf), 2);
    EXPECT_EQ(tables->highest_generation(), 3);
    tables->add_to_tally(shelf, -2);
    EXPECT_THAT(tables->tally_of(std::nullopt), IsEmpty());
    EXPECT_EQ(tables->highest_generation(), 0);
}

TEST_P(Tables, OnlyASiteWithAHostMoreIsNamed)
{
    const auto board = sample_site();
    const auto other = sample_site("other", "other.example");
    EXPECT_THAT(tables->put_sites({{board, {"board.example"}}}), IsEmpty());
    EXPECT_THAT(tables->put_sites({{board, {"board.example"}}, {other, {"other.example"}}}),
                ElementsAre("other"));
    EXPECT_THAT(tables->put_sites({{other, {"other.example", "board.example"}}}), ElementsAre("other"));
    EXPECT_EQ(tables->site_of(host)->name, "other");
    EXPECT_THAT(tables->put_sites({}), IsEmpty());
    EXPECT_EQ(tables->watched_host("https://board.example"), HostId{});
}

} // namespace
} // namespace stillwatch::crawler
