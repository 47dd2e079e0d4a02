#include "pipeline/digests.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

namespace stillwatch::pipeline {
namespace {

Bytes body_of(std::size_t size)
{
    Bytes body(size);
    for (std::size_t i = 0; i < size; ++i)
        body[i] = static_cast<std::byte>(i * 31 % 251 + size % 7);
    return body;
}

Task<> ask(Digests& digests, const Bytes& body, std::map<std::size_t, Sha256>& told)
{
    const auto digest = co_await digests.of(body);
    told[body.size()] = digest;
}

TEST(Digests, AreThoseOfEachBodyHoweverManyCome)
{
    asio::io_context io{1};
    Digests digests;
    std::map<std::size_t, Sha256> told;
    std::vector<std::unique_ptr<Bytes>> bodies;
    for (const std::size_t size : {0, 100, 4'096, 4'097, 250'000, 64'000, 5'000, 64'064, 9'999, 70'000})
        bodies.push_back(std::make_unique<Bytes>(body_of(size)));
    for (const auto& body : bodies)
        asio::co_spawn(io, ask(digests, *body, told), asio::detached);
    io.run();
    ASSERT_EQ(told.size(), bodies.size());
    for (const auto& body : bodies)
        EXPECT_EQ(told[body->size()], Sha256::of(*body)) << body->size();
}

TEST(Digests, OneThatNobodyJoinsIsDoneAlone)
{
    asio::io_context io{1};
    Digests digests;
    std::map<std::size_t, Sha256> told;
    const auto body = body_of(50'000);
    asio::co_spawn(io, ask(digests, body, told), asio::detached);
    io.run();
    EXPECT_EQ(told[body.size()], Sha256::of(body));
}

TEST(Digests, WhoeverIsCancelledIsNotWaitedWith)
{
    asio::io_context io{1};
    Digests digests;
    std::map<std::size_t, Sha256> told;
    const auto first = body_of(50'000);
    const auto second = body_of(60'000);
    asio::cancellation_signal end;
    asio::co_spawn(io, ask(digests, first, told), asio::bind_cancellation_slot(end.slot(), asio::detached));
    io.poll();
    end.emit(asio::cancellation_type::terminal);
    asio::co_spawn(io, ask(digests, second, told), asio::detached);
    io.run();
    EXPECT_EQ(told[first.size()], Sha256::of(first));
    EXPECT_EQ(told[second.size()], Sha256::of(second));
}

} // namespace
} // namespace stillwatch::pipeline
