#include "alerts/email_notifier.hpp"
#include "alerts/leak.hpp"
#include "alerts/webhook_notifier.hpp"
#include "alerts/webhook_signature.hpp"
#include "net/http_client.hpp"
#include "net/smtp_client.hpp"
#include "tests/integration/alerts/receivers.hpp"
#include "tests/support/command.hpp"

#include <boost/asio/co_spawn.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace stillwatch::alerts {
namespace {

using Kind = Delivery::Kind;
using test::run_command;

const std::string folder = STILLWATCH_SOURCE_DIR "/tests/integration/alerts";
const std::string secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const std::string old_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

AlertEvent sample_event()
{
    AlertEvent event;
    event.alert_id = alert_id("C-7F3K", ReferenceId{4}, "picture", "address", 1);
    event.type = "match.opened";
    event.at = parse_utc("2026-11-23T00:10:00Z").value();
    event.case_pseudonym = "C-7F3K";
    event.count = 2;
    event.link = "https://desk.helpline.example/a/" + event.alert_id + "?from=mail&x=1";
    return event;
}

Delivery deliver(asio::io_context& loop, Notifier& notifier, const AlertEvent& event)
{
    std::optional<Delivery> result;
    asio::co_spawn(loop, notifier.notify(event, {}),
                   [&](const std::exception_ptr& failure, Delivery delivery) {
                       if (failure) std::rethrow_exception(failure);
                       result = std::move(delivery);
                   });
    loop.restart();
    while (!result && loop.run_one() > 0) {
    }
    return result.value();
}

struct Hook {
    explicit Hook(const Receivers& receivers, const std::string& secrets = secret)
    {
        net::HttpSettings http;
        http.guard.allowed_private_networks = {net::Cidr::parse("127.0.0.0/8").value()};
        client.emplace(loop, http);
        notifier.emplace(
            *client, WebhookSettings{"hook", receivers.hook_url(), parse_webhook_secrets(secrets).value()},
            clock);
    }
    asio::io_context loop{1};
    SystemClock clock;
    std::optional<net::HttpClient> client;
    std::optional<WebhookNotifier> notifier;
};

test::CommandResult verify(const Receivers& receivers, const std::string& name, const std::string& with)
{
    return run_command({"node", folder + "/verify_webhook.mjs", receivers.path(name), with});
}

TEST(WebhookDelivery, VerifiesWithTheLibraryOfReceivers)
{
    const Receivers receivers;
    Hook hook(receivers);
    const auto event = sample_event();
    ASSERT_EQ(deliver(hook.loop, *hook.notifier, event).kind, Kind::sent);
    const auto verified = verify(receivers, "hook-1.json", secret);
    ASSERT_EQ(verified.exit_code, 0) << verified.err << "(run `npm ci` in " << folder << " first)";
    const auto payload = parse_json(verified.out).value().as_object();
    EXPECT_EQ(text_member(payload, "type"), "match.opened");
    EXPECT_EQ(text_member(payload.at("data").as_object(), "alert"), event.alert_id);
    const auto received = receivers.object("hook-1.json");
    EXPECT_EQ(text_member(received, "request"), "POST /in?token=s3cret HTTP/1.1");
    EXPECT_EQ(text_member(received.at("headers").as_object(), "webhook-id"), event.alert_id);
}

TEST(WebhookDelivery, DoesNotVerifyWithAnotherSecret)
{
    const Receivers receivers;
    Hook hook(receivers);
    ASSERT_EQ(deliver(hook.loop, *hook.notifier, sample_event()).kind, Kind::sent);
    const auto verified = verify(receivers, "hook-1.json", old_secret);
    EXPECT_EQ(verified.exit_code, 1);
    EXPECT_NE(verified.err.find("No matching signature"), std::string::npos) << verified.err;
}

TEST(WebhookDelivery, VerifiesWithBothSecretsWhileOneIsChanged)
{
    const Receivers receivers;
    Hook hook(receivers, secret + "\n" + old_secret);
    ASSERT_EQ(deliver(hook.loop, *hook.notifier, sample_event()).kind, Kind::sent);
    for (const auto& with : {secret, old_secret}) {
        const auto verified = verify(receivers, "hook-1.json", with);
        EXPECT_EQ(verified.exit_code, 0) << verified.err;
    }
}

TEST(WebhookDelivery, RedirectsAreNotFollowedAndRetriesKeepTheId)
{
    const Receivers receivers({"302", "429", "410"});
    Hook hook(receivers);
    const auto event = sample_event();
    EXPECT_EQ(deliver(hook.loop, *hook.notifier, event).kind, Kind::retry_after);
    const auto busy = deliver(hook.loop, *hook.notifier, event);
    EXPECT_EQ(busy.kind, Kind::retry_after);
    EXPECT_EQ(busy.after, std::chrono::seconds(7));
    EXPECT_EQ(deliver(hook.loop, *hook.notifier, event).kind, Kind::refused);
    EXPECT_EQ(deliver(hook.loop, *hook.notifier, event).kind, Kind::sent);
    for (int number = 1; number <= 4; ++number) {
        const auto received = receivers.object("hook-" + std::to_string(number) + ".json");
        EXPECT_EQ(text_member(received.at("headers").as_object(), "webhook-id"), event.alert_id);
    }
}

TEST(WebhookDelivery, PrivateNetworksAreRefusedUnlessAllowed)
{
    const Receivers receivers;
    asio::io_context loop{1};
    net::HttpClient guarded(loop, {});
    const SystemClock clock;
    WebhookNotifier notifier(guarded, {"hook", receivers.hook_url(), parse_webhook_secrets(secret).value()},
                             clock);
    const auto delivery = deliver(loop, notifier, sample_event());
    EXPECT_EQ(delivery.kind, Kind::retry_after);
    EXPECT_EQ(delivery.detail.find("s3cret"), std::string::npos) << delivery.detail;
    EXPECT_FALSE(receivers.has("hook-1.json"));
}

TEST(MailDelivery, IsReadByPythonAsItWasMeant)
{
    const Receivers receivers;
    asio::io_context loop{1};
    net::SmtpClient mailer;
    EmailNotifier notifier(mailer, {"desk",
                                    {"a@helpline.example", "b@helpline.example"},
                                    "stillwatch@helpline.example",
                                    {receivers.mail_server()}});
    const auto event = sample_event();
    const auto delivery = deliver(loop, notifier, event);
    ASSERT_EQ(delivery.kind, Kind::sent) << delivery.detail;

    const auto mail = receivers.object("mail-1.json");
    EXPECT_TRUE(mail.at("defects").as_array().empty()) << json::serialize(mail);
    EXPECT_EQ(text_member(mail, "type"), "multipart/alternative");
    const auto& headers = mail.at("headers").as_object();
    EXPECT_EQ(text_member(headers, "subject"), "[Desk] 2 items need attention (C-7F3K)");
    EXPECT_EQ(text_member(headers, "to"), "a@helpline.example");
    EXPECT_EQ(text_member(headers, "message-id"), "<" + event.alert_id + ".desk@helpline.example>");
    EXPECT_EQ(text_member(headers, "date"), "Mon, 23 Nov 2026 00:10:00 +0000");
    EXPECT_EQ(text_member(headers, "auto-submitted"), "auto-generated");
    const auto& parts = mail.at("parts").as_array();
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(text_member(parts[0].as_object(), "type"), "text/plain");
    EXPECT_EQ(text_member(parts[1].as_object(), "type"), "text/html");
    EXPECT_NE(text_member(parts[0].as_object(), "text")->find("Open it at the desk: " + event.link + "\n"),
              std::string::npos);
    EXPECT_EQ(receivers.object("mail-2.json").at("to").as_array().at(0), "b@helpline.example");
    for (const auto* name : {"mail-1", "mail-2"})
        EXPECT_EQ(leak_in(receivers.raw(name), event.link), std::nullopt);
}

TEST(MailDelivery, WaitsForAServerThatIsAway)
{
    asio::io_context loop{1};
    net::SmtpClient mailer;
    EmailNotifier notifier(
        mailer, {"desk", {"a@helpline.example"}, "stillwatch@helpline.example", {"smtp://127.0.0.1:1"}});
    EXPECT_EQ(deliver(loop, notifier, sample_event()).kind, Kind::retry_after);
}

} // namespace
} // namespace stillwatch::alerts
