#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Pictures that stand inside a document: compared, recorded and looked after without an address of their own.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::SizeIs;

class InsideTest : public testing::Test, protected World {
protected:
    InsideTest() { use_settings(); }

    static Url inside(const std::string& page, const std::string& motif)
    {
        return Url::inside(url(page), Sha256::of(as_bytes(picture_file(motif))));
    }
    std::size_t asked(const std::string& address) const
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(web.asked, [&](const auto& one) { return one.url == address; }));
    }
};

TEST_F(InsideTest, AMatchIsAPlaceOfTheFindingAndThePageItsWitness)
{
    enrol(open_case(), picture_file("sea"));
    serve(start, "inline sea inline hill");
    const auto results = crawl();
    EXPECT_EQ(results.at(inside(start, "sea").text()).outcome, Outcome::compared);
    EXPECT_EQ(results.at(inside(start, "hill").text()).outcome, Outcome::compared);
    const auto found = findings();
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].page_url.text(), start);
    EXPECT_EQ(found[0].image_url, inside(start, "sea"));
    EXPECT_EQ(found[0].content, inside(start, "sea").picture_inside());
    EXPECT_EQ(found[0].page_state, PageState::named);
    EXPECT_THAT(evidence_files(), SizeIs(1));
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(2));
    EXPECT_EQ(asked(start), 2U); // once more as the witness
    EXPECT_EQ(web.asked.size(), 2U);
}

TEST_F(InsideTest, NothingIsToldTwice)
{
    enrol(open_case(), picture_file("sea"));
    serve(start, "inline sea");
    crawl();
    crawl_later();
    crawl_later();
    EXPECT_THAT(occurrences(), SizeIs(1));
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(2));
}

TEST_F(InsideTest, ANewReferenceIsComparedWithWhatStoodInPagesBefore)
{
    const auto c = open_case();
    enrol(c, picture_file("fox"));
    serve(start, "inline sea inline hill");
    crawl();
    EXPECT_THAT(findings(), SizeIs(0));
    EXPECT_EQ(asked(start), 1U);
    enrol(c, picture_file("sea"), "R-02");
    crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].image_url, inside(start, "sea"));
    EXPECT_EQ(asked(start), 3U); // once for both pictures, and as the witness
}

TEST_F(InsideTest, OneThatItsPageHoldsNoLongerIsGone)
{
    enrol(open_case(), picture_file("sea"));
    serve(start, "inline sea");
    crawl();
    serve(start, "inline hill");
    ASSERT_TRUE(stores.frontier().look_again(inside(start, "sea"), clock.now()).value());
    clock.pass(std::chrono::minutes(11));
    const auto results = crawl();
    EXPECT_EQ(results.at(inside(start, "sea").text()).outcome, Outcome::gone);
    EXPECT_EQ(results.at(inside(start, "sea").text()).http_status, 410);
}

TEST_F(InsideTest, AnErrorOfThePageIsAnErrorOfThePicture)
{
    enrol(open_case(), picture_file("sea"));
    serve(start, "inline sea");
    crawl();
    web.pages[start] = ScriptedFetcher::status(503);
    ASSERT_TRUE(stores.frontier().look_again(inside(start, "sea"), clock.now()).value());
    clock.pass(std::chrono::minutes(11));
    EXPECT_EQ(crawl().at(inside(start, "sea").text()).outcome, Outcome::unreachable);
}

TEST_F(InsideTest, OneThatMatchesNothingIsNotLookedAtAgainForItsOwnSake)
{
    enrol(open_case(), picture_file("fox"));
    serve(start, "inline sea");
    crawl();
    EXPECT_FALSE(crawl_later().contains(inside(start, "sea").text()));
}

TEST_F(InsideTest, AnIconThatIsKnownIsNotTakenUpOnEachPage)
{
    enrol(open_case(), picture_file("fox"));
    serve(start, "inline icon a https://board.example/t/1");
    serve("https://board.example/t/1", "inline icon inline sea");
    const auto results = crawl();
    EXPECT_TRUE(results.contains(inside(start, "icon").text()));
    EXPECT_FALSE(results.contains(inside("https://board.example/t/1", "icon").text()));
    EXPECT_TRUE(results.contains(inside("https://board.example/t/1", "sea").text()));
}

TEST_F(InsideTest, PagesOfAControlThatBringNothingAreTakenNoMore)
{
    serve(start, "a https://board.example/1");
    for (int number = 1; number < 4; ++number) {
        std::string list = "a https://board.example/" + std::to_string(number + 1) + '\n';
        for (int i = 0; i < 40; ++i) {
            const auto address = "https://board.example/api/" + std::to_string(100 * number + i);
            list += "control " + address + '\n';
            serve(address, "nothing here");
        }
        serve("https://board.example/" + std::to_string(number), list);
    }
    crawl();
    const auto of_controls = std::ranges::count_if(
        web.asked, [](const auto& one) { return one.url.find("/api/") != std::string::npos; });
    EXPECT_GE(of_controls, crawler::ControlYield::idle_after);
    EXPECT_LT(of_controls, 120);
    EXPECT_GT(counters.by_label("links_left_out_total").at("controls_bring_nothing"), 0);
}

TEST(PicturesInside, AreGivenOnceAndWithinTheirTime)
{
    const auto document = url("https://board.example/");
    const crawler::PoliteAnswer answer{Fetched{document}};
    const auto file = to_bytes("a picture");
    const auto address = Url::inside(document, Sha256::of(file));
    PicturesInside inside;
    inside.keep(answer, {file}, at(0));
    EXPECT_TRUE(inside.take(address, at(0) + PicturesInside::max_age));
    EXPECT_FALSE(inside.take(address, at(0)));
    inside.keep(answer, {file}, at(0));
    EXPECT_FALSE(inside.take(address, at(0) + PicturesInside::max_age + std::chrono::seconds(1)));
}

TEST(PicturesInside, AreBounded)
{
    const auto document = url("https://board.example/");
    const crawler::PoliteAnswer answer{Fetched{document}};
    PicturesInside inside;
    std::vector<Url> addresses;
    for (int i = 0; i < 12; ++i) {
        Bytes file(5U << 20U, static_cast<std::byte>(i));
        addresses.push_back(Url::inside(document, Sha256::of(file)));
        inside.keep(answer, {std::move(file)}, at(0));
    }
    EXPECT_FALSE(inside.take(addresses.front(), at(0)));
    EXPECT_TRUE(inside.take(addresses.back(), at(0)));
}

} // namespace
} // namespace stillwatch::pipeline
