#include "pipeline/style_sheets.hpp"

#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class StyleSheetsTest : public testing::Test, protected World {
protected:
    StyleSheetsTest() { use_settings(); }

    static std::string css(const std::string& name) { return "https://board.example/" + name + ".css"; }

    // Address and what is missing of each, empty where it came.
    std::vector<std::pair<std::string, std::string>> sheets(const std::vector<std::string>& named,
                                                            const std::string& page = start)
    {
        std::vector<Url> urls;
        for (const auto& each : named)
            urls.push_back(url(each));
        last = run(styles.of_page(settings.crawl->site("board"), url(page), urls)).value();
        std::vector<std::pair<std::string, std::string>> rows;
        for (const auto& sheet : last)
            rows.emplace_back(sheet->url.text(), sheet->missing);
        return rows;
    }

    StyleSheets styles{services};
    StyleSheets::Sheets last;
};

TEST_F(StyleSheetsTest, OfManyPagesAreFetchedOnceADay)
{
    serve(css("a"), "p{}");
    for (int page = 0; page < 100; ++page)
        EXPECT_THAT(sheets({css("a")}, start + std::to_string(page)), ElementsAre(Pair(css("a"), "")));
    EXPECT_EQ(web.times_asked(css("a")), 1);
    clock.pass(std::chrono::hours(25));
    EXPECT_THAT(sheets({css("a")}), ElementsAre(Pair(css("a"), "")));
    EXPECT_EQ(web.times_asked(css("a")), 2);
}

TEST_F(StyleSheetsTest, TellTheSiteNothingOfThePage)
{
    serve(css("a"), "p{}");
    (void)sheets({css("a")}, start + "thread/of-another-person");
    std::string referer;
    for (const auto& header : web.asked.back().headers)
        if (header.name == "Referer") referer = header.value;
    EXPECT_EQ(referer, start);
}

TEST_F(StyleSheetsTest, WhatTheyImportComesBehindThemAndNoFurther)
{
    serve(css("a"), "style " + css("b"));
    serve(css("b"), "style " + css("c"));
    serve(css("d"), "p{}");
    EXPECT_THAT(sheets({css("a"), css("d")}),
                ElementsAre(Pair(css("a"), ""), Pair(css("b"), ""), Pair(css("d"), "")));
    EXPECT_EQ(last[1]->via, css("a"));
    EXPECT_EQ(last[2]->via, "");
}

TEST_F(StyleSheetsTest, WhatDoesNotComeSaysWhyAndIsAskedAgainInAnHour)
{
    web.pages[css("gone")] = ScriptedFetcher::status(404);
    const std::string dead = "https://img.board.example/dead.css";
    web.pages[dead] = ScriptedFetcher::fails(Errc::unreachable);
    serve(css("picture"), picture_file("sea"));
    const std::vector<std::string> named{css("gone"), dead, css("picture"), "https://cdn.example/x.css"};
    EXPECT_THAT(sheets(named), ElementsAre(Pair(css("gone"), "status 404"), Pair(dead, testing::_),
                                           Pair(css("picture"), "what came is a picture"),
                                           Pair(named[3], HasSubstr("scope: off_site"))));
    for (const auto& sheet : last) {
        EXPECT_THAT(sheet->chain, IsEmpty());
        EXPECT_NE(sheet->missing, "");
    }
    (void)sheets(named);
    EXPECT_EQ(web.times_asked(css("gone")), 1);
    EXPECT_EQ(web.times_asked(named[3]), 0);
    clock.pass(std::chrono::minutes(61));
    serve(css("gone"), "p{}");
    EXPECT_THAT(sheets({css("gone")}), ElementsAre(Pair(css("gone"), "")));
}

TEST_F(StyleSheetsTest, APageWithMoreThanTheBoundSaysHowManyAreLeftOut)
{
    std::vector<std::string> named;
    for (int i = 0; i < 500; ++i) {
        named.push_back(css(std::to_string(i)));
        serve(named.back(), "p{}");
    }
    const auto rows = sheets(named);
    ASSERT_THAT(rows, SizeIs(9));
    EXPECT_EQ(rows.back().second, "more than 8 style sheets: this one and 491 more are left out");
    EXPECT_THAT(web.asked, SizeIs(8));
}

TEST_F(StyleSheetsTest, NoPackageWaitsLongerThanTheBound)
{
    web.pages[css("slow")] = [this](const FetchRequest& request) {
        clock.pass(std::chrono::seconds(21));
        return ScriptedFetcher::text("p{}")(request);
    };
    serve(css("next"), "p{}");
    EXPECT_THAT(sheets({css("slow"), css("next")}),
                ElementsAre(Pair(css("slow"), ""), Pair(css("next"), "the package did not wait for it")));
    EXPECT_THAT(sheets({css("next")}), ElementsAre(Pair(css("next"), ""))); // the next package asks
}

TEST_F(StyleSheetsTest, EachHasNoMoreTimeThanIsLeftForAll)
{
    std::map<std::string, std::chrono::milliseconds> given;
    for (const auto* name : {"slow", "next"})
        web.pages[css(name)] = [this, &given, name](const FetchRequest& request) {
            given[name] = request.limits.total;
            clock.pass(std::chrono::seconds(17));
            return ScriptedFetcher::text("p{}")(request);
        };
    (void)sheets({css("slow"), css("next")});
    EXPECT_EQ(given.at("slow"), std::chrono::seconds(10));
    EXPECT_LE(given.at("next"), std::chrono::seconds(3)); // the clock moves by itself, too
    EXPECT_GT(given.at("next"), std::chrono::seconds(2));
}

// Else every page would lack for an hour what came late for one.
TEST_F(StyleSheetsTest, WhatOnlyHadTooLittleTimeIsAskedForByTheNextPackage)
{
    web.pages[css("slow")] = [this](const FetchRequest& request) {
        clock.pass(std::chrono::seconds(17));
        return ScriptedFetcher::text("p{}")(request);
    };
    web.pages[css("next")] = ScriptedFetcher::fails(Errc::timed_out);
    EXPECT_THAT(sheets({css("slow"), css("next")}),
                ElementsAre(Pair(css("slow"), ""), Pair(css("next"), testing::Ne(""))));
    serve(css("next"), "p{}");
    EXPECT_THAT(sheets({css("next")}), ElementsAre(Pair(css("next"), "")));
    web.pages[css("late")] = ScriptedFetcher::fails(Errc::timed_out); // although it had all its time
    (void)sheets({css("late")});
    (void)sheets({css("late")});
    EXPECT_EQ(web.times_asked(css("late")), 1);
}

TEST_F(StyleSheetsTest, OfAHostThatRestsNoneIsWaitedFor)
{
    web.pages[css("a")] = ScriptedFetcher::status(503, {{"Retry-After", "40"}});
    serve(css("b"), "p{}");
    EXPECT_THAT(sheets({css("a"), css("b")}),
                ElementsAre(Pair(css("a"), "status 503"), Pair(css("b"), "the package did not wait for it")));
}

TEST_F(StyleSheetsTest, NothingIsToldOfAGuardedOne)
{
    serve(css("a"), "p{}");
    auto trip = [](store::CaseDatabase& cases, crawler::UrlFrontier&) {
        return cases.trip_guard(url(css("a")), {}, "list", {}, {"stillwatchd", at(1)}).has_value();
    };
    ASSERT_TRUE(run(stores.run(std::move(trip))));
    EXPECT_THAT(sheets({css("a")}), IsEmpty());
    EXPECT_THAT(web.asked, IsEmpty());
}

// Together they cost no more memory than they may.
TEST_F(StyleSheetsTest, TheOldestAreForgottenWhereTheyAreTooMany)
{
    StyleLimits limits;
    limits.max_kept = 2;
    StyleSheets few{services, limits};
    for (const auto* name : {"a", "b", "c", "c", "a"}) {
        serve(css(name), "p{}");
        (void)run(few.of_page(settings.crawl->site("board"), url(start), {url(css(name))})).value();
    }
    EXPECT_EQ(web.times_asked(css("a")), 2);
    EXPECT_EQ(web.times_asked(css("c")), 1);
}

TEST_F(StyleSheetsTest, StandInThePackageOfAFinding)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve(start, "img " + image + "\nstyle " + css("a"));
    serve(image, picture_file("sea"));
    serve(css("a"), "p{}");
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(counters.total("style_sheets_total"), 1);
    EXPECT_THAT(evidence_files(), SizeIs(1));
}

} // namespace
} // namespace stillwatch::pipeline
