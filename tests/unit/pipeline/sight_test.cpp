#include "pipeline/sight.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace stillwatch::pipeline {
namespace {

using store::Sight;
using enum NotCompared;

const auto address = Url::parse("https://board.example/a").value();

VisitState visit_of(LinkKind kind)
{
    return VisitState{{.id = {}, .host = {}, .site = "board", .url = address, .kind = kind}};
}

Came came_with(int status, Cut cut = Cut::none)
{
    crawler::PoliteAnswer answer{Fetched{.url = address}};
    answer.answer.status = status;
    answer.answer.cut = cut;
    return Came{std::make_shared<const crawler::PoliteAnswer>(std::move(answer)), {}};
}

struct Shown {
    std::optional<NotCompared> why{}; // nothing: compared, or read as a page
    LinkKind kind = LinkKind::image;
    int status = 200;
    bool matches = false;
    Cut cut = Cut::none;
};

Sight sight_of(const Shown& shown)
{
    const auto state = visit_of(shown.kind);
    const auto came = came_with(shown.status, shown.cut);
    Seen seen(shown.why ? Ending(*shown.why) : Ending::compared(), state, came);
    if (shown.matches) seen.matched = {ReferenceId{1}};
    return visited_of(state, came, seen).sight;
}

TEST(Sight, AMatchIsOneUnderWhateverStatus)
{
    for (const int status : {200, 206, 403, 404, 410, 451, 500})
        EXPECT_EQ(sight_of({.status = status, .matches = true}), Sight::match) << status;
    EXPECT_EQ(sight_of({.matches = true, .cut = Cut::disconnect}), Sight::match);
}

TEST(Sight, OnlyThreeStatusesSayThatItIsGone)
{
    for (const int status : {404, 410, 451})
        for (const auto why :
             {std::optional<NotCompared>{}, std::optional(no_body), std::optional(error_page)}) {
            EXPECT_EQ(sight_of({.why = why, .status = status}), Sight::gone) << status;
            EXPECT_EQ(sight_of({.why = why, .kind = LinkKind::page, .status = status}), Sight::gone)
                << status;
        }
}

TEST(Sight, RefusalsAndFailuresDoNotTell)
{
    for (const int status : {400, 401, 402, 403, 405, 408, 418, 423, 425, 429, 500, 502, 503, 504, 520, 599})
        for (const auto why :
             {std::optional<NotCompared>{}, std::optional(no_body), std::optional(error_page)})
            EXPECT_EQ(sight_of({.why = why, .status = status}), Sight::unclear) << status;
    EXPECT_EQ(visited_without_answer().sight, Sight::unclear);
}

TEST(Sight, WhatWeCouldNotJudgeDoesNotTell)
{
    // A challenge under 404 is a challenge.
    for (const auto why :
         {challenge, page_in_place, content_encoding, cut_off, cut_at_limit, worker_lost, kept_waiting,
          no_worker, not_recorded, undecodable, known_undecodable, too_small, too_large, guarded,
          video_glanced, video_not_read, comparing_off, no_references, unasked_not_modified})
        for (const int status : {200, 404})
            EXPECT_EQ(sight_of({.why = why, .status = status}), Sight::unclear) << name_of(why);
}

TEST(Sight, SomethingElseUnderAStatusOfSuccessIsTold)
{
    EXPECT_EQ(sight_of({}), Sight::other);
    EXPECT_EQ(sight_of({.why = not_a_picture}), Sight::other);
    EXPECT_EQ(sight_of({.why = moved, .status = 302}), Sight::other);
    EXPECT_EQ(sight_of({.kind = LinkKind::page}), Sight::there);
    EXPECT_EQ(sight_of({.cut = Cut::disconnect}), Sight::unclear); // half a picture
}

TEST(Sight, AStandInOrAGateIsNoAnswer)
{
    const auto state = visit_of(LinkKind::image);
    const auto came = came_with(200);
    Seen stand_in(Ending::compared(), state, came);
    stand_in.is_stand_in = true;
    EXPECT_EQ(visited_of(state, came, stand_in).sight, Sight::unclear);
    Seen gate(Ending::page_read(), visit_of(LinkKind::page), came);
    gate.wall = Wall::login;
    EXPECT_EQ(visited_of(state, came, gate).sight, Sight::unclear);
}

TEST(Sight, TheSameBytesAreWhatTheyWere)
{
    auto state = visit_of(LinkKind::image);
    const auto came = came_with(304);
    const Seen same(not_modified, state, came);
    EXPECT_EQ(visited_of(state, came, same).sight, Sight::unclear); // nobody knows what they were
    state.known.verdict = store::Verdict{};
    EXPECT_EQ(visited_of(state, came, same).sight, Sight::other);
    state.known.verdict->matched = true;
    EXPECT_EQ(visited_of(state, came, same).sight, Sight::match);
    EXPECT_EQ(visited_of(visit_of(LinkKind::page), came, same).sight, Sight::there);
}

} // namespace
} // namespace stillwatch::pipeline
