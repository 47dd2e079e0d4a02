#include "local_services.hpp"
#include "run.hpp"

#include "net/smtp_client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

namespace stillwatch::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class MailSink {
public:
    explicit MailSink(std::vector<std::string> options)
    {
        std::vector<std::string> command{"/usr/bin/python3",
                                         STILLWATCH_SOURCE_DIR "/tests/integration/net/smtp_server.py",
                                         folder.path().string()};
        command.insert(command.end(), options.begin(), options.end());
        process.emplace(command, folder.file("log"));
        for (int i = 0; i < 500 && !std::filesystem::exists(folder.file("port")); ++i)
            std::this_thread::sleep_for(20ms);
        std::ifstream(folder.file("port")) >> port;
    }
    std::vector<std::string> lines() const
    {
        std::vector<std::string> all;
        std::ifstream file(folder.file("mail"));
        for (std::string line; std::getline(file, line);)
            all.push_back(line);
        return all;
    }
    std::string url(std::string_view scheme, std::string_view host = "127.0.0.1") const
    {
        return fmt::format("{}://{}:{}", scheme, host, port);
    }

    TempFolder folder;
    std::uint16_t port = 0;
    std::optional<ChildProcess> process;
};

MailMessage message(std::string to = "lead@helpline.example")
{
    return {.from = "desk@helpline.example",
            .to = std::move(to),
            .data =
                "Subject: [Desk] 1 item\r\nMessage-ID: <a@b>\r\n\r\n.a line with a dot\r\n..two\r\nend\r\n"};
}

class Smtp : public testing::Test {
protected:
    static void SetUpTestSuite()
    {
        folder = std::make_unique<TempFolder>();
        certificates = std::make_unique<Certificates>(*folder);
    }
    static void TearDownTestSuite()
    {
        certificates.reset();
        folder.reset();
    }
    static std::string tls() { return "tls=" + certificates->chain + "," + certificates->key; }

    Result<void> send(MailServer server, MailMessage mail)
    {
        return run(io, client.send(std::move(server), std::move(mail)));
    }

    static inline std::unique_ptr<TempFolder> folder;
    static inline std::unique_ptr<Certificates> certificates;
    asio::io_context io;
    SmtpClient client;
};

TEST_F(Smtp, PlainToLoopbackArrivesWordForWord)
{
    const MailSink sink({});
    ASSERT_TRUE(send({.url = sink.url("smtp")}, message()));
    ASSERT_TRUE(send({.url = sink.url("smtp")}, message("second@helpline.example")));
    const auto lines = sink.lines();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[0], HasSubstr(R"("from": "desk@helpline.example", "to": ["lead@helpline.example"])"));
    EXPECT_THAT(lines[0], HasSubstr(R"("tls": false)"));
    EXPECT_THAT(lines[0], HasSubstr(R"(<a@b>\r\n\r\n.a line with a dot\r\n..two\r\nend\r\n"})"));
}

TEST_F(Smtp, AServerInADeniedNetworkIsRefusedUnlessItIsExempted)
{
    const MailSink sink({});
    GuardPolicy guard{.denied_networks = {Cidr::parse("127.0.0.0/8").value()}};
    SmtpClient guarded(guard);
    const auto sent = run(io, guarded.send({.url = sink.url("smtp")}, message()));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, Errc::refused);
    EXPECT_THAT(sent.error().detail, HasSubstr("denied_networks"));
    EXPECT_TRUE(sink.lines().empty());
    guard.exempted_networks = {Cidr::parse("127.0.0.1").value()};
    SmtpClient exempted(guard);
    EXPECT_TRUE(run(io, exempted.send({.url = sink.url("smtp")}, message())));
}

TEST_F(Smtp, LoopbackWithAStrangersCertificateStillGoesInTheClear)
{
    const MailSink sink({tls(), "starttls"});
    ASSERT_TRUE(send({.url = sink.url("smtp", "localhost")}, message()));
    EXPECT_THAT(sink.lines().at(0), HasSubstr(R"("tls": false)"));
}

TEST_F(Smtp, StarttlsWithTheRightAuthorityIsEncrypted)
{
    const MailSink sink({tls(), "starttls"});
    ASSERT_TRUE(send({.url = sink.url("smtp", "localhost"), .ca_file = certificates->authority}, message()));
    EXPECT_THAT(sink.lines().at(0), HasSubstr(R"("tls": true)"));
}

TEST_F(Smtp, TlsAtOnceIsEncrypted)
{
    const MailSink sink({tls(), "implicit"});
    ASSERT_TRUE(send({.url = sink.url("smtps"), .ca_file = certificates->authority}, message()));
    EXPECT_EQ(sink.lines().size(), 1U);
}

TEST_F(Smtp, ABadCertificateIsRefusedAndNothingIsSent)
{
    const MailSink starttls({tls(), "starttls"});
    const MailSink implicit({tls(), "implicit"});
    for (const auto& server :
         {MailServer{.url = starttls.url("smtp"), .ca_file = certificates->other_authority},
          MailServer{.url = implicit.url("smtps"), .ca_file = certificates->other_authority},
          MailServer{.url = implicit.url("smtps")},
          MailServer{.url = starttls.url("smtp", "loopback.test"), .ca_file = certificates->authority}}) {
        const auto sent = send(server, message());
        ASSERT_FALSE(sent) << server.url;
        EXPECT_EQ(sent.error().code, Errc::refused) << sent.error().detail;
        EXPECT_THAT(sent.error().detail, HasSubstr("certificate"));
    }
    EXPECT_TRUE(starttls.lines().empty());
    EXPECT_TRUE(implicit.lines().empty());
}

TEST_F(Smtp, AServerWithoutTlsIsRefusedUnlessItIsLoopback)
{
    const MailSink sink({});
    const auto by_name = send({.url = sink.url("smtp", "loopback.test")}, message());
    EXPECT_EQ(by_name.error().code, Errc::refused) << by_name.error().detail;
    const auto with_authority =
        send({.url = sink.url("smtp"), .ca_file = certificates->authority}, message());
    EXPECT_EQ(with_authority.error().code, Errc::refused);
    EXPECT_TRUE(sink.lines().empty());
}

TEST_F(Smtp, AnswersThatPassAreUnreachableAndFinalOnesRefused)
{
    const MailSink sink({});
    const auto later = send({.url = sink.url("smtp")}, message("later@helpline.example"));
    EXPECT_EQ(later.error().code, Errc::unreachable) << later.error().detail;
    EXPECT_THAT(later.error().detail, HasSubstr("451"));
    const auto never = send({.url = sink.url("smtp")}, message("never@helpline.example"));
    EXPECT_EQ(never.error().code, Errc::refused) << never.error().detail;
    EXPECT_THAT(never.error().detail, HasSubstr("550"));
    EXPECT_THAT(never.error().detail, testing::Not(HasSubstr("never@")));
}

TEST_F(Smtp, AuthenticationIsDoneAndItsFailureSaysNoSecret)
{
    const MailSink sink({tls(), "starttls", "auth"});
    MailServer server{.url = sink.url("smtp"),
                      .user = "desk",
                      .password = "s3cret-word",
                      .ca_file = certificates->authority};
    ASSERT_TRUE(send(server, message()));
    EXPECT_THAT(sink.lines().at(0), HasSubstr(R"("login": true)"));
    server.password = "wrong-word";
    const auto denied = send(server, message());
    EXPECT_EQ(denied.error().code, Errc::refused);
    EXPECT_THAT(denied.error().detail, testing::Not(HasSubstr("wrong-word")));
    server.user.clear();
    EXPECT_EQ(send(server, message()).error().code, Errc::refused);
    EXPECT_EQ(sink.lines().size(), 1U);
}

TEST_F(Smtp, WhatCannotBeUsedIsInvalid)
{
    for (const auto* url :
         {"", "http://127.0.0.1", "smtp://user:word@127.0.0.1", "smtp://", "imap://127.0.0.1"})
        EXPECT_EQ(send({.url = url}, message()).error().code, Errc::invalid_argument) << url;
    for (const auto* to : {"", "a@b>\r\nRCPT TO:<evil@x", "a b@c", "<a@b>", "a@b\n"})
        EXPECT_EQ(send({.url = "smtp://127.0.0.1:1"}, message(to)).error().code, Errc::invalid_argument)
            << to;
    const auto no_file = send({.url = "smtps://127.0.0.1:1", .ca_file = "/does/not/exist.pem"}, message());
    EXPECT_THAT(no_file.error().code, testing::AnyOf(Errc::invalid_argument, Errc::unreachable));
}

TEST_F(Smtp, AClosedPortAndAnAbsentNameAreUnreachable)
{
    EXPECT_EQ(send({.url = fmt::format("smtp://127.0.0.1:{}", free_port())}, message()).error().code,
              Errc::unreachable);
    EXPECT_EQ(send({.url = "smtps://absent.test"}, message()).error().code, Errc::unreachable);
}

// A mail server that answers everything but the last word.
class MuteServer {
public:
    explicit MuteServer(std::string silent_at)
        : silent_at_(std::move(silent_at)), acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
          thread_([this] { serve(); })
    {
    }
    ~MuteServer()
    {
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        if (const int socket = socket_; socket >= 0) ::shutdown(socket, SHUT_RDWR);
        thread_.join();
    }
    std::string url() const { return fmt::format("smtp://127.0.0.1:{}", acceptor_.local_endpoint().port()); }
    bool has_said_quit() const { return quit_; }

private:
    void serve()
    {
        boost::system::error_code error;
        auto socket = acceptor_.accept(error);
        if (error) return;
        socket_ = socket.native_handle();
        std::string input;
        bool in_data = false;
        const auto say = [&](std::string_view line) { asio::write(socket, asio::buffer(line), error); };
        if (silent_at_ != "greeting") say("220 mute\r\n");
        while (!error) {
            const auto size = asio::read_until(socket, asio::dynamic_buffer(input), "\r\n", error);
            if (error) break;
            const auto line = input.substr(0, size);
            input.erase(0, size);
            if (in_data && line != ".\r\n") continue;
            if (line == "QUIT\r\n") quit_ = true;
            if (!silent_at_.empty() && line.starts_with(silent_at_)) continue;
            in_data = line == "DATA\r\n";
            say(in_data ? "354 go on\r\n" : line.starts_with("RCPT TO:<bad") ? "550 no\r\n" : "250 fine\r\n");
        }
        socket_ = -1;
    }

    std::string silent_at_;
    asio::io_context io_;
    asio::ip::tcp::acceptor acceptor_;
    std::atomic<int> socket_ = -1;
    std::atomic<bool> quit_ = false;
    std::thread thread_;
};

TEST_F(Smtp, AServerThatIgnoresQuitHoldsNobodyUp)
{
    for (const auto* to : {"lead@helpline.example", "bad@helpline.example"}) {
        const MuteServer server("QUIT");
        const Stopwatch watch;
        const auto sent = send({.url = server.url()}, message(to));
        EXPECT_EQ(sent.has_value(), std::string_view(to).starts_with("lead")) << to;
        EXPECT_LT(watch.seconds(), 0.9) << to;
        for (int i = 0; i < 50 && !server.has_said_quit(); ++i)
            std::this_thread::sleep_for(10ms);
        EXPECT_TRUE(server.has_said_quit()) << to;
    }
}

TEST_F(Smtp, SilenceEndsAtTheTimeLimit)
{
    for (const auto* where : {"greeting", "RCPT", "."}) {
        const MuteServer server(where);
        const Stopwatch watch;
        EXPECT_EQ(send({.url = server.url(), .timeout = 1s}, message()).error().code, Errc::timed_out)
            << where;
        EXPECT_LT(watch.seconds(), 1.8) << where;
    }
}

TEST_F(Smtp, StopEndsWhatIsBeingSent)
{
    const MuteServer server("RCPT");
    std::optional<Result<void>> sent;
    const Stopwatch watch;
    start(io, client.send({.url = server.url()}, message()), sent);
    std::optional<Result<void>> slow;
    start(io, client.send({.url = "smtps://slow.test"}, message()), slow);
    io.run_for(100ms);
    client.stop();
    io.restart();
    io.run();
    EXPECT_EQ(sent.value().error().code, Errc::cancelled);
    EXPECT_EQ(slow.value().error().code, Errc::cancelled);
    EXPECT_LT(watch.seconds(), 1.0);
}

} // namespace
} // namespace stillwatch::net
