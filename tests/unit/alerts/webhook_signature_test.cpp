#include "alerts/webhook_signature.hpp"

#include "tests/unit/alerts/fakes.hpp"

#include <gtest/gtest.h>

namespace stillwatch::alerts {
namespace {

// Computed apart with Python's hmac module from the rules of Standard Webhooks 1.0.0.
TEST(WebhookSignature, IsTheOneOfTheStandard)
{
    const auto secrets = parse_webhook_secrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
    const auto time = Timestamp(std::chrono::seconds(1'614'265'330)) + std::chrono::milliseconds(999);
    EXPECT_EQ(webhook_signature(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", time, "{\"test\": 2432232314}"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, SignsWithEverySecretWhileOneIsChanged)
{
    const auto secrets =
        parse_webhook_secrets(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\r\nwhsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n")
            .value();
    ASSERT_EQ(secrets.size(), 2U);
    const auto both = webhook_signature(secrets, "a", at("2026-11-23T00:00:00Z"), "b");
    const auto first = webhook_signature(std::span(secrets).first(1), "a", at("2026-11-23T00:00:00Z"), "b");
    const auto second = webhook_signature(std::span(secrets).last(1), "a", at("2026-11-23T00:00:00Z"), "b");
    EXPECT_EQ(both, first + " " + second);
}

TEST(WebhookSecrets, BadOnesAreRefusedWithoutBeingShown)
{
    for (const auto* bad : {"", "\n", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_",
                            "whsec_c2hvcnQ=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*"}) {
        const auto secrets = parse_webhook_secrets(bad);
        ASSERT_FALSE(secrets.has_value()) << bad;
        EXPECT_EQ(secrets.error().code, Errc::malformed);
        EXPECT_EQ(secrets.error().detail.find("MfKQ"), std::string::npos);
    }
}

} // namespace
} // namespace stillwatch::alerts
