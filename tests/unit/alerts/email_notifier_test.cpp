#include "alerts/email_notifier.hpp"

#include "alerts/leak.hpp"
#include "core/bytes.hpp"
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

// "Seals" in hexadecimal, which hides words as well as any cipher does.
struct HexCipher final : MailCipher {
    bool is_expired = false;
    Result<std::string> seal(std::string_view entity) const override
    {
        if (is_expired) return Error{Errc::refused, "the certificate has expired"};
        return "Content-Type: application/x-hex\r\n\r\n" + to_hex(as_bytes(entity)) + "\r\n";
    }
    static std::string opened(const std::string& mail)
    {
        const auto begin = mail.find("\r\n\r\n") + 4;
        Bytes bytes((mail.size() - begin - 2) / 2);
        EXPECT_TRUE(from_hex(std::string_view(mail).substr(begin, bytes.size() * 2), bytes));
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
};

EmailSettings sealing(std::shared_ptr<HexCipher> cipher)
{
    EmailSettings settings{"desk",
                           {"a@helpline.example", "b@other.example"},
                           "stillwatch@helpline.example",
                           {"smtps://mail.helpline.example"}};
    settings.ciphers["a@helpline.example"] = std::move(cipher);
    return settings;
}

AlertEvent disclosing_event()
{
    auto event = sample_event();
    event.disclosed = "https://board.example/t/1";
    return event;
}

TEST(SealedEmail, SubjectAndTextAreInsideAndNothingOfTheCaseOutside)
{
    KeepingMailer mailer;
    EmailNotifier notifier(mailer, sealing(std::make_shared<HexCipher>()));
    EXPECT_EQ(run(notifier.notify(disclosing_event(), {})).kind, Delivery::Kind::sent);
    const auto& sealed = mailer.messages.at(0).data;
    EXPECT_THAT(sealed, HasSubstr("\r\nSubject: [...]\r\n"));
    for (const auto* word : {"C-7F3K", "board.example", "attention", "text/html"})
        EXPECT_EQ(sealed.find(word), std::string::npos) << word;
    const auto inside = HexCipher::opened(sealed);
    EXPECT_THAT(inside, HasSubstr("Subject: [Desk] 3 items need attention (C-7F3K)\r\n"));
    EXPECT_THAT(inside, HasSubstr("HP-Outer: Subject: [...]\r\n"));
    EXPECT_THAT(inside, HasSubstr("https://board.example/t/1"));
    EXPECT_EQ(inside.find("text/html"), std::string::npos);
}

TEST(SealedEmail, WhoHasNoKeyAndWhoseKeyFailsGetNothingThatIsDisclosed)
{
    KeepingMailer mailer;
    const auto cipher = std::make_shared<HexCipher>();
    cipher->is_expired = true;
    EmailNotifier notifier(mailer, sealing(cipher));
    EXPECT_EQ(run(notifier.notify(disclosing_event(), {})).kind, Delivery::Kind::sent);
    ASSERT_EQ(mailer.messages.size(), 2U);
    for (const auto& message : mailer.messages) {
        EXPECT_THAT(message.data, HasSubstr("C-7F3K"));
        EXPECT_EQ(message.data.find("board.example"), std::string::npos);
    }
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
