#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch {

// Wall-clock time in UTC, milliseconds since 1970. Durations that must not jump use
// std::chrono::steady_clock.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

// What time it is; replaced by a manual clock in tests.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
public:
    Timestamp now() const override;
};

// RFC 3339 in UTC: "2026-11-23T02:17:00.000Z".
std::string format_utc(Timestamp time);

// Reads RFC 3339 in UTC, with or without a fraction, or a bare date (its midnight).
std::optional<Timestamp> parse_utc(std::string_view text);

// As in HTTP and mail headers (RFC 9110 section 5.6.7): "Mon, 23 Nov 2026 02:17:00 GMT".
std::string format_http_date(Timestamp time);

// Reads the three HTTP date forms of RFC 9110; nothing on other text.
std::optional<Timestamp> parse_http_date(std::string_view text);

// "90ms", "2s", "5m", "3h", "7d": how durations are written in settings and on the command line.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// The shortest of those forms that is exact.
std::string format_duration(std::chrono::milliseconds duration);

} // namespace stillwatch
