#pragma once

#include "alerts/notifier.hpp"
#include "core/clock.hpp"
#include "core/fetch.hpp"

#include <string>
#include <vector>

namespace stillwatch::alerts {

enum class ChatKind : std::uint8_t { slack, teams, matrix, ntfy };

struct ChatSettings {
    std::string channel;
    ChatKind kind = ChatKind::slack;
    Url url;             // of Slack and Teams with its token: never logged
    std::string token{}; // of Matrix and, where it asks for one, of ntfy; sent as a bearer token
    std::string room{};  // of Matrix
    std::chrono::seconds timeout{30};
    std::chrono::seconds longest_retry_after{std::chrono::hours(24)};
};

// Tells a chat that something waits, and no more: nothing there is signed, and whoever runs the chat reads
// it. No case, no finding, no tier. Matrix drops repeats by the alert's id. Teams answers "accepted" although
// the flow behind it may fail: only a person sees whether a test arrived.
class ChatNotifier final : public Notifier {
public:
    ChatNotifier(Fetcher& fetcher, ChatSettings settings, const Clock& clock);

    Task<Delivery> notify(AlertEvent event, std::vector<std::string> /*one receiver*/) override;
    const std::string& channel() const override { return settings_.channel; }

private:
    FetchRequest request_for(const AlertEvent& event) const;

    Fetcher& fetcher_;
    ChatSettings settings_;
    const Clock& clock_;
};

// "1 new item waits at the desk", and the configured link where there is one.
std::string chat_text(const AlertEvent& event);

} // namespace stillwatch::alerts
