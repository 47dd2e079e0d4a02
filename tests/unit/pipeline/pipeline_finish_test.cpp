#include "pipeline/finish.hpp"

#include "core/fingerprint.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace stillwatch::pipeline {
namespace {

using store::Outcome;
using enum NotCompared;

const auto address = Url::parse("https://board.example/a").value();
const auto before = Sha256::of(as_bytes("before"));
const auto now = Sha256::of(as_bytes("now"));
constexpr std::int64_t old_generation = 3;
constexpr std::int64_t generation = 7;
const VisitEnd visit_end{Timestamp(std::chrono::hours(1'000'000))};

VisitState visit_of(LinkKind kind, int tries = 0)
{
    VisitState state{{.id = {}, .host = {}, .site = "board", .url = address, .kind = kind}};
    state.visit.tries = tries;
    state.visit.etag = "\"before\"";
    state.visit.content = before;
    state.visit.generation = old_generation;
    state.generation = generation;
    return state;
}

Came came_with(int status, Cut cut = Cut::none)
{
    crawler::PoliteAnswer answer{Fetched{.url = address}};
    answer.answer.status = status;
    answer.answer.cut = cut;
    answer.answer.headers.emplace_back("ETag", "\"now\"");
    Came came{std::make_shared<const crawler::PoliteAnswer>(std::move(answer)), {}};
    came.content = now;
    return came;
}

struct Row {
    std::optional<NotCompared> why; // nothing: compared, or read as a page
    LinkKind kind;
    int status;
    Outcome outcome;
    std::string etag;
    bool is_content_taken;
    std::int64_t generation;
    Cut cut = Cut::none;
    int tries = 0;
};

store::VisitResult finish_of(const Row& row)
{
    const auto state = visit_of(row.kind, row.tries);
    const auto came = came_with(row.status, row.cut);
    const Seen seen(row.why ? Ending(*row.why) : Ending::compared(), state, came);
    return finish(state, came, seen, visit_end);
}

TEST(Finish, DecidesOutcomeAndWhatIsKept)
{
    const auto page = LinkKind::page;
    const auto image = LinkKind::image;
    const auto video = LinkKind::video;
    const auto none = std::nullopt;
    const std::string kept = "\"before\"";
    const std::string taken = "\"now\"";
    const Row rows[] = {
        {none, page, 200, Outcome::page, taken, true, generation},
        {none, page, 200, Outcome::unreachable, kept, false, old_generation, Cut::disconnect, 2},
        {none, page, 200, Outcome::page, "", true, generation, Cut::disconnect, 3},
        {none, image, 200, Outcome::compared, taken, true, generation},
        {none, image, 404, Outcome::gone, "", true, generation},
        {none, image, 500, Outcome::unreachable, "", true, generation},
        {not_modified, image, 304, Outcome::unchanged, kept, false, generation},
        {unasked_not_modified, image, 304, Outcome::unreachable, kept, false, generation},
        {no_body, page, 410, Outcome::gone, kept, false, generation},
        {no_body, page, 200, Outcome::unreachable, kept, false, old_generation, Cut::time},
        {error_page, page, 404, Outcome::gone, kept, false, generation},
        {error_page, page, 503, Outcome::unreachable, kept, false, generation},
        {challenge, page, 403, Outcome::unreachable, kept, false, old_generation},
        {page_in_place, image, 200, Outcome::unreachable, kept, false, old_generation},
        {not_a_picture, image, 200, Outcome::other, taken, true, generation},
        {video_not_read, video, 200, Outcome::other, taken, true, generation},
        {page_unread, page, 200, Outcome::undecodable, taken, true, generation},
        {comparing_off, image, 200, Outcome::compared, taken, true, old_generation},
        {no_references, image, 200, Outcome::compared, taken, true, generation},
        {known_undecodable, image, 200, Outcome::undecodable, taken, true, generation},
        {known_too_small, image, 200, Outcome::too_small, taken, true, generation},
        {undecodable, image, 200, Outcome::undecodable, taken, true, generation},
        {too_small, image, 200, Outcome::too_small, taken, true, generation},
        {too_large, image, 404, Outcome::gone, "", true, generation},
        {cut_at_limit, image, 200, Outcome::undecodable, "", true, generation, Cut::size},
        {cut_off, image, 200, Outcome::unreachable, kept, false, old_generation, Cut::disconnect},
        {content_encoding, image, 200, Outcome::waiting, kept, false, old_generation},
        {worker_lost, image, 200, Outcome::waiting, kept, false, old_generation},
        {kept_waiting, image, 200, Outcome::waiting, kept, false, old_generation},
        {no_worker, image, 200, Outcome::waiting, kept, false, old_generation},
        {not_recorded, image, 200, Outcome::waiting, kept, false, old_generation},
        {guarded, image, 200, Outcome::refused, kept, false, generation},
    };
    for (const auto& row : rows) {
        const auto result = finish_of(row);
        const auto name =
            std::string(row.why ? name_of(*row.why) : "seen") + " " + std::to_string(row.status);
        EXPECT_EQ(result.outcome, row.outcome) << name;
        EXPECT_EQ(result.etag, row.etag) << name;
        EXPECT_EQ(result.content, row.is_content_taken ? now : before) << name;
        EXPECT_EQ(result.generation, row.generation) << name;
        EXPECT_GT(result.due, visit_end.at) << name;
        const bool is_tried_again = row.outcome == Outcome::waiting || row.outcome == Outcome::unreachable ||
                                    row.outcome == Outcome::refused || row.outcome == Outcome::gone;
        EXPECT_EQ(result.tries, is_tried_again ? row.tries + 1 : 0) << name;
    }
}

TEST(Finish, OnlyARefusalOfTheWholeIsAVerdict)
{
    const auto verdict = [](NotCompared why, Cut cut, bool is_unseen) {
        const auto state = visit_of(LinkKind::image);
        const auto came = came_with(200, cut);
        Seen seen(why, state, came);
        seen.is_unseen = is_unseen;
        return finish(state, came, seen, visit_end).verdict;
    };
    EXPECT_TRUE(verdict(undecodable, Cut::none, false)->undecodable);
    EXPECT_TRUE(verdict(too_large, Cut::none, false)->undecodable);
    EXPECT_TRUE(verdict(too_small, Cut::none, false)->too_small);
    EXPECT_FALSE(verdict(undecodable, Cut::none, true));
    EXPECT_FALSE(verdict(cut_at_limit, Cut::size, false));
    EXPECT_FALSE(verdict(worker_lost, Cut::none, false));
    EXPECT_EQ(verdict(no_references, Cut::none, false)->generation, generation);
}

TEST(Finish, AChallengeIsAWall)
{
    EXPECT_EQ(finish_of({challenge, LinkKind::page, 403, {}, {}, false, 0}).wall, Wall::challenge);
}

TEST(Finish, WhatIsAskedForLaterIsNoNews)
{
    const auto state = visit_of(LinkKind::page);
    const auto whole = came_with(200);
    const auto half = came_with(200, Cut::disconnect);
    Seen seen(Ending::page_read(), state, whole);
    seen.news = 5;
    EXPECT_EQ(finish(state, whole, seen, visit_end).news, 5);
    EXPECT_EQ(finish(state, half, seen, visit_end).news, 0);
}

TEST(Finish, IsDueNoSoonerThanToldAndTomorrowWhereMatchesWereLeftOut)
{
    const auto state = visit_of(LinkKind::image);
    const auto came = came_with(200);
    Seen seen(kept_waiting, state, came);
    seen.not_before = visit_end.at + std::chrono::days(3);
    EXPECT_EQ(finish(state, came, seen, visit_end).due, seen.not_before);
    Seen capped(Ending::compared(), state, came);
    capped.is_capped = true;
    EXPECT_LE(finish(state, came, capped, visit_end).due, visit_end.at + std::chrono::hours(24));
}

TEST(Finish, WhatMovedNamesItsEnd)
{
    const auto end = Url::parse("https://board.example/b").value();
    const auto result = finish_moved(visit_of(LinkKind::page), 301, end, visit_end);
    EXPECT_EQ(result.outcome, Outcome::moved);
    EXPECT_EQ(result.http_status, 301);
    EXPECT_EQ(result.etag, "");
    EXPECT_EQ(result.content, before);
    ASSERT_EQ(result.discovered.size(), 1U);
    EXPECT_EQ(result.discovered.front().url, end);
}

TEST(Finish, PausesAfterLossesGrowToAWeek)
{
    EXPECT_EQ(pause_after_losses(1), std::chrono::minutes(15));
    EXPECT_EQ(pause_after_losses(2), std::chrono::hours(1));
    EXPECT_EQ(pause_after_losses(50), std::chrono::days(7));
}

} // namespace
} // namespace stillwatch::pipeline
