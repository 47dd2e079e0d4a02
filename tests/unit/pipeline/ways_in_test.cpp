#include "pipeline/ways_in.hpp"

#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::ElementsAre;
using testing::IsEmpty;

class GateOfASite : public testing::Test, protected World {
protected:
    GateOfASite() { use_settings(); }

    static bool has_cookie(const FetchRequest& request, const std::string& cookie)
    {
        for (const auto& field : request.headers)
            if (field.name == "Cookie" && field.value.find(cookie) != std::string::npos) return true;
        return false;
    }
    // Shows `inside` to whoever has the cookie, else what `gate` answers.
    void guard(const std::string& address, std::string shown, ScriptedFetcher::Script gate)
    {
        web.pages[address] = [=](const FetchRequest& request) {
            return has_cookie(request, "age=ok") ? ScriptedFetcher::text(shown)(request) : gate(request);
        };
    }
    std::size_t asked(const std::string& address) { return web.times_asked(address); }

    const std::string gate_page = "a https://board.example/?age=ok\n";
    const std::string key = "https://board.example/?age=ok";
    const std::string inside = "img " + image + "\n";
};

TEST_F(GateOfASite, InPlaceOfThePageIsPassedByItsLink)
{
    guard(start, inside, ScriptedFetcher::text(gate_page));
    web.pages[key] = ScriptedFetcher::status(302, {{"Location", "/"}, {"Set-Cookie", "age=ok"}});
    serve(image, picture_file("sea"));
    EXPECT_EQ(crawl().at(image).outcome, Outcome::compared);
    EXPECT_EQ(counters.total("gates_opened_total"), 1);
}

TEST_F(GateOfASite, AtAnAddressOfItsOwnIsPassedByItsLink)
{
    guard(start, inside, ScriptedFetcher::redirect("/welcome"));
    serve("https://board.example/welcome", "a https://board.example/welcome?yes=1\n");
    web.pages["https://board.example/welcome?yes=1"] =
        ScriptedFetcher::status(302, {{"Location", "/"}, {"Set-Cookie", "age=ok"}});
    serve(image, picture_file("sea"));
    EXPECT_EQ(crawl().at(image).outcome, Outcome::compared);
}

TEST_F(GateOfASite, ThatTheServerOpensForASessionIsPassedByItsLink)
{
    bool is_open = false;
    web.pages[start] = [&, this](const FetchRequest& request) {
        if (is_open && has_cookie(request, "sid=1")) return ScriptedFetcher::text(inside)(request);
        return ScriptedFetcher::status(200, {{"Set-Cookie", "sid=1"}},
                                       "a https://board.example/enter\n")(request);
    };
    web.pages["https://board.example/enter"] = [&](const FetchRequest& request) {
        is_open = is_open || has_cookie(request, "sid=1");
        return ScriptedFetcher::redirect("/")(request);
    };
    serve(image, picture_file("sea"));
    EXPECT_EQ(crawl().at(image).outcome, Outcome::compared);
}

TEST_F(GateOfASite, WhatEndedAtItBeforeIsVisitedAgain)
{
    std::string list = gate_page;
    for (const auto* name : {"1", "2", "3"}) {
        const auto address = std::string("https://board.example/t/") + name;
        list += "a " + address + "\n";
        guard(address, "img https://img.board.example/" + std::string(name) + ".jpg\n",
              ScriptedFetcher::text("wall age\na https://board.example/?age=ok\n"));
        serve("https://img.board.example/" + std::string(name) + ".jpg", picture_file(name));
    }
    guard(start, "", ScriptedFetcher::text("wall age\n" + list));
    web.pages[key] = ScriptedFetcher::status(302, {{"Location", "/"}, {"Set-Cookie", "age=ok"}});
    const auto results = crawl();
    for (const auto* name : {"1", "2", "3"})
        EXPECT_TRUE(results.contains("https://img.board.example/" + std::string(name) + ".jpg")) << name;
}

TEST_F(GateOfASite, IsPassedAgainAtOnceAfterANewStart)
{
    guard(start, inside, ScriptedFetcher::text(gate_page));
    web.pages[key] = ScriptedFetcher::status(302, {{"Location", "/"}, {"Set-Cookie", "age=ok"}});
    serve(image, picture_file("sea"));
    crawl();
    crawler::PoliteFetcher new_fetcher{web, robots, time, clock};
    Services renewed{stores,  new_fetcher, inspector, references, cpu,
                     signing, clock,       counters,  problems,   [] {}};
    Pipeline new_pipeline{renewed, std::make_shared<const PipelineSettings>(settings)};
    clock.pass(std::chrono::hours(24 * 31));
    const auto before = asked(key);
    const auto visits = claim();
    for (const auto& visit : visits) {
        auto result = run(new_pipeline.visit(visit)).value();
        stores.frontier().apply({result}).value();
        if (visit.url.text() == start) break;
    }
    for (const auto& visit : claim()) {
        auto result = run(new_pipeline.visit(visit)).value();
        stores.frontier().apply({result}).value();
    }
    EXPECT_GT(asked(key), before);
}

TEST_F(GateOfASite, LinksOfOrdinaryPagesThatRedirectBringNoSecondVisits)
{
    std::string list;
    for (int i = 0; i < 10; ++i) {
        const auto number = std::to_string(i);
        list += "a https://board.example/last/" + number + "\na https://board.example/t/" + number + "\n";
        web.pages["https://board.example/last/" + number] = ScriptedFetcher::redirect("/t/" + number);
        serve("https://board.example/t/" + number, "img https://img.board.example/" + number + ".jpg\n");
    }
    serve(start, list, {{"Set-Cookie", "sid=1"}});
    crawl();
    EXPECT_EQ(asked(start), 1U);
    EXPECT_EQ(asked("https://board.example/t/1"), 1U);
}

TEST_F(GateOfASite, AGateThatNeverOpensIsNotVisitedForEver)
{
    int turn = 0;
    serve(start, "wall age\na https://board.example/?age=ok\n");
    web.pages[key] = [&turn](const FetchRequest& request) {
        return ScriptedFetcher::status(
            302, {{"Location", "/"}, {"Set-Cookie", "c" + std::to_string(++turn) + "=1"}})(request);
    };
    crawl();
    EXPECT_LE(asked(start), 1U + static_cast<std::size_t>(WaysIn::max_again));
    EXPECT_LE(asked(key), 2U);
}

} // namespace
} // namespace stillwatch::pipeline
