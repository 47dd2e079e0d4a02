#include "sandbox/slots.hpp"

#include "sandbox/frame_cache.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

namespace stillwatch::sandbox {
namespace {

Sha256 picture(int number)
{
    return Sha256::of(as_bytes(std::to_string(number)));
}

class SlotsTest : public testing::Test {
protected:
    using Held = std::shared_ptr<Slots::Turn>;

    // A process that stands for a worker; slots only look whether there is one.
    std::shared_ptr<WorkerProcess> process()
    {
        return WorkerProcess::start(io_, "/bin/true", Restrictions{1U << 20U, 1}).value();
    }
    // As the pool does when a worker of that slot answered about the picture.
    void answered(Slot& slot, int number)
    {
        if (!slot.idle) slot.idle = process();
        slot.remember(picture(number));
    }
    void ask(Held& into, std::optional<Sha256> wanted = {})
    {
        const auto take = [](std::shared_ptr<Slots> slots, std::optional<Sha256> which,
                             Held& held) -> Task<void> {
            auto turn = co_await Slots::take_turn(slots, which);
            held = std::move(turn);
        };
        asio::co_spawn(io_, take(slots_, wanted, into), asio::detached);
        run();
    }
    void give_back(Held& held)
    {
        held.reset();
        run();
    }
    void run()
    {
        io_.restart();
        io_.poll();
    }
    Slot& slot(std::size_t index) { return slots_->all().at(index); }

    asio::io_context io_{1};
    std::shared_ptr<Slots> slots_ = std::make_shared<Slots>(io_, 3);
};

TEST_F(SlotsTest, TheSlotThatRemembersThePictureIsTaken)
{
    answered(slot(0), 1);
    answered(slot(2), 2);
    Held turn;
    ask(turn, picture(2));
    ASSERT_TRUE(turn);
    EXPECT_EQ(turn->slot, &slot(2));
}

TEST_F(SlotsTest, WhereItIsBusyOrGoneAnyOtherIsTaken)
{
    answered(slot(2), 2);
    Held busy;
    ask(busy, picture(2));
    Held other;
    ask(other, picture(2));
    EXPECT_EQ(other->slot, &slot(0));
    give_back(busy);
    slot(2).idle.reset();
    Held third;
    ask(third, picture(2));
    EXPECT_EQ(third->slot, &slot(1));
}

TEST_F(SlotsTest, FewPicturesAreRemembered)
{
    for (int number = 0; number < static_cast<int>(kept_pictures); ++number)
        answered(slot(1), number);
    answered(slot(1), 0);
    answered(slot(1), 99);
    EXPECT_EQ(slot(1).pictures.size(), kept_pictures);
    EXPECT_TRUE(slot(1).remembers(picture(0))) << "asked about again";
    EXPECT_FALSE(slot(1).remembers(picture(1)));
    EXPECT_TRUE(slot(1).remembers(picture(99)));
}

TEST_F(SlotsTest, ThoseWhoWaitGetTheirTurnInOrder)
{
    std::array<Held, 3> first;
    for (auto& turn : first)
        ask(turn);
    Held a;
    Held b;
    ask(a);
    ask(b, picture(7));
    EXPECT_FALSE(a || b);
    give_back(first[1]);
    ASSERT_TRUE(a);
    EXPECT_EQ(a->slot, &slot(1));
    EXPECT_FALSE(b);
    give_back(first[0]);
    EXPECT_TRUE(b) << "nobody remembers its picture";
}

TEST_F(SlotsTest, WhoComesAboutARememberedPictureGoesAhead)
{
    std::array<Held, 3> first;
    for (auto& turn : first)
        ask(turn);
    Held a;
    Held b;
    ask(a);
    ask(b, picture(7));
    answered(*first[2]->slot, 7);
    give_back(first[2]);
    ASSERT_TRUE(b);
    EXPECT_EQ(b->slot, &slot(2));
    EXPECT_FALSE(a);
    give_back(b);
    EXPECT_TRUE(a);
}

TEST_F(SlotsTest, StoppingSendsEveryoneHome)
{
    std::array<Held, 3> first;
    for (auto& turn : first)
        ask(turn);
    Held waiting;
    ask(waiting, picture(1));
    slots_->send_everyone_home();
    run();
    ASSERT_TRUE(waiting);
    EXPECT_EQ(waiting->slot, nullptr);
    bool all_back = false;
    asio::co_spawn(io_, Slots::all_back(slots_), [&](std::exception_ptr) { all_back = true; });
    run();
    EXPECT_FALSE(all_back);
    for (auto& turn : first)
        give_back(turn);
    EXPECT_TRUE(all_back);
}

} // namespace
} // namespace stillwatch::sandbox
