#include "crawler/pace/pace.hpp"

#include <gtest/gtest.h>

namespace stillwatch::crawler {

namespace {

using namespace std::chrono_literals;

constexpr Moment start{std::chrono::hours(1)};
constexpr PaceSettings settings{std::chrono::milliseconds(2'000), 2};
constexpr PaceEvent fine{Load::fine};
constexpr PaceEvent heavy{Load::heavy};

TEST(Pace, FirstRequestStartsAtOnce)
{
    EXPECT_EQ(next_start({}, start, settings), start);
}

TEST(Pace, StartsAreADelayApart)
{
    const PaceHistory history{.last_start = start};
    EXPECT_EQ(next_start(history, start + 500ms, settings), start + 2s);
    EXPECT_EQ(next_start(history, start + 10s, settings), start + 10s);
}

TEST(Pace, TheLongestPauseCounts)
{
    EXPECT_EQ(pause_between({.crawl_delay = 5s}, settings), 5s);
    EXPECT_EQ(pause_between({.crawl_delay = 1s}, settings), 2s);
    EXPECT_EQ(pause_between({.crawl_delay = 5s, .backoff = 8s}, settings), 8s);
}

TEST(Pace, ThePauseCountsFromWhenTheHostHadTheRequest)
{
    const auto history = after({.last_start = start}, {.load = Load::fine, .first_byte = 300ms}, start,
                               start + 900ms, settings);
    EXPECT_EQ(next_start(history, start + 900ms, settings), start + 2'300ms);
    // An answer that came late does not take back what started meanwhile.
    const auto later = after({.last_start = start + 2s}, {.load = Load::fine, .first_byte = 300ms}, start,
                             start + 2s, settings);
    EXPECT_EQ(later.last_start, start + 2s);
}

TEST(Pace, ASlowHostIsAskedLessOften)
{
    PaceHistory history{.last_start = start};
    for (int i = 0; i < 50; ++i)
        history = after(history, {.load = Load::fine, .first_byte = 4s}, start, start + 4s, settings);
    EXPECT_EQ(pause_between(history, settings), 8s);
    for (int i = 0; i < 50; ++i)
        history = after(history, {.load = Load::fine, .first_byte = 10ms}, start, start + 1s, settings);
    EXPECT_EQ(pause_between(history, settings), 2s);
    history = after({}, {.load = Load::fine, .first_byte = 100s}, start, start + 100s, settings);
    EXPECT_EQ(pause_between(history, settings), max_latency_pause);
    EXPECT_EQ(pause_between(history, {0ms, 8}), 0ms) << "a site without delay";
}

TEST(Pace, TroubleDoublesThePauseUpToTenMinutes)
{
    PaceHistory history;
    auto now = start;
    for (const auto expected : {4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 600s, 600s}) {
        now += 1s;
        history = after(history, heavy, now, now, settings);
        EXPECT_EQ(history.backoff, expected);
    }
    EXPECT_EQ(history.errors_in_a_row, 10);
}

TEST(Pace, AHostWithoutDelayGetsOneSecondFirst)
{
    EXPECT_EQ(after({}, heavy, start, start, {0ms, 8}).backoff, 1s);
}

TEST(Pace, RequestsUnderWayTogetherCountOnce)
{
    auto history = after({}, heavy, start, start + 1s, settings);
    history = after(history, heavy, start, start + 2s, settings);
    EXPECT_EQ(history.backoff, 4s);
    EXPECT_EQ(history.errors_in_a_row, 2);
}

TEST(Pace, FiftySuccessesShortenThePauseByATenth)
{
    auto history = after({}, heavy, start, start, settings);
    for (int i = 0; i < 49; ++i)
        history = after(history, fine, start, start + 1s, settings);
    EXPECT_EQ(history.backoff, 4s);
    history = after(history, fine, start, start + 1s, settings);
    EXPECT_EQ(history.backoff, 3600ms);
    EXPECT_EQ(history.errors_in_a_row, 0);
}

TEST(Pace, TroubleInBetweenStartsTheCountAgain)
{
    auto history = after({}, heavy, start, start, settings);
    for (int i = 0; i < 49; ++i)
        history = after(history, fine, start, start + 1s, settings);
    history = after(history, heavy, start + 2s, start + 2s, settings);
    history = after(history, fine, start + 3s, start + 3s, settings);
    EXPECT_EQ(history.backoff, 8s);
}

TEST(Pace, TenQuietMinutesShortenItToo)
{
    const PaceHistory history{.backoff = 600s, .backoff_changed = start};
    EXPECT_EQ(after(history, fine, start, start + 599s, settings).backoff, 600s);
    EXPECT_EQ(after(history, fine, start, start + 600s, settings).backoff, 540s);
}

TEST(Pace, BackoffEndsAtTheSitesOwnDelay)
{
    const PaceHistory history{.backoff = 2100ms, .backoff_changed = start, .successes = 49};
    EXPECT_EQ(after(history, fine, start, start + 1s, settings).backoff, 0s);
}

TEST(Pace, ErrorsThatSayNothingOfLoadChangeNothing)
{
    EXPECT_EQ(after({}, {Load::neutral}, start, start, settings).backoff, 0s);
}

TEST(Pace, RetryAfterHoldsTheHost)
{
    const auto history = after({}, {Load::heavy, 120s}, start, start, settings);
    EXPECT_EQ(next_start(history, start + 1s, settings), start + 120s);
    const auto shorter = after(history, {Load::heavy, 5s}, start, start + 1s, settings);
    EXPECT_EQ(next_start(shorter, start + 1s, settings), start + 120s);
}

TEST(Pace, EachChallengeInARowDoublesTheRestUpToADay)
{
    PaceHistory history;
    auto now = start;
    for (const auto rest : {2min, 4min, 8min, 16min}) {
        history = after(history, {Load::challenge}, now, now, settings);
        EXPECT_EQ(history.not_before - now, rest);
        now = history.not_before;
    }
    for (int i = 0; i < 20; ++i) {
        history = after(history, {Load::challenge}, now, now, settings);
        now = history.not_before;
    }
    history = after(history, {Load::challenge}, now, now, settings);
    EXPECT_EQ(history.not_before - now, 24h);
}

TEST(Pace, ChallengesOfRequestsUnderWayTogetherAreOne)
{
    auto history = after({}, {Load::challenge}, start, start + 1s, settings);
    history = after(history, {Load::challenge}, start, start + 2s, settings);
    EXPECT_EQ(history.challenges_in_a_row, 1);
    EXPECT_EQ(history.not_before, start + 1s + 2min);
}

TEST(RetryAfter, ReadsSecondsAndDates)
{
    const auto now = parse_utc("2026-11-23T02:00:00Z").value();
    EXPECT_EQ(parse_retry_after("120", now), 120s);
    EXPECT_EQ(parse_retry_after("Mon, 23 Nov 2026 02:10:00 GMT", now), 10min);
    EXPECT_EQ(parse_retry_after("Mon, 23 Nov 2026 01:00:00 GMT", now), 0s);
    for (const auto* odd : {"", "soon", "-5", "1.5", "12 s"})
        EXPECT_EQ(parse_retry_after(odd, now), std::nullopt) << odd;
}

TEST(RetryAfter, IsADayAtMost)
{
    const auto now = parse_utc("2026-11-23T02:00:00Z").value();
    EXPECT_EQ(parse_retry_after("31536000", now), 24h);
    EXPECT_EQ(parse_retry_after("99999999999999999999999999", now), 24h);
    EXPECT_EQ(parse_retry_after("Tue, 23 Nov 2027 02:00:00 GMT", now), 24h);
}

} // namespace

} // namespace stillwatch::crawler
