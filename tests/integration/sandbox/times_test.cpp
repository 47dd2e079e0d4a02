#include "sandbox/worker_pool.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <optional>

// When the frames of an animated picture are seen, and whom to write to, as the worker that is built tells
// it.
namespace stillwatch::sandbox {
namespace {

template <class Value>
Result<Value> run(asio::io_context& loop, Task<Result<Value>> task)
{
    std::optional<Result<Value>> answer;
    asio::co_spawn(loop, std::move(task),
                   [&](std::exception_ptr, Result<Value> result) { answer = std::move(result); });
    loop.restart();
    loop.run();
    return answer.value();
}

Document document(Bytes body)
{
    return Document{std::make_shared<const Bytes>(std::move(body))};
}

// As many as there are frames to compare, in their order.
TEST(FrameTimesOfTheWorker, AreThoseOfTheFramesThatAreCompared)
{
    asio::io_context loop(1);
    PoolSettings settings;
    settings.worker_program = STILLWATCH_WORKER;
    settings.workers = 1;
    WorkerPool pool(loop, settings);
    const auto sea = pictures::test::scene(3, 96, 64);
    const auto hill = pictures::test::scene(4, 96, 64);
    const auto file = pictures::test::encode_gif({sea, sea, hill, sea});
    const auto found = run(loop, pool.features(document(file), Detail::query));
    ASSERT_TRUE(found.has_value()) << to_string(found.error());
    EXPECT_EQ(found->local.size(), 2U);
    const auto times = run(loop, pool.frame_times(document(file)));
    ASSERT_TRUE(times.has_value()) << to_string(times.error());
    EXPECT_EQ(*times, (FrameTimes{400, {{0, 200}, {200, 300}}}));
    const auto still = run(loop, pool.frame_times(document(pictures::test::encode_png(sea))));
    ASSERT_TRUE(still.has_value()) << to_string(still.error());
    EXPECT_EQ(*still, FrameTimes{});
    const auto refused = run(loop, pool.frame_times(document(to_bytes("no picture"))));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::undecodable);
}

TEST(ContactsOfTheWorker, AreReadOutOfWhatRegistriesAndSitesAnswer)
{
    asio::io_context loop(1);
    PoolSettings settings;
    settings.worker_program = STILLWATCH_WORKER;
    settings.workers = 1;
    WorkerPool pool(loop, settings);
    const auto told =
        run(loop,
            pool.rdap(document(to_bytes(R"({"objectClassName":"ip network","name":"NET","entities":[{"roles":
["abuse"],"vcardArray":["vcard",[["fn",{},"text","Host"],["email",{},"text","abuse@host.test"]]]}]})"))));
    ASSERT_TRUE(told.has_value()) << to_string(told.error());
    EXPECT_EQ(*told, (RdapAnswer{"ip network", "NET", "", {}, {{"Host", {"abuse@host.test"}, {}}}, {}}));
    const auto broken = run(loop, pool.rdap(document(to_bytes("<html>"))));
    ASSERT_FALSE(broken.has_value());
    EXPECT_EQ(broken.error().code, Errc::malformed);
    const auto text =
        run(loop, pool.security_txt(
                      document(to_bytes("Contact: mailto:a@host.test\nExpires: 2026-12-01T00:00:00Z\n"))));
    ASSERT_TRUE(text.has_value()) << to_string(text.error());
    EXPECT_EQ(*text, (SecurityTxt{{"a@host.test"}, parse_utc("2026-12-01")}));
}

} // namespace
} // namespace stillwatch::sandbox
