#include "pool_fixture.hpp"

#include <boost/asio/steady_timer.hpp>

#include <csignal>

// Whose word counts, where a worker may have been taken over or was lost.
namespace stillwatch::sandbox {
namespace {

using namespace test;

TEST_F(Pool, ASiteThatKillsWorkersByDozensHasNoSecondTries)
{
    WorkerPool pool(io_, settings());
    for (const auto& answer :
         ask_all(pool, std::vector<std::string>(LossBook::retries_of_a_site + 4, "abort:")))
        expect_lost(answer, "killed by SIGABRT");
    EXPECT_EQ(pool.counters().retried, LossBook::retries_of_a_site);
}

TEST_F(Pool, ARefusalOfAWorkerThatServedAnotherSiteIsConfirmedByAFreshOne)
{
    WorkerPool pool(io_, settings());
    EXPECT_EQ(first_url(ask_for(pool, "one.example", "take-over:")), "taken over");
    EXPECT_EQ(first_url(ask_for(pool, "two.example", "echo:", "honest")), "honest") << "and no lie is told";
    EXPECT_EQ(pool.counters(),
              (PoolCounters{.completed = 3, .replaced = 1, .asked_again = 1, .disagreed = 1}));
    EXPECT_EQ(first_url(ask_for(pool, "two.example", "echo:", "honest")), "honest");
    EXPECT_EQ(pool.counters().asked_again, 1U) << "the fresh one serves on";
}

TEST_F(Pool, ARefusalToTheOnlySiteOfAWorkerIsTaken)
{
    WorkerPool pool(io_, settings());
    (void)ask_for(pool, "one.example", "take-over:");
    EXPECT_EQ(ask_for(pool, "one.example", "echo:", "x").error().code, Errc::undecodable);
    EXPECT_EQ(pool.counters().asked_again, 0U);
}

TEST_F(Pool, WhoTrustsNobodyGetsAWorkerThatServedNoOtherSite)
{
    WorkerPool pool(io_, settings());
    (void)ask_for(pool, "one.example", "echo:");
    EXPECT_EQ(first_url(ask_for(pool, "two.example", "echo:", "x", Trust::unshared)), "x");
    EXPECT_EQ(pool.counters().replaced, 1U);
    EXPECT_EQ(first_url(ask_for(pool, "two.example", "echo:", "x", Trust::unshared)), "x");
    EXPECT_EQ(pool.counters().replaced, 1U);
}

TEST_F(Pool, WhoWantsAFreshWorkerGetsOneThatServedNobody)
{
    WorkerPool pool(io_, settings());
    (void)ask_for(pool, "one.example", "take-over:");
    EXPECT_EQ(first_url(ask_for(pool, "one.example", "echo:", "x", Trust::fresh)), "x");
    EXPECT_EQ(pool.counters().replaced, 1U);
    EXPECT_EQ(first_url(ask_for(pool, "one.example", "echo:", "x", Trust::fresh)), "x");
    EXPECT_EQ(pool.counters().replaced, 2U);
}

TEST_F(Pool, ItIsToldWhetherAWorkerServedOthers)
{
    WorkerPool pool(io_, settings());
    const auto tellers = std::make_shared<Tellers>();
    const auto ask = [&](const std::string& site, Trust trust) {
        Document document{body("x")};
        document.site = site;
        document.trust = trust;
        document.tellers = tellers;
        (void)answer_to(pool, std::move(document), "echo:").value();
    };
    ask("one.example", Trust::confirmed_refusals);
    ask("one.example", Trust::confirmed_refusals);
    EXPECT_EQ(tellers->unshared, 2U);
    EXPECT_EQ(tellers->shared, 0U);
    ask("two.example", Trust::confirmed_refusals);
    ask("one.example", Trust::confirmed_refusals);
    EXPECT_EQ(tellers->shared, 2U) << "since two sites had it";
    ask("two.example", Trust::unshared);
    EXPECT_EQ(tellers->unshared, 3U);
}

TEST_F(Pool, AKillFromOutsideCostsNoDocumentThatWantsAFreshWorker)
{
    WorkerPool pool(io_, settings());
    (void)ask_for(pool, "one.example", "echo:");
    asio::steady_timer timer(io_, 300ms);
    timer.async_wait([](boost::system::error_code) {
        for (const auto pid : children())
            (void)::kill(pid, SIGKILL);
    });
    EXPECT_EQ(first_url(ask_for(pool, "two.example", "nap:", "x", Trust::unshared)), "awake");
}

TEST_F(Pool, WhoWantsAFreshWorkerHasASecondTryToo)
{
    WorkerPool pool(io_, settings());
    (void)ask_for(pool, "one.example", "echo:");
    expect_lost(ask_for(pool, "two.example", "abort:", "x", Trust::unshared), "killed by SIGABRT");
    EXPECT_EQ(pool.counters().retried, 1U);
}

TEST_F(Pool, WhoTrustsAnyoneAsksOnce)
{
    WorkerPool pool(io_, settings());
    (void)ask_for(pool, "one.example", "take-over:");
    EXPECT_EQ(ask_for(pool, "two.example", "echo:", "x", Trust::anyone).error().code, Errc::undecodable);
}

TEST_F(Pool, AWorkerThatTellsFalseFeaturesIsFoundOutBySamples)
{
    for (const std::size_t workers : {1, 2}) {
        auto several = settings();
        several.workers = workers;
        WorkerPool pool(io_, several);
        int told = 0;
        pool.on_disagreement([&] { ++told; });
        const auto width_for = [&](std::string site, std::string_view text) {
            int width_px = 0;
            run([&]() -> Task<void> {
                Document document{body(text)};
                document.site = site;
                const auto features = co_await pool.features(std::move(document), Detail::hashes);
                width_px = features ? features->width_px : -1;
            });
            return width_px;
        };
        EXPECT_EQ(width_for("one.example", "take-over"), 65);
        EXPECT_EQ(width_for("two.example", "honest"), 65) << "a lie";
        for (int i = 0; i < 80; ++i)
            (void)width_for("two.example", "honest");
        EXPECT_EQ(width_for("two.example", "honest"), 64);
        EXPECT_EQ(told, 1);
        EXPECT_EQ(pool.counters().disagreed, 1U);
    }
}

} // namespace
} // namespace stillwatch::sandbox
