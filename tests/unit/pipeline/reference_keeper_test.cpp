#include "world.hpp"

#include "core/tasks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using namespace std::chrono_literals;

class ReferenceKeeperTest : public testing::Test, protected World {
protected:
    std::size_t matches(const matcher::ReferenceSet& set, const std::string& file)
    {
        return set.judge(set.shortlist(features_of(file)), {}).size();
    }
};

TEST_F(ReferenceKeeperTest, BeginsWithAnEmptySet)
{
    ASSERT_TRUE(references.current());
    EXPECT_EQ(references.current()->size(), 0U);
    EXPECT_EQ(references.current()->generation(), 0);
}

TEST_F(ReferenceKeeperTest, AReloadExchangesTheSetAndLeavesTheOldOneToItsUsers)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    const auto old = references.current();
    (void)enrol(c, picture_file("hill"), "R-02");
    EXPECT_EQ(references.current()->generation(), 2);
    EXPECT_EQ(matches(*references.current(), picture_file("hill")), 1U);
    EXPECT_EQ(old->generation(), 1);
    EXPECT_EQ(matches(*old, picture_file("hill")), 0U);
    EXPECT_EQ(matches(*old, picture_file("sea")), 1U);
}

TEST_F(ReferenceKeeperTest, ASetOfAWithdrawnCaseIsEmpty)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    const std::weak_ptr<const matcher::ReferenceSet> old = references.current();
    ASSERT_TRUE(book.withdraw(c.pseudonym, {"anna", clock.now()}).has_value());
    reload();
    EXPECT_EQ(references.current()->size(), 0U);
    EXPECT_TRUE(old.expired());
}

TEST_F(ReferenceKeeperTest, FollowsTheEndOfAConsent)
{
    const auto c = open_case(1'000);
    (void)enrol(c, picture_file("sea"));
    clock.set(c.consent.expires_at - 5ms);
    TaskGroup tasks(loop.get_executor());
    int changes = 0;
    auto on_change = [&] {
        ++changes;
        tasks.stop();
    };
    tasks.spawn("consents", references.follow_consents(on_change));
    loop.restart();
    loop.poll();
    EXPECT_EQ(references.current()->size(), 1U);
    clock.set(c.consent.expires_at);
    loop.run_for(5s);
    EXPECT_EQ(tasks.running(), 0U);
    EXPECT_EQ(changes, 1);
    EXPECT_EQ(references.current()->size(), 0U);
}

TEST_F(ReferenceKeeperTest, FollowingEndsByCancellationAlone)
{
    TaskGroup tasks(loop.get_executor());
    tasks.spawn("consents", references.follow_consents([] {}));
    loop.restart();
    loop.poll();
    reload(); // ends the wait, not the task
    EXPECT_EQ(tasks.running(), 1U);
    tasks.stop();
    loop.restart();
    loop.run_for(5s);
    EXPECT_EQ(tasks.running(), 0U);
}

#ifndef STILLWATCH_SANITIZED // the sanitizers make mlock do nothing

// Runs `claim` in a process of an ordinary user who may lock `limit_bytes`; 0 when it held.
int status_with_limit(rlim_t limit_bytes, const std::function<bool()>& claim)
{
    const pid_t child = fork();
    if (child == 0) {
        umask(0);
        const rlimit limit{limit_bytes, limit_bytes};
        if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) _exit(3);
        if (getuid() == 0 && setuid(65534) != 0) _exit(4); // root may lock what it likes
        _exit(claim() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

TEST(ReferenceKeeper, WithoutRoomForTheNewSetTheOldOneGoesToo)
{
    const auto claim = [] {
        World world;
        const auto c = world.open_case();
        (void)world.enrol(c, picture_file("sea"));
        if (world.references.current()->size() != 1) return false;
        auto features = features_of(picture_file("hill"));
        features.frames.resize(PictureFeatures::max_frames, features.frames[0]);
        for (int i = 0; i < 150; ++i) {
            Reference draft;
            draft.name = "B-" + std::to_string(i);
            draft.sealed = cases::seal_reference(c.public_key, c.pseudonym, features).value().bytes;
            draft.extractor_version = extractor_version;
            (void)world.book.enrol(c.pseudonym, draft, {"anna", world.clock.now()}).value();
        }
        const auto reloaded = world.run(world.references.reload());
        return !reloaded && reloaded.error().code == Errc::io && world.references.current()->size() == 0;
    };
    // One reference fits, 150 do not; an empty set has tables, too.
    EXPECT_EQ(status_with_limit(256U << 10U, claim), 0);
}

#endif

} // namespace
} // namespace stillwatch::pipeline
