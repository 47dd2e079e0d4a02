#include "crawler/frontier/account.hpp"
#include "crawler/frontier/after_visit.hpp"
#include "crawler/policy/naming.hpp"
#include "tests/support/store_samples.hpp"

#include <gtest/gtest.h>

// Rules that need no store.
namespace stillwatch::crawler {
namespace {

using namespace stillwatch::test;
using store::AddressRow;
using store::VisitResult;

AddressRow compared_picture()
{
    AddressRow row;
    row.standing.kind = LinkKind::image;
    row.standing.outcome = Outcome::compared;
    row.standing.generation = 3;
    row.content = Sha256::of(as_bytes("bytes"));
    row.etag = "\"old\"";
    row.redirect_to = UrlId{9};
    return row;
}

VisitResult result_of(Outcome outcome)
{
    VisitResult result;
    result.outcome = outcome;
    result.kind = LinkKind::image;
    result.generation = 5;
    result.at = at(1);
    result.due = at(2);
    return result;
}

TEST(AfterVisit, ClaimsAndCallsAreServed)
{
    auto row = compared_picture();
    row.standing.lease_until = at(100);
    row.standing.named_again = NamedAgain::served;
    row.standing.aside = 4;
    const auto after = after_visit(row, result_of(Outcome::compared)).standing;
    EXPECT_EQ(after.lease_until, Timestamp{});
    EXPECT_EQ(after.named_again, NamedAgain::no);
    EXPECT_EQ(after.aside, 0);
    EXPECT_EQ(after.due, at(2));
}

TEST(AfterVisit, WhatWaitsForAPauseOfItsOwnStaysAtItsGeneration)
{
    for (const auto outcome : {Outcome::unreachable, Outcome::waiting})
        EXPECT_EQ(after_visit(compared_picture(), result_of(outcome)).standing.generation, 3);
    for (const auto outcome : {Outcome::compared, Outcome::gone, Outcome::undecodable})
        EXPECT_EQ(after_visit(compared_picture(), result_of(outcome)).standing.generation, 5);
}

TEST(AfterVisit, APageHasNoGeneration)
{
    const auto after = after_visit(compared_picture(), result_of(Outcome::page));
    EXPECT_EQ(after.standing.kind, LinkKind::page);
    EXPECT_EQ(after.standing.generation, 0);
}

TEST(AfterVisit, NoAnswerTakesNothingAway)
{
    const auto after = after_visit(compared_picture(), result_of(Outcome::gone));
    EXPECT_EQ(after.etag, "\"old\"");
    EXPECT_EQ(after.redirect_to, UrlId{9});
    EXPECT_TRUE(after.content);
}

TEST(AfterVisit, AFullAnswerWithoutValidatorsHasNone)
{
    const auto after = after_visit(compared_picture(), result_of(Outcome::compared));
    EXPECT_EQ(after.etag, "");
    EXPECT_EQ(after.redirect_to, UrlId{});
    EXPECT_EQ(after_visit(compared_picture(), result_of(Outcome::unchanged)).etag, "\"old\"");
}

TEST(AfterVisit, ForgettingKeepsWhereAnAddressStands)
{
    auto row = compared_picture();
    row.id = UrlId{1};
    row.target = "/a.jpg";
    row.depth = 2;
    const auto fresh = never_visited(row);
    EXPECT_EQ(fresh.target, "/a.jpg");
    EXPECT_EQ(fresh.depth, 2);
    EXPECT_EQ(fresh.standing.kind, LinkKind::image);
    EXPECT_EQ(fresh.standing.outcome, Outcome::unvisited);
    EXPECT_FALSE(fresh.content);
    EXPECT_EQ(fresh.etag, "");
}

TEST(Verdicts, AnOlderComparisonDoesNotWinUnlessItsExtractorIsNewer)
{
    const auto content = Sha256::of(as_bytes("a"));
    const store::Verdict kept{content, 3, 1, true, false};
    EXPECT_FALSE(replaces({content, 2, 1, false, false}, kept));
    EXPECT_TRUE(replaces({content, 3, 1, false, false}, kept));
    EXPECT_TRUE(replaces({content, 2, 2, false, false}, kept));
}

TEST(Verdicts, OnlyWhatMatchesNothingSettlesOtherAddressesOfTheSameBytes)
{
    const auto row = compared_picture();
    const store::Verdict verdict{*row.content, 4, 1, false, false};
    EXPECT_TRUE(is_settled_by(row, verdict, 4));
    EXPECT_FALSE(is_settled_by(row, verdict, 5));
    EXPECT_FALSE(is_settled_by(row, std::nullopt, 4));
    auto matched = verdict;
    matched.matched = true;
    EXPECT_FALSE(is_settled_by(row, matched, 4));
    auto gone = row;
    gone.standing.outcome = Outcome::gone;
    EXPECT_FALSE(is_settled_by(gone, verdict, 4));
}

TEST(Namings, APageThatWasReadTwiceTakesCredit)
{
    EXPECT_FALSE(takes_credit(0)) << "what a first visit finds says nothing";
    EXPECT_TRUE(takes_credit(0.5));
}

TEST(Namings, APictureThatMatchesOrIsUnderWayComesAgain)
{
    Standing standing;
    EXPECT_FALSE(comes_again(standing, true)) << "never visited: it comes anyway";
    standing.outcome = Outcome::compared;
    EXPECT_TRUE(comes_again(standing, true));
    EXPECT_FALSE(comes_again(standing, false));
    standing.lease_until = at(1);
    EXPECT_TRUE(comes_again(standing, false));
}

TEST(Accounts, VisitsOfAnotherDayBeginAnew)
{
    store::SiteState site;
    Account first;
    auto page = result_of(Outcome::page);
    page.kind = LinkKind::page;
    page.http_status = 200;
    page.wire_bytes = 100;
    first.add(page);
    first.settle(site);
    first.settle(site);
    EXPECT_EQ(site.day.pages, 2);
    EXPECT_EQ(site.day.bytes, 200);
    Account next;
    page.at += std::chrono::days(1);
    next.add(page);
    next.settle(site);
    EXPECT_EQ(site.day.pages, 1);
    EXPECT_EQ(site.day.day, day_of(page.at));
}

TEST(Accounts, AWallIsNoSuccessAndAnOlderSuccessDoesNotWin)
{
    store::HostState host;
    host.last_success = at(5);
    Account account;
    auto wall = result_of(Outcome::page);
    wall.at = at(9);
    wall.wall = Wall::login;
    account.add(wall);
    account.add(result_of(Outcome::compared)); // at(1)
    account.settle(host);
    EXPECT_EQ(host.last_success, at(5));
}

} // namespace
} // namespace stillwatch::crawler
