#include "cases/finding_life.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace stillwatch::cases {
namespace {

using enum FindingEvent;
using enum FindingState;
using testing::HasSubstr;

Deed deed(FindingEvent event)
{
    Deed what{event};
    if (event == dismiss) what.dismissal = Dismissal::wrong_match;
    return what;
}

// Where these lead from the beginning; all are allowed.
Standing after_all(std::initializer_list<FindingEvent> events)
{
    Standing standing;
    for (const auto event : events)
        standing = after(standing, deed(event)).value();
    return standing;
}

TEST(FindingLife, GoesFromNewToDownAndBack)
{
    const auto back = after_all({confirm, notice, acknowledge, take_down, see_again});
    EXPECT_EQ(back.state, reappeared);
    EXPECT_EQ(back.epoch, 2);
    EXPECT_TRUE(back.is_confirmed_by_person);
}

TEST(FindingLife, WhatIsNotAllowedIsRefusedWithWhatIs)
{
    const auto refused = after(Standing{}, deed(notice));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("it is new; allowed now: confirm, dismiss, unsure"));
    const auto again = after(after_all({dismiss}), deed(confirm));
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error().detail, HasSubstr("it is dismissed; allowed now: undo"));
}

TEST(FindingLife, ADismissalHasAReasonAndNothingElseHas)
{
    EXPECT_EQ(after(Standing{}, Deed{dismiss}).error().code, Errc::invalid_argument);
    EXPECT_EQ(after(Standing{}, Deed{confirm, Dismissal::lawful}).error().code, Errc::invalid_argument);
}

TEST(FindingLife, OnlyWhatIsSaidOfThePictureSilencesItsClass)
{
    const auto silences = [](Dismissal reason) { return after(Standing{}, Deed{dismiss, reason})->silences; };
    EXPECT_TRUE(silences(Dismissal::not_the_person));
    EXPECT_TRUE(silences(Dismissal::lawful));
    EXPECT_TRUE(silences(Dismissal::wrong_match));
    EXPECT_FALSE(silences(Dismissal::consented_place));
    EXPECT_FALSE(silences(Dismissal::duplicate));
}

TEST(FindingLife, WhatTheProgramConfirmedConfirmsNothingElse)
{
    const auto unseen = after(Standing{}, Deed{confirm, {}, false}).value();
    EXPECT_EQ(unseen.state, confirmed);
    EXPECT_FALSE(unseen.is_confirmed_by_person);
}

TEST(FindingLife, UndoGoesBackToTheStateBefore)
{
    const std::vector history{deed(confirm), deed(notice), deed(dismiss)};
    const auto back = before_last(history).value();
    EXPECT_EQ(back, after_all({confirm, notice}));
    EXPECT_FALSE(back.silences);
    EXPECT_EQ(before_last(std::vector{deed(confirm)}).value(), Standing{});
    EXPECT_EQ(before_last({}).error().code, Errc::refused);
}

TEST(FindingLife, WhatWasSeenIsNotUndone)
{
    const std::vector history{deed(confirm), deed(take_down), deed(see_again)};
    const auto refused = before_last(history);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("allowed now: confirm, dismiss, unsure, noticed, down"));
}

// Whatever is done in whatever order: each time it comes back is one epoch, with one alert of its own, and
// whatever is down tells of its return.
TEST(FindingLife, NoSequenceOfEventsLosesAnAlertOrTellsOneTwice)
{
    std::mt19937 random(13); // NOLINT(cert-msc51-cpp): the same sequences in each run
    for (int run = 0; run < 2'000; ++run) {
        Standing now;
        std::vector<Deed> history;
        std::set<int> told{1};
        for (int step = 0; step < 60; ++step) {
            const auto pick = random() % (finding_events + 1);
            if (pick == finding_events) {
                const auto back = before_last(history);
                if (!back) continue;
                history.pop_back();
                ASSERT_EQ(back->epoch, now.epoch) << "an undo told again or forgot what it had told";
                now = *back;
                continue;
            }
            const auto what = deed(static_cast<FindingEvent>(pick));
            const auto allowed = allowed_in(now.state);
            const bool may = std::ranges::find(allowed, what.event) != allowed.end();
            const auto then = after(now, what);
            ASSERT_EQ(then.has_value(), may);
            if (now.state == down) {
                ASSERT_EQ(may, what.event == see_again);
            }
            if (!then) {
                ASSERT_THAT(then.error().detail, HasSubstr(name_of(now.state)));
                continue;
            }
            if (what.event == see_again) {
                ASSERT_TRUE(told.insert(then->epoch).second) << "one epoch was told twice";
                ASSERT_EQ(then->state, reappeared);
            }
            ASSERT_EQ(then->epoch, now.epoch + (what.event == see_again ? 1 : 0));
            ASSERT_EQ(then->silences, then->state == dismissed);
            history.push_back(what);
            now = *then;
        }
        ASSERT_EQ(told.size(), static_cast<std::size_t>(now.epoch));
    }
}

} // namespace
} // namespace stillwatch::cases
