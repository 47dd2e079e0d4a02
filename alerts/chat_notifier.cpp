#include "alerts/chat_notifier.hpp"

#include "alerts/leak.hpp"
#include "alerts/webhook_notifier.hpp"
#include "core/ascii.hpp"
#include "core/json.hpp"

#include <fmt/format.h>

namespace stillwatch::alerts {

namespace {

using std::chrono::seconds;

// A segment of a path (RFC 3986 section 3.3): Matrix rooms are "!opaque:host".
std::string path_segment(std::string_view text)
{
    std::string result;
    for (const char letter : text) {
        const bool is_plain =
            is_letter_or_digit(letter) || letter == '-' || letter == '_' || letter == '.' || letter == '~';
        if (is_plain)
            result.push_back(letter);
        else
            result += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(letter)));
    }
    return result;
}

std::string slack_body(const std::string& text)
{
    return json::serialize(json::object{{"text", text}});
}

// An Adaptive Card for a workflow "when a Teams webhook request is received".
std::string teams_body(const std::string& text)
{
    json::object block{{"type", "TextBlock"}, {"text", text}, {"wrap", true}};
    json::object card{{"type", "AdaptiveCard"}, {"version", "1.4"}, {"body", json::array{std::move(block)}}};
    json::object attachment{{"contentType", "application/vnd.microsoft.card.adaptive"},
                            {"content", std::move(card)}};
    return json::serialize(
        json::object{{"type", "message"}, {"attachments", json::array{std::move(attachment)}}});
}

std::string matrix_body(const std::string& text)
{
    return json::serialize(json::object{{"msgtype", "m.text"}, {"body", text}});
}

} // namespace

std::string chat_text(const AlertEvent& event)
{
    std::string text;
    if (event.type == "test")
        text = "Test alert: nothing needs to be done";
    else if (event.heartbeat)
        text = "Stillwatch is watching";
    else if (event.type == "problem.began")
        text = "Stillwatch has a problem";
    else if (event.type == "problem.ended")
        text = "A problem of Stillwatch is over";
    else if (event.type.starts_with("match."))
        text = fmt::format("{} {} at the desk", event.count,
                           event.count == 1 ? "new item waits" : "new items wait");
    else
        text = "Something needs attention at the desk";
    return event.link.empty() ? text : fmt::format("{}: {}", text, event.link);
}

ChatNotifier::ChatNotifier(Fetcher& fetcher, ChatSettings settings, const Clock& clock)
    : fetcher_(fetcher), settings_(std::move(settings)), clock_(clock)
{
}

FetchRequest ChatNotifier::request_for(const AlertEvent& event) const
{
    const auto text = chat_text(event);
    FetchRequest request{settings_.url};
    request.method = "POST";
    request.headers = {{"Content-Type", "application/json"}};
    switch (settings_.kind) {
    case ChatKind::slack: request.body = slack_body(text); break;
    case ChatKind::teams: request.body = teams_body(text); break;
    case ChatKind::matrix: {
        auto base = settings_.url.text();
        while (base.ends_with('/'))
            base.pop_back();
        const auto address = fmt::format("{}/_matrix/client/v3/rooms/{}/send/m.room.message/{}", base,
                                         path_segment(settings_.room), event.alert_id);
        if (const auto url = Url::parse(address)) request.url = *url;
        request.method = "PUT"; // idempotent by the alert's id (Client-Server API, "Transaction identifiers")
        request.body = matrix_body(text);
        break;
    }
    case ChatKind::ntfy:
        request.headers = {{"Content-Type", "text/plain"}, {"Title", "Stillwatch"}};
        request.body = text;
        break;
    }
    if (!settings_.token.empty()) request.headers.push_back({"Authorization", "Bearer " + settings_.token});
    request.limits.max_body_bytes = 64U << 10U; // the answer's body says nothing we use
    request.limits.total = settings_.timeout;
    request.limits.first_byte = settings_.timeout;
    return request;
}

Task<Delivery> ChatNotifier::notify(AlertEvent event, std::vector<std::string> /*one receiver*/)
{
    if (!is_well_formed(event))
        co_return Delivery{Delivery::Kind::refused, seconds(0), "the alert holds more than it may"};
    // What stands around the text names formats ("application/…"); the text is what could leak.
    if (const auto leak = leak_in(chat_text(event), event.link))
        co_return Delivery{Delivery::Kind::refused, seconds(0), fmt::format("the text would hold {}", *leak)};
    auto request = request_for(event);
    const auto answer = co_await fetcher_.fetch(std::move(request));
    if (!answer) co_return judge_failure(answer.error(), settings_.url, settings_.token);
    co_return judge_answer(*answer, clock_.now(), settings_.longest_retry_after);
}

} // namespace stillwatch::alerts
