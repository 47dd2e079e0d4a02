#include "alerts/webhook_notifier.hpp"

#include "alerts/render.hpp"
#include "alerts/webhook_signature.hpp"
#include "tests/unit/alerts/fakes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace stillwatch::alerts {
namespace {

using namespace std::chrono_literals;
using Kind = Delivery::Kind;

class Webhook : public testing::Test {
protected:
    Delivery deliver(const AlertEvent& event) { return run(notifier_.notify(event, {})); }
    std::string header(std::size_t request, std::string_view name) const
    {
        const auto& headers = fetcher_.requests.at(request).headers;
        const auto found = std::ranges::find(headers, name, &HeaderField::name);
        return found == headers.end() ? std::string() : found->value;
    }

    ManualClock clock_;
    KeepingFetcher fetcher_;
    WebhookSettings settings_{"hook", Url::parse("https://hooks.example/in/secret-token").value(),
                              parse_webhook_secrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value()};
    WebhookNotifier notifier_{fetcher_, settings_, clock_};
};

TEST_F(Webhook, RequestIsSignedOverTheBytesSent)
{
    const auto event = sample_event();
    EXPECT_EQ(deliver(event).kind, Kind::sent);
    ASSERT_EQ(fetcher_.requests.size(), 1U);
    const auto& request = fetcher_.requests[0];
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url.text(), "https://hooks.example/in/secret-token");
    EXPECT_EQ(request.body, payload_of(event));
    EXPECT_LT(request.body.size(), 20'000U);
    EXPECT_EQ(header(0, "Content-Type"), "application/json");
    EXPECT_EQ(header(0, "webhook-id"), event.alert_id);
    EXPECT_EQ(header(0, "webhook-timestamp"), "1795400220");
    EXPECT_EQ(header(0, "webhook-signature"),
              webhook_signature(settings_.secrets, event.alert_id, clock_.now(), request.body));
}

TEST_F(Webhook, RetryKeepsTheIdAndTheBodyButNotTheTime)
{
    (void)deliver(sample_event());
    clock_.time += 10min;
    (void)deliver(sample_event());
    EXPECT_EQ(header(0, "webhook-id"), header(1, "webhook-id"));
    EXPECT_EQ(fetcher_.requests[0].body, fetcher_.requests[1].body);
    EXPECT_NE(header(0, "webhook-timestamp"), header(1, "webhook-timestamp"));
    EXPECT_NE(header(0, "webhook-signature"), header(1, "webhook-signature"));
}

TEST_F(Webhook, AnswersDecideWhatHappensNext)
{
    const auto kind_of = [&](int status) {
        fetcher_.status = status;
        return deliver(sample_event()).kind;
    };
    for (const int status : {200, 201, 204})
        EXPECT_EQ(kind_of(status), Kind::sent) << status;
    for (const int status : {301, 302, 308, 400, 401, 404, 429, 500, 502, 503})
        EXPECT_EQ(kind_of(status), Kind::retry_after) << status;
    EXPECT_EQ(kind_of(410), Kind::refused);
}

TEST_F(Webhook, RetryAfterIsHonouredUpToADay)
{
    fetcher_.status = 429;
    fetcher_.headers = {{"retry-after", "120"}};
    EXPECT_EQ(deliver(sample_event()).after, 120s);
    fetcher_.headers = {{"Retry-After", "9999999999"}};
    EXPECT_EQ(deliver(sample_event()).after, 24h);
    fetcher_.headers = {{"Retry-After", "99999999999999999999999"}};
    EXPECT_EQ(deliver(sample_event()).after, 24h);
    fetcher_.headers = {{"Retry-After", "Mon, 23 Nov 2026 02:27:00 GMT"}};
    EXPECT_EQ(deliver(sample_event()).after, 600s);
    fetcher_.headers = {{"Retry-After", "Mon, 23 Nov 2020 02:27:00 GMT"}};
    EXPECT_EQ(deliver(sample_event()).after, 0s);
    fetcher_.headers = {{"Retry-After", "-5"}};
    EXPECT_EQ(deliver(sample_event()).after, 0s);
    fetcher_.headers = {{"Retry-After", "soon"}};
    EXPECT_EQ(deliver(sample_event()).after, 0s);
}

TEST_F(Webhook, DetailsNeverHoldTheAddressOrTheSecret)
{
    fetcher_.error = Error{Errc::unreachable, "https://hooks.example/in/secret-token"};
    const auto delivery = deliver(sample_event());
    EXPECT_EQ(delivery.kind, Kind::retry_after);
    EXPECT_EQ(delivery.detail, "hooks.example: unreachable");
    fetcher_.error.reset();
    fetcher_.status = 500;
    EXPECT_EQ(deliver(sample_event()).detail, "hooks.example answered 500");
}

TEST_F(Webhook, WhyNobodyAnsweredIsTold)
{
    fetcher_.error = Error{Errc::unreachable, "POST https://hooks.example: Connection refused"};
    EXPECT_EQ(deliver(sample_event()).detail, "hooks.example: unreachable: Connection refused");
    const auto url = Url::parse("https://hooks.example/bot123456:AbCdEf/send?key=s3cr3tkey").value();
    const auto told = [&url](std::string detail, std::string_view token = {}) {
        return judge_failure({Errc::timed_out, std::move(detail)}, url, token).detail;
    };
    EXPECT_EQ(told("no answer in time"), "hooks.example: timed_out: no answer in time");
    EXPECT_EQ(told("could not send AbCdEf"), "hooks.example: timed_out");
    EXPECT_EQ(told("bad key s3cr3tkey"), "hooks.example: timed_out");
    EXPECT_EQ(told("Bearer xoxb-1 was refused", "xoxb-1"), "hooks.example: timed_out");
    EXPECT_EQ(told(""), "hooks.example: timed_out");
}

TEST_F(Webhook, MalformedEventsNeverLeave)
{
    auto event = sample_event();
    event.case_pseudonym = "see http://board.example/";
    EXPECT_EQ(deliver(event).kind, Kind::refused);
    EXPECT_TRUE(fetcher_.requests.empty());
}

} // namespace
} // namespace stillwatch::alerts
