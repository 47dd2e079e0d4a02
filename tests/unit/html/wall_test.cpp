#include "tests/unit/html/links_of.hpp"

#include <gtest/gtest.h>

namespace stillwatch::html {
namespace {

Wall wall(const std::string& markup)
{
    return page_of(markup).wall;
}

std::string links(int count)
{
    std::string markup;
    for (int i = 0; i < count; ++i)
        markup += "<a href=/t/" + std::to_string(i) + ">x</a>";
    return markup;
}

TEST(Wall, ChallengesOfWellKnownServicesAreRecognised)
{
    for (const auto* markup : {
             "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>",
             "<script>window._cf_chl_opt={cvId:'3'};</script>",
             "<title>Attention Required! | Cloudflare</title><img "
             "src=/cdn-cgi/images/cf-no-screenshot-error.png>",
             "<title>DDoS-Guard</title><h1 data-ddg-l10n=title>Checking</h1>",
             "<script>sucuri_cloudproxy_js='';</script>",
             "<script id=\"anubis_challenge\" type=\"application/json\">{}</script>"
             "<img src=\"/.within.website/x/cmd/anubis/static/img/pensive.webp\">",
             "<script>window.gokuProps = {};</script>",
         })
        EXPECT_EQ(wall(markup), Wall::challenge) << markup;
}

TEST(Wall, WhatStandsInOrdinaryPagesAsWellIsARiddlePerhaps)
{
    for (const auto* markup : {
             "<form><div class=\"h-captcha\" data-sitekey=x></div></form>",
             "<form><div class=\"cf-turnstile\" data-sitekey=x></div></form>",
             "<p>Checking your browser before accessing board.example</p>",
         })
        EXPECT_EQ(wall(markup), Wall::riddle) << markup;
}

TEST(Wall, APageWithPicturesOrManyLinksIsNoneWhateverStandsInIt)
{
    EXPECT_EQ(wall("<title>Just a moment...</title><img src=/photo.jpg>"), Wall::none);
    EXPECT_EQ(wall("<title>Just a moment...</title><a href=/photo.jpg>x</a>"), Wall::none);
    EXPECT_EQ(wall(links(41) + "<div class=\"g-recaptcha\"></div>"), Wall::none);
    EXPECT_EQ(wall(links(41) + "<input type=password>"), Wall::none);
    EXPECT_EQ(wall("<input type=password><img src=1.jpg><img src=2.jpg><img src=3.jpg>"), Wall::none);
    EXPECT_EQ(wall("<p>Are you over 18?</p><img src=1.jpg>"), Wall::none);
}

TEST(Wall, ScriptsThatServicesPutIntoOrdinaryPagesAreNoChallenge)
{
    EXPECT_EQ(wall("<p>Hello</p><script src=/cdn-cgi/challenge-platform/scripts/jsd/main.js></script>"),
              Wall::none);
}

TEST(Wall, ALoginPageHasAPasswordFieldAndLittleElse)
{
    EXPECT_EQ(
        wall("<img src=/logo.png><form action=/in><input name=u><INPUT Type = 'Password' name=p></form>"),
        Wall::login);
    EXPECT_EQ(wall("<input type=password>"), Wall::login);
    EXPECT_EQ(wall("<input type=text value=password>"), Wall::none);
    EXPECT_EQ(wall("<p>Your password was sent</p>"), Wall::none);
}

TEST(Wall, AnAgeGateAsksForTheAge)
{
    EXPECT_EQ(wall("<div class=age-gate><a href=/enter>Yes</a></div>"), Wall::age);
    EXPECT_EQ(wall("<p>You must be 18 to enter.</p><a href=/enter>Enter</a>"), Wall::age);
}

TEST(Wall, OnlyHtmlIsAWall)
{
    EXPECT_EQ(page_of("{\"text\": \"verify you are human\"}", "application/json").wall, Wall::none);
}

TEST(Wall, OnlyTheHeadOfTheTextIsLookedAt)
{
    std::string late(40'000, ' ');
    late += "<title>Just a moment...</title>";
    EXPECT_EQ(wall(late), Wall::none);
}

} // namespace
} // namespace stillwatch::html
