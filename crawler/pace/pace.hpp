#pragma once

#include "core/clock.hpp"
#include "crawler/pace/timekeeper.hpp"

#include <optional>
#include <string_view>

namespace stillwatch::crawler {

// How fast a site may be asked, as its operator set it.
struct PaceSettings {
    std::chrono::milliseconds delay{2'000}; // between the starts of two requests to one host
    int concurrency = 2;                    // connections to one host
    // Between the starts of two requests to one network address, whichever hosts they are for.
    std::chrono::milliseconds address_delay{0};

    friend bool operator==(const PaceSettings&, const PaceSettings&) = default;
};

// Longest pauses that another side can make us keep.
inline constexpr std::chrono::milliseconds max_crawl_delay = std::chrono::seconds(60);
inline constexpr std::chrono::milliseconds max_backoff = std::chrono::minutes(10);
inline constexpr std::chrono::milliseconds max_retry_after = std::chrono::hours(24);
inline constexpr std::chrono::milliseconds first_challenge_pause = std::chrono::minutes(2);
inline constexpr std::chrono::milliseconds max_latency_pause = std::chrono::seconds(30);

// What a request told about its host.
enum class Load : std::uint8_t {
    fine,      // answered
    neutral,   // neither: an error that says nothing about load
    heavy,     // 429, 502, 503, 504, no answer (in time), or one that broke off
    challenge, // a riddle in place of the page
};

struct PaceEvent {
    Load load = Load::neutral;
    std::optional<std::chrono::milliseconds> retry_after{};
    std::optional<std::chrono::milliseconds> first_byte{}; // of the answer, after the start
};

// What is remembered of a host between requests.
struct PaceHistory {
    // When the last request started, or when the first byte of its answer came, whichever is known: a request
    // is with the host some time after its start, and the pause counts from there.
    std::optional<Moment> last_start{};
    std::chrono::milliseconds latency{0};     // until the first byte, a moving average; 0: not known
    std::chrono::milliseconds crawl_delay{0}; // of robots.txt, capped
    std::chrono::milliseconds backoff{0};     // pause that the host's trouble asks for; 0: none
    std::optional<Moment> backoff_changed{};
    Moment not_before{}; // Retry-After
    int successes = 0;   // since backoff changed
    int errors_in_a_row = 0;
    int challenges_in_a_row = 0;        // until the host shows a page
    std::optional<Moment> challenged{}; // when the last of them was seen
};

// The pause between two starts: the longest of site's delay, Crawl-delay, back-off and, where the site has a
// delay, twice the time that the host takes to answer (Mercator's rule; at most max_latency_pause).
std::chrono::milliseconds pause_between(const PaceHistory& history, const PaceSettings& settings) noexcept;

// When the next request may start: `now` or later.
Moment next_start(const PaceHistory& history, Moment now, const PaceSettings& settings) noexcept;

// The history after a request that started at `started` ended at `now`. A heavy answer doubles the pause
// (from 1 s, up to max_backoff), once for all requests that were on their way together; 50 successes, or ten
// minutes without trouble, shorten it by a tenth. A challenge stops the host for first_challenge_pause, each
// further one in a row for twice as long, up to max_retry_after: who goes on asking is taken for what the
// challenge is for. A page that is shown, or two days without one, end the row.
PaceHistory after(PaceHistory history, const PaceEvent& event, Moment started, Moment now,
                  const PaceSettings& settings) noexcept;

// Value of a Retry-After header (RFC 9110 section 10.2.3): seconds or a date, at most max_retry_after;
// nothing when it is neither.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, Timestamp now);

} // namespace stillwatch::crawler
