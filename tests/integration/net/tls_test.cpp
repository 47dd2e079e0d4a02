#include "local_services.hpp"
#include "run.hpp"

#include "net/http_client.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace stillwatch::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

// Debian's nginx with TLS: HTTP/2 on one port, HTTP/1.1 only with TLS 1.2 on another.
class Nginx {
public:
    Nginx() : certificates(folder), h2_port(free_port()), h1_port(free_port())
    {
        folder.write("page.html", "<p>hello over TLS</p>");
        folder.write("big.bin", std::string(300'000, 'b'));
        folder.write("huge.bin", std::string(3'000'000, 'h'));
        std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all |
                                                        std::filesystem::perms::others_read |
                                                        std::filesystem::perms::others_exec);
        folder.write("nginx.conf",
                     fmt::format(R"(daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off; root {0}; types {{ text/html html; }} default_type application/octet-stream;
    client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;
    ssl_certificate {1}; ssl_certificate_key {2}; keepalive_requests 3;
    server {{ listen 127.0.0.1:{3} ssl http2; ssl_protocols TLSv1.3; }}
    server {{ listen 127.0.0.1:{4} ssl; ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384; }}
}}
)",
                                 folder.path().string(), certificates.chain, certificates.key, h2_port,
                                 h1_port));
        process.emplace(std::vector<std::string>{"/usr/sbin/nginx", "-e", folder.file("error.log"), "-c",
                                                 folder.file("nginx.conf")},
                        folder.file("log"));
        wait_for_port(h2_port);
        wait_for_port(h1_port);
    }

    TempFolder folder;
    Certificates certificates;
    std::uint16_t h2_port;
    std::uint16_t h1_port;
    std::optional<ChildProcess> process;
};

class Tls : public testing::Test {
protected:
    static void SetUpTestSuite() { nginx = std::make_unique<Nginx>(); }
    static void TearDownTestSuite() { nginx.reset(); }

    static HttpSettings settings(const std::string& ca_file)
    {
        return {.user_agent = "StillwatchTest/1.0",
                .guard = {{Cidr::parse("127.0.0.0/8").value()}},
                .ca_file = ca_file};
    }
    static std::string url(std::uint16_t port, std::string_view path, std::string_view host = "127.0.0.1")
    {
        return fmt::format("https://{}:{}{}", host, port, path);
    }
    Result<Fetched> fetch(std::string_view address) { return run(io, client.fetch(get(address))); }

    static std::string expected_chain()
    {
        std::ifstream file(nginx->certificates.chain);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }

    static inline std::unique_ptr<Nginx> nginx;
    asio::io_context io;
    HttpClient client{io, settings(nginx->certificates.authority)};
};

TEST_F(Tls, Http2RecordsWhatWasSpokenOnFirstAndReusedConnections)
{
    const auto first = fetch(url(nginx->h2_port, "/page.html")).value();
    const auto second = fetch(url(nginx->h2_port, "/page.html")).value();
    for (const auto* got : {&first, &second}) {
        EXPECT_EQ(got->status, 200);
        EXPECT_EQ(as_text(got->body), "<p>hello over TLS</p>");
        EXPECT_EQ(got->peer.http_version, "h2");
        EXPECT_EQ(got->peer.tls_version, "tls/1.3");
        EXPECT_THAT(got->peer.cipher, StartsWith("TLS_"));
        EXPECT_EQ(got->peer.address, "127.0.0.1");
        EXPECT_EQ(got->peer.port, nginx->h2_port);
        ASSERT_TRUE(got->peer.certificate_chain);
        EXPECT_EQ(*got->peer.certificate_chain, expected_chain());
        EXPECT_THAT(got->response_head, StartsWith("HTTP/2 200"));
        EXPECT_THAT(got->response_head, testing::EndsWith("\r\n\r\n"));
        EXPECT_THAT(got->request_head, StartsWith("GET /page.html HTTP/2\r\n"));
        EXPECT_THAT(got->request_head, HasSubstr("accept-encoding: gzip"));
    }
    EXPECT_EQ(first.peer.certificate_chain, second.peer.certificate_chain) << "one connection, one chain";
}

// Streams of one connection: the one that waits for its share must not keep the others waiting.
TEST_F(Tls, AnHttp2StreamThatIsPausedHoldsUpNoOther)
{
    const auto budget = ByteBudget::make({4'000'000, 64U << 10U});
    HttpClient bounded(io, settings(nginx->certificates.authority), budget);
    EXPECT_EQ(run(io, bounded.fetch(get(url(nginx->h2_port, "/page.html")))).value().peer.http_version, "h2");
    std::optional<Result<Fetched>> first;
    std::optional<Result<Fetched>> second;
    std::optional<Result<Fetched>> small;
    const auto run_until = [this](auto done) {
        const Stopwatch watch;
        while (!done() && watch.seconds() < 10.0) {
            io.restart();
            io.run_one_for(std::chrono::milliseconds(50));
        }
    };
    start(io, bounded.fetch(get(url(nginx->h2_port, "/huge.bin"))), first);
    run_until([&] { return first.has_value(); });
    start(io, bounded.fetch(get(url(nginx->h2_port, "/huge.bin"))), second);
    run_until([&] { return budget->waiting() == 1; });
    start(io, bounded.fetch(get(url(nginx->h2_port, "/page.html"))), small);
    run_until([&] { return small.has_value(); });
    ASSERT_TRUE(small);
    EXPECT_EQ(small->value().status, 200);
    EXPECT_FALSE(second);
    first.reset();
    run_until([&] { return second.has_value(); });
    ASSERT_TRUE(second);
    EXPECT_EQ(second->value().body.size(), 3'000'000U);
    EXPECT_EQ(second->value().cut, Cut::none);
}

TEST_F(Tls, Http11RecordsItToo)
{
    for (int i = 0; i < 2; ++i) {
        const auto got = fetch(url(nginx->h1_port, "/page.html")).value();
        EXPECT_EQ(got.peer.http_version, "http/1.1");
        EXPECT_EQ(got.peer.tls_version, "tls/1.2");
        EXPECT_EQ(got.peer.cipher, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        ASSERT_TRUE(got.peer.certificate_chain);
        EXPECT_EQ(*got.peer.certificate_chain, expected_chain());
    }
}

TEST_F(Tls, AResumedSessionStillShowsTheChain)
{
    for (int i = 0; i < 8; ++i) { // keepalive_requests makes nginx hang up after every third
        const auto got = fetch(url(nginx->h1_port, "/page.html")).value();
        ASSERT_TRUE(got.peer.certificate_chain);
        EXPECT_EQ(*got.peer.certificate_chain, expected_chain()) << "request " << i;
    }
}

TEST_F(Tls, AServerThatSaysGoodbyeCostsNoAnswer)
{
    for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(fetch(url(nginx->h2_port, "/page.html"))) << "request " << i;
}

TEST_F(Tls, ManyStreamsOfOneHostAllArrive)
{
    std::vector<std::optional<Result<Fetched>>> results(40);
    for (auto& result : results)
        start(io, client.fetch(get(url(nginx->h2_port, "/big.bin"))), result);
    io.run();
    for (const auto& result : results) {
        ASSERT_TRUE(result && *result) << (result ? result->error().detail : "no end");
        EXPECT_EQ((*result)->body.size(), 300'000U);
    }
}

TEST_F(Tls, AnHttp2BodyOverItsLimitIsCutAndTheConnectionGoesOn)
{
    auto asked = get(url(nginx->h2_port, "/big.bin"));
    asked.limits.max_body_bytes = 1000;
    const auto cut = run(io, client.fetch(std::move(asked))).value();
    EXPECT_EQ(cut.cut, Cut::size);
    EXPECT_EQ(cut.body.size(), 1000U);
    EXPECT_EQ(fetch(url(nginx->h2_port, "/page.html")).value().status, 200);
}

TEST_F(Tls, ACertificateOfAnUnknownAuthorityIsUnreachableAndSaysWhy)
{
    HttpClient wary(io, settings(nginx->certificates.other_authority));
    const auto got = run(io, wary.fetch(get(url(nginx->h2_port, "/page.html"))));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Errc::unreachable);
    EXPECT_THAT(got.error().detail, HasSubstr("certificate"));
    EXPECT_THAT(got.error().detail, HasSubstr(fmt::format("127.0.0.1:{}", nginx->h2_port)));
}

TEST_F(Tls, ACertificateForAnotherNameIsUnreachableAndSaysWhy)
{
    const auto got = fetch(url(nginx->h2_port, "/page.html", "loopback.test"));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Errc::unreachable);
    EXPECT_THAT(got.error().detail, HasSubstr("loopback.test"));
}

TEST_F(Tls, ACertificateThatProvesNothingIsRecordedWhereThatIsAsked)
{
    auto lenient = settings(nginx->certificates.other_authority);
    lenient.route.tls_errors = TlsErrors::record;
    HttpClient client_of_site(io, lenient);
    for (int i = 0; i < 5; ++i) { // on kept connections and resumed sessions too
        const auto got = run(io, client_of_site.fetch(get(url(nginx->h1_port, "/page.html")))).value();
        EXPECT_EQ(got.status, 200);
        EXPECT_THAT(got.peer.tls_problem, HasSubstr("certificate")) << "request " << i;
        EXPECT_EQ(*got.peer.certificate_chain, expected_chain());
    }
}

TEST_F(Tls, ACertificateOfAnotherHostIsRecordedWhereThatIsAsked)
{
    auto lenient = settings(nginx->certificates.authority);
    lenient.route.tls_errors = TlsErrors::record;
    HttpClient client_of_site(io, lenient);
    const auto other =
        run(io, client_of_site.fetch(get(url(nginx->h2_port, "/page.html", "loopback.test")))).value();
    EXPECT_EQ(other.peer.tls_problem, "the certificate is of another host");
    const auto own = run(io, client_of_site.fetch(get(url(nginx->h2_port, "/page.html")))).value();
    EXPECT_EQ(own.peer.tls_problem, "") << "a good certificate is no problem";
}

TEST_F(Tls, PlainHttpToATlsPortIsAnAnswerOfItsOwn)
{
    const auto got = fetch(fmt::format("http://127.0.0.1:{}/", nginx->h1_port)).value();
    EXPECT_EQ(got.status, 400);
    EXPECT_EQ(got.peer.tls_version, "");
}

} // namespace
} // namespace stillwatch::net
