#pragma once

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch {

// How clocks of one place are set, now and later: a zone of the IANA database as zic compiles it (TZif, RFC
// 8536). The C library knows only the zone of its own process.
class TimeZone {
public:
    // "Europe/Berlin", from the system's files; "UTC" needs none. Errors: not_found, malformed.
    static Result<std::shared_ptr<const TimeZone>> load(std::string_view name);
    // From the bytes of such a file. Errors: malformed.
    static Result<std::shared_ptr<const TimeZone>> parse(ByteView file);
    static std::shared_ptr<const TimeZone> utc();

    // What clocks there are ahead of UTC at that moment.
    std::chrono::seconds offset_at(Timestamp at) const;

    // Minutes since midnight that clocks there show.
    int minute_of_day(Timestamp at) const;
    // The first moment after `after` at which clocks there show that minute of a day, or of that weekday. A
    // minute that is skipped when clocks are put forward comes as much later; one that comes twice counts the
    // first time.
    Timestamp next(Timestamp after, int minute, std::optional<std::chrono::weekday> day = {}) const;

private:
    struct Transition {
        std::int64_t at = 0; // Unix seconds
        std::chrono::seconds offset{};
    };
    // "M3.5.0/2": month, week (5: the last), weekday, seconds after local midnight.
    struct Change {
        unsigned month = 0;
        unsigned week = 0;
        unsigned weekday = 0;
        std::chrono::seconds time{};
    };
    // What holds after the last transition (the TZ string of POSIX).
    struct Rule {
        std::chrono::seconds standard{};
        std::optional<std::chrono::seconds> summer{};
        Change begins{};
        Change ends{};
    };
    static std::optional<Rule> parse_rule(std::string_view text);
    static std::int64_t moment_of(const Change& change, int year, std::chrono::seconds offset);
    std::chrono::seconds by_rule(std::int64_t at) const;
    Timestamp from_local(std::chrono::local_seconds local) const;

    std::chrono::seconds first_{};
    std::vector<Transition> transitions_;
    std::optional<Rule> rule_;
};

} // namespace stillwatch
