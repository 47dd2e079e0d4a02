#pragma once

#include "alerts/notifier.hpp"
#include "core/clock.hpp"
#include "core/fetch.hpp"

#include <string>
#include <vector>

namespace stillwatch::alerts {

struct WebhookSettings {
    std::string channel;
    Url url;                    // may hold a token: never logged
    std::vector<Bytes> secrets; // from parse_webhook_secrets()
    std::chrono::seconds timeout{30};
    std::chrono::seconds longest_retry_after{std::chrono::hours(24)};
};

// Delivers by Standard Webhooks 1.0.0: webhook-id is the alert's id, webhook-timestamp the moment of the
// attempt. 2xx is sent, 410 refused, everything else worth another try; redirects are not followed.
class WebhookNotifier final : public Notifier {
public:
    WebhookNotifier(Fetcher& fetcher, WebhookSettings settings, const Clock& clock);

    Task<Delivery> notify(AlertEvent event, std::vector<std::string> /*one receiver*/) override;
    const std::string& channel() const override { return settings_.channel; }

private:
    Fetcher& fetcher_;
    WebhookSettings settings_;
    const Clock& clock_;
};

// Why nobody answered, to be tried again: host, code and what the transfer says of it, unless that repeats
// what may be secret of the address, or `token`.
Delivery judge_failure(const Error& error, const Url& url, std::string_view token = {});

// What the answer to a delivery means (Standard Webhooks 1.0.0, "Deliverability and reliability"). `now` is
// the moment of the answer, from which a date in Retry-After counts.
Delivery judge_answer(const Fetched& answer, Timestamp now, std::chrono::seconds longest_retry_after);

} // namespace stillwatch::alerts
