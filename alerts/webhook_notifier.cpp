#include "alerts/webhook_notifier.hpp"

#include "alerts/leak.hpp"
#include "alerts/render.hpp"
#include "alerts/webhook_signature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace stillwatch::alerts {

namespace {

using std::chrono::seconds;

constexpr std::size_t max_body_bytes = 20'000; // Standard Webhooks, "Payload size"

// Retry-After as seconds or date (RFC 9110 section 10.2.3); 0 when absent or neither.
seconds retry_after(std::string_view value, Timestamp now)
{
    std::int64_t number = 0;
    const auto* end = value.data() + value.size();
    const auto [rest, error] = std::from_chars(value.data(), end, number);
    if (error == std::errc{} && rest == end && number >= 0) return seconds(number);
    if (error == std::errc::result_out_of_range && value.front() != '-') return seconds::max();
    const auto date = parse_http_date(value);
    if (!date || *date <= now) return seconds(0);
    return std::chrono::ceil<seconds>(*date - now);
}

// Whether the text repeats of the address what may be a token: all behind the host, or a longer part of it.
bool repeats_target(std::string_view text, const Url& url)
{
    constexpr std::size_t shortest_token = 6;
    const std::string_view target = url.target();
    if (target.size() > 1 && text.find(target) != std::string_view::npos) return true;
    const std::string_view host = url.host();
    for (std::size_t begin = 0; begin < target.size();) {
        const auto end = std::min(target.find_first_of("/?&=;:", begin), target.size());
        const auto part = target.substr(begin, end - begin);
        const bool is_long = part.size() >= shortest_token && host.find(part) == std::string_view::npos;
        if (is_long && text.find(part) != std::string_view::npos) return true;
        begin = end + 1;
    }
    return false;
}

} // namespace

Delivery judge_failure(const Error& error, const Url& url, std::string_view token)
{
    auto detail = fmt::format("{}: {}", url.host_port(), name_of(error.code));
    std::string_view reason = error.detail;
    const auto tried = fmt::format("POST {}://{}: ", url.scheme(), url.host_port());
    if (reason.starts_with(tried)) reason.remove_prefix(tried.size());
    const bool tells_token = !token.empty() && reason.find(token) != std::string_view::npos;
    if (!reason.empty() && !tells_token && !repeats_target(reason, url))
        detail += fmt::format(": {}", reason);
    return {Delivery::Kind::retry_after, seconds(0), std::move(detail)};
}

Delivery judge_answer(const Fetched& answer, Timestamp now, std::chrono::seconds longest_retry_after)
{
    auto detail = fmt::format("{} answered {}", answer.url.host_port(), answer.status);
    if (answer.status >= 200 && answer.status < 300)
        return {Delivery::Kind::sent, seconds(0), std::move(detail)};
    if (answer.status == 410)
        return {Delivery::Kind::refused, seconds(0), detail + ": the receiver wants no more"};
    const auto wanted = retry_after(answer.header("Retry-After"), now);
    return {Delivery::Kind::retry_after, std::min(wanted, longest_retry_after), std::move(detail)};
}

WebhookNotifier::WebhookNotifier(Fetcher& fetcher, WebhookSettings settings, const Clock& clock)
    : fetcher_(fetcher), settings_(std::move(settings)), clock_(clock)
{
}

Task<Delivery> WebhookNotifier::notify(AlertEvent event, std::vector<std::string> /*one receiver*/)
{
    if (!is_well_formed(event))
        co_return Delivery{Delivery::Kind::refused, seconds(0), "the alert holds more than it may"};
    auto body = payload_of(event);
    const auto leak = leak_in(body, event.link, event.disclosed);
    if (leak || body.size() >= max_body_bytes)
        co_return Delivery{Delivery::Kind::refused, seconds(0),
                           fmt::format("the payload would hold {}", leak.value_or("too much"))};

    const auto attempt = clock_.now();
    const auto at_seconds = std::chrono::floor<seconds>(attempt).time_since_epoch().count();
    FetchRequest request{settings_.url};
    request.method = "POST";
    request.headers = {
        {"Content-Type", "application/json"},
        {"webhook-id", event.alert_id},
        {"webhook-timestamp", std::to_string(at_seconds)},
        {"webhook-signature", webhook_signature(settings_.secrets, event.alert_id, attempt, body)}};
    request.body = std::move(body);
    request.limits.max_body_bytes = 64U << 10U; // the answer's body says nothing we use
    request.limits.total = settings_.timeout;
    request.limits.first_byte = settings_.timeout;
    const auto answer = co_await fetcher_.fetch(std::move(request));
    if (!answer) co_return judge_failure(answer.error(), settings_.url);
    co_return judge_answer(*answer, clock_.now(), settings_.longest_retry_after);
}

} // namespace stillwatch::alerts
