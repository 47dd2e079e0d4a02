#include "frontier_contract.hpp"

#include <functional>
#include <set>

// What a site may make without end, and what it may not lose all the same.
namespace stillwatch::crawler {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

constexpr const char* home = "https://board.example/";
const std::string board = "https://board.example";

struct Endless : Frontier {
    // What a visit brings: of a page the pictures nobody knew and what it names, of a picture its bytes.
    struct Shown {
        std::int64_t news = 0;
        std::vector<Discovered> links{};
        std::string bytes{};
    };
    using Site = std::function<Shown(const Visit&)>;

    void visit(const Visit& visited, const Shown& shown, Timestamp now)
    {
        auto result =
            ended(visited, visited.kind == LinkKind::page ? Outcome::page : Outcome::compared, now, 1);
        result.kind = visited.kind;
        result.depth = visited.depth;
        result.news = shown.news;
        result.discovered = shown.links;
        result.due = now + std::chrono::days(100);
        if (visited.kind == LinkKind::image) {
            result.content = Sha256::of(as_bytes(shown.bytes));
            result.verdict = Verdict{*result.content, 1, 1, false, false};
        }
        ASSERT_TRUE(database.apply({result}));
    }
    // Visits until nothing is left that is due by `now`; what was visited, in order.
    std::vector<std::string> crawl(Timestamp now, const Site& site)
    {
        std::vector<std::string> visited;
        for (auto window = claim(now, 16); !window.empty(); window = claim(now, 16))
            for (const auto& one : window) {
                visited.push_back(one.url.text());
                visit(one, site(one), now);
            }
        return visited;
    }
    SiteHealth health() { return database.site_health("board", 1, at(0)); }
    static std::vector<Discovered> pages(const std::string& start, int first, int count)
    {
        std::vector<Discovered> links;
        for (int i = first; i < first + count; ++i)
            links.push_back(page_link(board + start + std::to_string(i)));
        return links;
    }
};
CONTRACT_OF(Endless);

// Twenty switches: 2^20 pages that show the same.
Endless::Shown facets(const Visit& visit)
{
    std::set<int> chosen;
    const auto target = std::string(visit.url.target());
    for (std::size_t at = target.find("?"); at != std::string::npos; at = target.find("&", at + 1))
        chosen.insert(std::stoi(target.substr(at + 2)));
    Endless::Shown shown;
    for (int flip = 0; flip < 20; ++flip) {
        auto others = chosen;
        if (!others.erase(flip)) others.insert(flip);
        std::string query;
        for (const int one : others)
            query += (query.empty() ? "?f" : "&f") + std::to_string(one) + "=1";
        shown.links.push_back(page_link(board + "/facets" + query));
    }
    return shown;
}

TEST_P(Endless, FacetsThatBringNothingAreVisitedFiveHundredTimesAtMostAndThenAtATrickle)
{
    EXPECT_THAT(crawl(at(0), facets), SizeIs(AllOf(Ge(300U), Le(500U))));
    const auto told = health();
    EXPECT_GT(told.set_aside, 1'000);
    EXPECT_THAT(told.bounds.at("pages_set_aside"), Ge(1'000));
    EXPECT_THAT(told.idle_families, SizeIs(1));
    EXPECT_THAT(database.ready_hosts(at(1), 1), IsEmpty());
    ASSERT_TRUE(database.next_due(at(1)));
    const auto later = crawl(at(86'400), facets);
    EXPECT_THAT(later, SizeIs(AllOf(Ge(100U), Le(4'000U)))) << "never is no answer";
}

TEST_P(Endless, CombinationsInThePathAreBoundedToo)
{
    std::uint32_t seed = 1;
    const auto visited = crawl(at(0), [&seed](const Visit&) {
        Shown shown;
        for (int i = 0; i < 20; ++i) {
            std::string path = "/tag/";
            for (int word = 0; word < 4; ++word) {
                seed = seed * 1'103'515'245U + 12'345U;
                path += (word > 0 ? "+" : "") +
                        std::string(1 + (seed >> 16U) % 5, static_cast<char>('a' + (seed >> 20U) % 26));
            }
            shown.links.push_back(page_link(board + path));
        }
        return shown;
    });
    EXPECT_THAT(visited, SizeIs(Le(500U)));
}

TEST_P(Endless, ACalendarIsBounded)
{
    int day = 0;
    EXPECT_THAT(crawl(at(0),
                      [&day](const Visit&) {
                          return Shown{0, pages("/calendar?day=", ++day, 1)};
                      }),
                SizeIs(Le(500U)));
}

TEST_P(Endless, ListsThatLeadToPicturesAreReadToTheirEnd)
{
    constexpr int last = 700;
    const auto visited = crawl(at(0), [](const Visit& visit) -> Shown {
        const auto target = std::string(visit.url.target());
        if (target.starts_with("/view")) return {1, {}};
        const int number = target == "/" ? 0 : std::stoi(target.substr(target.find('=') + 1));
        if (number == last) return {};
        auto links = pages("/list.php?page=", number + 1, 1);
        const auto view = pages("/view.php?t=", number, 1);
        links.insert(links.end(), view.begin(), view.end());
        return {0, links};
    });
    EXPECT_THAT(visited, SizeIs(2 * last + 1));
}

TEST_P(Endless, ThreadsWithAPictureNowAndThenAreAllVisited)
{
    const auto visited = crawl(at(0), [](const Visit& visit) -> Shown {
        const auto target = std::string(visit.url.target());
        if (target == "/") return {0, pages("/viewtopic.php?t=", 0, 2'000)};
        return {std::stoi(target.substr(target.find('=') + 1)) % 300 == 299 ? 1 : 0, {}};
    });
    EXPECT_THAT(visited, SizeIs(2'001));
}

TEST_P(Endless, ASampleThatBringsAPictureWakesItsFamily)
{
    const auto texts_only = [](const Visit& visit) -> Shown {
        return {0,
                visit.url.target() == "/" ? pages("/viewtopic.php?t=", 0, 1'000) : std::vector<Discovered>{}};
    };
    EXPECT_THAT(crawl(at(0), texts_only), SizeIs(Le(500U)));
    bool is_first = true;
    const auto one_picture = [&is_first](const Visit&) -> Shown {
        return {std::exchange(is_first, false) ? 1 : 0, {}};
    };
    EXPECT_THAT(crawl(at(60), one_picture), SizeIs(Ge(350U))) << "until it is idle again";
}

TEST_P(Endless, AnAddressOfTheWatchListIsNeverPutAside)
{
    crawl(at(0), [](const Visit& visit) -> Shown {
        return {0, visit.url.target() == "/" ? pages("/t", 0, 1'000) : std::vector<Discovered>{}};
    });
    auto site = sample_site();
    site.seeds.push_back(url(board + "/t5000"));
    ASSERT_TRUE(database.set_sites({site}));
    EXPECT_THAT(claimed(at(1), 1), ElementsAre(board + "/t5000"));
}

Endless::Site gallery(int pictures, std::function<std::string(const std::string&)> bytes)
{
    return [=](const Visit& visit) -> Endless::Shown {
        if (visit.kind == LinkKind::image) return {0, {}, bytes(std::string(visit.url.target()))};
        std::vector<Discovered> links;
        for (int i = 0; i < pictures; ++i)
            links.push_back(picture(board + "/i/" + std::to_string(i) + ".jpg"));
        return {pictures, links};
    };
}

TEST_P(Endless, TheSameBytesUnderManyAddressesAreSampled)
{
    const auto visited = crawl(at(0), gallery(2'000, [](const std::string&) { return "same"; }));
    EXPECT_THAT(visited, SizeIs(AllOf(Ge(200U), Le(300U))));
    EXPECT_EQ(health().set_aside, 2'001 - static_cast<std::int64_t>(visited.size()));
    EXPECT_EQ(database.new_images({picture(board + "/i/90000.jpg")}), 0) << "one more of them is no news";
    EXPECT_EQ(database.new_images({picture(board + "/other/1.jpg")}), 1);
    bool is_first = true;
    const auto other = [&is_first](const std::string&) {
        return std::exchange(is_first, false) ? "other" : "same";
    };
    EXPECT_THAT(crawl(at(60), gallery(0, other)), SizeIs(Ge(200U))) << "one with other bytes wakes them";
}

TEST_P(Endless, PicturesOfDifferentBytesAreAllFetched)
{
    EXPECT_THAT(crawl(at(0), gallery(2'000, [](const std::string& target) { return target; })),
                SizeIs(2'001));
}

TEST_P(Endless, APictureThatEveryPageNamesIsRememberedForSixtyFour)
{
    const auto side_bar = board + "/logo.jpg";
    crawl(at(0), [&side_bar](const Visit& visit) -> Shown {
        auto links = visit.url.target() == "/" ? pages("/t", 0, 100) : std::vector<Discovered>{};
        links.push_back(picture(side_bar));
        return {1, links, "logo"};
    });
    const auto logo = take(side_bar, at(200 * 86'400), 1);
    EXPECT_THAT(database.pages_naming(logo.id, 1'000), SizeIs(64));
    EXPECT_EQ(health().bounds.at("pages_naming_a_picture"), 101 - 64);
}

TEST_P(Endless, ASiteHasABoundOnWhoNamesWhat)
{
    auto site = sample_site();
    site.max_pages = 10; // and 500 pictures: four pages each on average
    ASSERT_TRUE(database.set_sites({site}));
    std::vector<Discovered> pictures;
    for (int i = 0; i < 400; ++i)
        pictures.push_back(picture(board + "/i/" + std::to_string(i) + ".jpg"));
    crawl(at(0), [&pictures](const Visit& visit) -> Shown {
        if (visit.kind == LinkKind::image) return {0, {}, std::string(visit.url.target())};
        auto links = visit.url.target() == "/" ? pages("/t", 0, 9) : std::vector<Discovered>{};
        links.insert(links.end(), pictures.begin(), pictures.end());
        return {1, links};
    });
    EXPECT_EQ(health().bounds.at("pages_naming_a_picture"), 10 * 400 - 4 * 510);
    for (const auto& each : claim(at(200 * 86'400), 1'000, 1))
        if (each.kind == LinkKind::image) {
            EXPECT_THAT(database.pages_naming(each.id, 100), SizeIs(Ge(1U)));
        }
}

TEST_P(Endless, OneVisitIsEnoughForManyAddressesOfTheSameBytes)
{
    crawl(at(0), gallery(50, [](const std::string&) { return "same"; }));
    const auto stale = claim(at(1), 16, 2);
    ASSERT_THAT(stale, SizeIs(1));
    auto result = ended(stale[0], Outcome::compared, at(2), 2);
    result.kind = LinkKind::image;
    result.content = stale[0].content;
    result.verdict = Verdict{*result.content, 2, 1, false, false};
    ASSERT_TRUE(database.apply({result}));
    EXPECT_THAT(claim(at(3), 16, 2), IsEmpty());
    EXPECT_EQ(database.coverage(2).compared, 50);
    EXPECT_EQ(health().bounds.at("same_bytes_compared_once"), 49);
}

TEST_P(Endless, MatchedBytesAreAskedForUnderEachAddress)
{
    crawl(at(0), gallery(5, [](const std::string&) { return "same"; }));
    const auto content = Sha256::of(as_bytes("same"));
    ASSERT_TRUE(database.set_verdict({content, 2, 1, true, false}));
    std::size_t visited = 0;
    for (auto stale = claim(at(1), 16, 2); !stale.empty(); stale = claim(at(1), 16, 2))
        for (const auto& one : stale) {
            ++visited;
            auto result = ended(one, Outcome::compared, at(2), 2);
            result.kind = LinkKind::image;
            result.content = content;
            ASSERT_TRUE(database.apply({result}));
        }
    EXPECT_EQ(visited, 5U) << "each is an occurrence";
}

TEST_P(Endless, APictureWhoseBytesAreOthersAtEachVisitLeavesOneVerdict)
{
    const auto address = board + "/a.jpg";
    read_page(home, at(0), {picture(address), picture(board + "/b.jpg")});
    const auto show = [&](const std::string& where, const std::string& bytes, std::int64_t second) {
        visit(take(where, at(second), 1), {0, {}, bytes}, at(second));
    };
    show(address, "one", 1);
    show(board + "/b.jpg", "one", 1);
    show(address, "two", 101 * 86'400);
    EXPECT_EQ(database.counts(at(2)).contents, 2) << "the other address has them still";
    show(address, "three", 202 * 86'400);
    EXPECT_EQ(database.counts(at(2)).contents, 2);
    EXPECT_FALSE(database.verdict(Sha256::of(as_bytes("two"))));
    EXPECT_TRUE(database.verdict(Sha256::of(as_bytes("one"))));
}

} // namespace
} // namespace stillwatch::crawler
