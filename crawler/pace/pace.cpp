#include "crawler/pace/pace.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace stillwatch::crawler {

namespace {

using std::chrono::milliseconds;

constexpr int successes_to_speed_up = 50;
constexpr auto quiet_to_speed_up = std::chrono::minutes(10);
constexpr milliseconds first_backoff{1'000};

void slow_down(PaceHistory& history, Moment started, Moment now, const PaceSettings& settings) noexcept
{
    ++history.errors_in_a_row;
    history.successes = 0;
    // Requests that were under way when the pause grew cannot know of it.
    if (history.backoff > milliseconds(0) && history.backoff_changed && started < *history.backoff_changed)
        return;
    const auto doubled = 2 * std::min(pause_between(history, settings), max_backoff);
    history.backoff = std::clamp(doubled, first_backoff, max_backoff);
    history.backoff_changed = now;
}

void rest_after_challenge(PaceHistory& history, Moment started, Moment now) noexcept
{
    // What was under way with the last one is not a further one.
    if (history.challenged && started < *history.challenged) return;
    if (history.challenged && now - *history.challenged > 2 * max_retry_after)
        history.challenges_in_a_row = 0;
    auto pause = first_challenge_pause;
    for (int i = 0; i < history.challenges_in_a_row && pause < max_retry_after; ++i)
        pause *= 2;
    ++history.challenges_in_a_row;
    history.challenged = now;
    history.not_before = std::max(history.not_before, now + std::min(pause, max_retry_after));
}

void speed_up(PaceHistory& history, Moment now, const PaceSettings& settings) noexcept
{
    history.errors_in_a_row = 0;
    if (history.backoff == milliseconds(0)) return;
    ++history.successes;
    const bool quiet = history.backoff_changed && now - *history.backoff_changed >= quiet_to_speed_up;
    if (history.successes < successes_to_speed_up && !quiet) return;
    history.successes = 0;
    history.backoff_changed = now;
    history.backoff = history.backoff * 9 / 10;
    if (history.backoff <= std::max({settings.delay, history.crawl_delay, first_backoff / 2}))
        history.backoff = milliseconds(0);
}

} // namespace

milliseconds pause_between(const PaceHistory& history, const PaceSettings& settings) noexcept
{
    const auto latency_pause =
        settings.delay > milliseconds(0) ? std::min(2 * history.latency, max_latency_pause) : milliseconds(0);
    return std::max({settings.delay, history.crawl_delay, history.backoff, latency_pause});
}

Moment next_start(const PaceHistory& history, Moment now, const PaceSettings& settings) noexcept
{
    auto start = std::max(now, history.not_before);
    if (history.last_start) start = std::max(start, *history.last_start + pause_between(history, settings));
    return start;
}

PaceHistory after(PaceHistory history, const PaceEvent& event, Moment started, Moment now,
                  const PaceSettings& settings) noexcept
{
    if (event.first_byte) {
        // The host had the request by then at the latest.
        const auto had_it = started + *event.first_byte;
        if (!history.last_start || *history.last_start < had_it) history.last_start = had_it;
        history.latency = history.latency == milliseconds(0) ? *event.first_byte
                                                             : (3 * history.latency + *event.first_byte) / 4;
    }
    if (event.load == Load::heavy) slow_down(history, started, now, settings);
    if (event.load == Load::challenge) rest_after_challenge(history, started, now);
    if (event.load == Load::fine) speed_up(history, now, settings);
    if (event.retry_after)
        history.not_before =
            std::max(history.not_before, now + std::min(*event.retry_after, max_retry_after));
    return history;
}

std::optional<milliseconds> parse_retry_after(std::string_view value, Timestamp now)
{
    const bool digits = !value.empty() && std::ranges::all_of(value, is_digit);
    if (digits) {
        std::int64_t seconds = 0;
        const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
        const auto most = std::chrono::duration_cast<std::chrono::seconds>(max_retry_after).count();
        if (read.ec != std::errc{} || seconds > most) return max_retry_after;
        return std::chrono::seconds(seconds);
    }
    const auto date = parse_http_date(value);
    if (!date) return std::nullopt;
    return std::clamp(*date - now, milliseconds(0), max_retry_after);
}

} // namespace stillwatch::crawler
