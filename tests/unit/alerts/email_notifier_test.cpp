#include "alerts/email_notifier.hpp"

#include "alerts/leak.hpp"
#include "tests/unit/alerts/fakes.hpp"

#include <gmock/gmock.h>

namespace stillwatch::alerts {

using testing::HasSubstr;

namespace {

class Email : public testing::Test {
protected:
    Delivery deliver(const AlertEvent& event, std::vector<std::string> told = {})
    {
        return run(notifier_.notify(event, std::move(told)));
    }

    KeepingMailer mailer_;
    EmailNotifier notifier_{mailer_,
                            {"desk",
                             {"a@helpline.example", "b@other.example"},
                             "stillwatch@helpline.example",
                             {"smtps://mail.helpline.example"}}};
};

TEST_F(Email, EveryRecipientGetsAMessageOfTheirOwn)
{
    EXPECT_EQ(deliver(sample_event()).kind, Delivery::Kind::sent);
    ASSERT_EQ(mailer_.messages.size(), 2U);
    EXPECT_EQ(mailer_.messages[0].to, "a@helpline.example");
    EXPECT_EQ(mailer_.messages[1].to, "b@other.example");
    EXPECT_THAT(mailer_.messages[0].data, HasSubstr("\r\nTo: a@helpline.example\r\n"));
    EXPECT_EQ(mailer_.messages[0].data.find("b@other.example"), std::string::npos);
    EXPECT_EQ(mailer_.messages[0].from, "stillwatch@helpline.example");
}

TEST_F(Email, MessageIdIsStableForAlertAndChannel)
{
    const auto event = sample_event();
    (void)deliver(event);
    (void)deliver(event);
    ASSERT_EQ(mailer_.messages.size(), 4U);
    EXPECT_THAT(mailer_.messages[0].data,
                HasSubstr("\r\nMessage-ID: <" + event.alert_id + ".desk@helpline.example>\r\n"));
    EXPECT_EQ(mailer_.messages[0].data, mailer_.messages[2].data);
}

TEST_F(Email, WhoWasToldBeforeIsLeftOut)
{
    EXPECT_EQ(deliver(sample_event(), {"a@helpline.example"}).kind, Delivery::Kind::sent);
    ASSERT_EQ(mailer_.messages.size(), 1U);
    EXPECT_EQ(mailer_.messages[0].to, "b@other.example");
}

TEST_F(Email, OneRecipientRefusedKeepsNobodyElseFromBeingTold)
{
    mailer_.answers = {Error{Errc::refused, "550 no such user"}, Result<void>{}};
    const auto delivery = deliver(sample_event());
    EXPECT_EQ(delivery.told, std::vector<std::string>{"b@other.example"});
    EXPECT_EQ(delivery.kind, Delivery::Kind::retry_after);
    EXPECT_EQ(delivery.detail, "not told: a@helpline.example: refused: 550 no such user");
}

TEST_F(Email, OneRecipientPutOffKeepsNobodyElseFromBeingTold)
{
    mailer_.answers = {Error{Errc::unreachable, "450 greylisted"}, Result<void>{}};
    EXPECT_EQ(deliver(sample_event()).told, std::vector<std::string>{"b@other.example"});
}

TEST_F(Email, ALoginThatFailsIsTriedAgainForAll)
{
    mailer_.answers = {Error{Errc::refused, "535 login failed"}, Error{Errc::refused, "535 login failed"}};
    const auto delivery = deliver(sample_event());
    EXPECT_EQ(delivery.kind, Delivery::Kind::retry_after);
    EXPECT_TRUE(delivery.told.empty());
}

TEST_F(Email, NothingMoreIsBegunWhenSendingIsStopped)
{
    mailer_.answers = {Error{Errc::cancelled, "stopped"}, Result<void>{}};
    EXPECT_TRUE(deliver(sample_event()).told.empty());
    EXPECT_EQ(mailer_.messages.size(), 1U);
}

TEST_F(Email, EveryByteIsContentFree)
{
    const auto event = sample_event();
    (void)deliver(event);
    for (const auto& message : mailer_.messages)
        EXPECT_EQ(leak_in(message.data, event.link), std::nullopt);
}

TEST_F(Email, MalformedEventsNeverLeave)
{
    auto event = sample_event();
    event.type = "x\r\nBcc: y@z";
    EXPECT_EQ(deliver(event).kind, Delivery::Kind::refused);
    EXPECT_TRUE(mailer_.messages.empty());
}

} // namespace
} // namespace stillwatch::alerts
