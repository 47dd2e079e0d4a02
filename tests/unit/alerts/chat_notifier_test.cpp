#include "alerts/chat_notifier.hpp"

#include "core/json.hpp"
#include "tests/unit/alerts/fakes.hpp"

#include <gmock/gmock.h>

namespace stillwatch::alerts {

using testing::HasSubstr;
using testing::Not;

namespace {

ChatSettings settings(ChatKind kind)
{
    ChatSettings settings{"chat", kind, Url::parse("https://chat.example/hook/TOKEN").value()};
    if (kind == ChatKind::matrix) {
        settings.url = Url::parse("https://matrix.example/").value();
        settings.room = "!room:matrix.example";
        settings.token = "secret-token";
    }
    return settings;
}

FetchRequest sent(ChatKind kind, const AlertEvent& event)
{
    KeepingFetcher fetcher;
    ManualClock clock;
    ChatNotifier notifier(fetcher, settings(kind), clock);
    EXPECT_EQ(run(notifier.notify(event, {})).kind, Delivery::Kind::sent);
    return fetcher.requests.at(0);
}

TEST(ChatNotifier, EveryKindTellsThatSomethingWaitsAndNothingOfTheCase)
{
    auto event = sample_event();
    event.finding = 12;
    event.disclosed = "https://board.example/t/1";
    for (const auto kind : {ChatKind::slack, ChatKind::teams, ChatKind::matrix, ChatKind::ntfy}) {
        const auto request = sent(kind, event);
        EXPECT_THAT(request.body, HasSubstr("3 new items wait at the desk"));
        for (const auto* word : {"C-7F3K", "near", "F-12", "board.example"})
            EXPECT_THAT(request.body, Not(HasSubstr(word)));
    }
}

TEST(ChatNotifier, MatrixIsAskedUnderTheIdOfTheAlert)
{
    const auto event = sample_event();
    const auto request = sent(ChatKind::matrix, event);
    EXPECT_EQ(request.method, "PUT");
    EXPECT_EQ(request.url.text(),
              "https://matrix.example/_matrix/client/v3/rooms/%21room%3Amatrix.example/send/"
              "m.room.message/" +
                  event.alert_id);
    EXPECT_EQ(parse_json(request.body)->at("msgtype"), "m.text");
    EXPECT_THAT(request.headers, testing::Contains(HeaderField{"Authorization", "Bearer secret-token"}));
}

TEST(ChatNotifier, TeamsGetsACardAndSlackAText)
{
    const auto card = parse_json(sent(ChatKind::teams, sample_event()).body);
    EXPECT_EQ(card->at("attachments").at(0).at("content").at("type"), "AdaptiveCard");
    EXPECT_TRUE(parse_json(sent(ChatKind::slack, sample_event()).body)->at("text").is_string());
}

TEST(ChatNotifier, AFailureNamesTheHostAndNoToken)
{
    KeepingFetcher fetcher;
    fetcher.error = Error{Errc::io, "https://chat.example/hook/TOKEN broke off"};
    ManualClock clock;
    ChatNotifier notifier(fetcher, settings(ChatKind::slack), clock);
    const auto delivery = run(notifier.notify(sample_event(), {}));
    EXPECT_EQ(delivery.kind, Delivery::Kind::retry_after);
    EXPECT_THAT(delivery.detail, Not(HasSubstr("TOKEN")));
}

} // namespace
} // namespace stillwatch::alerts
