#include "core/clock.hpp"

#include "core/ascii.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>
#include <ctime>
#include <limits>

namespace stillwatch {

namespace {

std::tm civil(Timestamp time)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    const std::time_t value = seconds;
    std::tm parts{};
    gmtime_r(&value, &parts);
    return parts;
}

std::optional<Timestamp> from_civil(std::tm parts)
{
    const std::chrono::year_month_day day{std::chrono::year(parts.tm_year + 1900),
                                          std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
                                          std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
    if (!day.ok() || parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 60) return std::nullopt;
    return std::chrono::sys_days(day) + std::chrono::hours(parts.tm_hour) +
           std::chrono::minutes(parts.tm_min) + std::chrono::seconds(parts.tm_sec);
}

// The rest of `text` after `format` was read from its start, or null when it does not fit.
const char* read(const std::string& text, const char* format, std::tm& parts)
{
    parts = std::tm{};
    return strptime(text.c_str(), format, &parts);
}

} // namespace

Timestamp SystemClock::now() const
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string format_utc(Timestamp time)
{
    const auto parts = civil(time);
    const auto fraction = time - std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, fraction.count());
}

std::optional<Timestamp> parse_utc(std::string_view text)
{
    const std::string copy(text);
    std::tm parts{};
    if (const auto* rest = read(copy, "%Y-%m-%d", parts); rest && *rest == '\0') return from_civil(parts);
    const auto* rest = read(copy, "%Y-%m-%dT%H:%M:%S", parts);
    if (!rest) return std::nullopt;
    const auto whole = from_civil(parts);
    std::chrono::milliseconds fraction{0};
    if (*rest == '.') {
        int scale = 100;
        for (++rest; is_digit(*rest); ++rest, scale /= 10)
            fraction += std::chrono::milliseconds((*rest - '0') * scale);
    }
    if (!whole || std::strcmp(rest, "Z") != 0) return std::nullopt;
    return *whole + fraction;
}

std::string format_http_date(Timestamp time)
{
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto parts = civil(time);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                       months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                       parts.tm_min, parts.tm_sec);
}

std::optional<Timestamp> parse_http_date(std::string_view text)
{
    const std::string copy(text);
    std::tm parts{};
    for (const auto* format :
         {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
        if (const auto* rest = read(copy, format, parts); rest && *rest == '\0') return from_civil(parts);
    }
    return std::nullopt;
}

namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};
// Largest first, so that the first that divides is the shortest form.
constexpr std::array units{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                           Unit{"ms", 1}};

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return std::nullopt;
    const std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
    for (const auto& unit : units) {
        if (suffix != unit.name) continue;
        if (number > std::numeric_limits<std::int64_t>::max() / unit.milliseconds) return std::nullopt;
        return std::chrono::milliseconds(number * unit.milliseconds);
    }
    return std::nullopt;
}

std::string format_duration(std::chrono::milliseconds duration)
{
    if (duration.count() == 0) return "0s";
    for (const auto& unit : units) {
        if (duration.count() % unit.milliseconds == 0)
            return fmt::format("{}{}", duration.count() / unit.milliseconds, unit.name);
    }
    return fmt::format("{}ms", duration.count());
}

} // namespace stillwatch
