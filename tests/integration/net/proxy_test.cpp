#include "hostile_server.hpp"
#include "run.hpp"
#include "socks_server.hpp"

#include "net/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Proxy : public testing::Test {
protected:
    // No network is allowed here: behind a proxy it is the name that counts.
    Result<Fetched> fetch(std::string_view url, bool resolves_names = false)
    {
        asio::io_context io;
        HttpClient client(
            io, {.user_agent = "test", .route = {socks.proxy(), TlsErrors::refuse, resolves_names}});
        return run(io, client.fetch(get(url)));
    }

    HostileServer server;
    SocksServer socks{server.port()};
};

TEST_F(Proxy, NamesAreResolvedThereAndNowhereElse)
{
    const auto got = fetch("http://abcdefghijklmnop.onion/ok").value();
    EXPECT_EQ(got.status, 200);
    EXPECT_THAT(socks.asked(), ElementsAre("name:abcdefghijklmnop.onion:80"));
    EXPECT_EQ(got.peer.address, "") << "nobody here knows it";
    EXPECT_EQ(got.peer.proxy, socks.proxy());
    EXPECT_THAT(got.request_head, HasSubstr("Host: abcdefghijklmnop.onion\r\n"));
}

// Where the proxy stands, such a name may lead to an address inside.
TEST_F(Proxy, OtherNamesAreNotAskedForUnlessTheSiteSaysSo)
{
    for (const auto* url :
         {"http://intranet.test/ok", "http://board.example/ok", "http://abc.onion.test/ok"}) {
        const auto got = fetch(url);
        ASSERT_FALSE(got) << url;
        EXPECT_EQ(got.error().code, Errc::refused) << url;
        EXPECT_THAT(got.error().detail, HasSubstr("no onion service"));
    }
    EXPECT_THAT(socks.asked(), IsEmpty());
    EXPECT_EQ(server.connections(), 0U);
    EXPECT_EQ(fetch("http://board.test/ok", true).value().status, 200);
    EXPECT_THAT(socks.asked(), ElementsAre("name:board.test:80"));
}

TEST_F(Proxy, PrivateNamesAndAddressesAreNotAskedFor)
{
    for (const bool resolves_names : {false, true})
        for (const auto* url : {"http://localhost/ok", "http://a.localhost/ok", "http://printer.local/ok",
                                "http://127.0.0.1/ok", "http://10.1.2.3/ok", "http://[::1]/ok",
                                "http://169.254.169.254/ok", "http://router/ok", "http://127.1/ok",
                                "http://0x7f000001/ok", "http://2130706433/ok", "http://db.internal/ok"}) {
            const auto got = fetch(url, resolves_names);
            ASSERT_FALSE(got) << url;
            EXPECT_EQ(got.error().code, Errc::refused) << url;
        }
    EXPECT_THAT(socks.asked(), IsEmpty());
    EXPECT_EQ(server.connections(), 0U);
}

TEST_F(Proxy, WhereThereIsNoneNothingGoesStraight)
{
    asio::io_context io;
    HttpClient client(io,
                      {.user_agent = "test", .route = {"socks5h://127.0.0.1:1", TlsErrors::refuse, true}});
    const auto got =
        run(io, client.fetch(get("http://loopback.test:" + std::to_string(server.port()) + "/ok")));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Errc::unreachable);
    EXPECT_EQ(server.connections(), 0U);
}

TEST(Cancel, EndsWhatIsFetchedFromOneHostOnly)
{
    HostileServer slow;
    HostileServer quick;
    asio::io_context io;
    HttpClient client(io, {.user_agent = "test", .guard = {{Cidr::parse("127.0.0.0/8").value()}}});
    std::optional<Result<Fetched>> waiting;
    start(io, client.fetch(get(slow.url("/silence"))), waiting);
    io.run_for(std::chrono::milliseconds(50));
    client.cancel("127.0.0.1:" + std::to_string(quick.port()));
    io.run_for(std::chrono::milliseconds(50));
    EXPECT_FALSE(waiting);
    client.cancel("127.0.0.1:" + std::to_string(slow.port()));
    io.run_for(std::chrono::milliseconds(200));
    ASSERT_TRUE(waiting);
    EXPECT_EQ(waiting->error().code, Errc::cancelled);
    EXPECT_EQ(run(io, client.fetch(get(quick.url("/ok")))).value().status, 200);
}

} // namespace
} // namespace stillwatch::net
