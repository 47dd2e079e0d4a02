#include "crawler/cookies/set_cookie.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace stillwatch::crawler {

namespace {

using std::chrono::seconds;

constexpr auto longest_life = std::chrono::days(400); // as the revision has it

std::string_view trimmed(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool has_control(std::string_view text) noexcept
{
    return std::ranges::any_of(text, [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return (code < 0x20 && c != '\t') || code == 0x7f;
    });
}

// Up to the separator, which is taken away with it.
std::string_view take(std::string_view& rest, char separator) noexcept
{
    const auto end = std::min(rest.find(separator), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

// At least `least` and at most `most` digits, then none; the rest of the token says nothing.
std::optional<int> number_of(std::string_view& token, std::size_t least, std::size_t most) noexcept
{
    const auto digits = std::min(token.find_first_not_of("0123456789"), token.size());
    if (digits < least || digits > most) return std::nullopt;
    int number = 0;
    std::from_chars(token.data(), token.data() + digits, number);
    token.remove_prefix(digits);
    return number;
}

struct Date {
    std::optional<seconds> time{};
    std::optional<int> day{};
    std::optional<int> month{};
    std::optional<int> year{};
};

std::optional<seconds> time_of(std::string_view token) noexcept
{
    std::array<int, 3> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0 && !token.starts_with(':')) return std::nullopt;
        if (i > 0) token.remove_prefix(1);
        const auto part = number_of(token, 1, 2);
        if (!part) return std::nullopt;
        parts[i] = *part;
    }
    if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
    return std::chrono::hours(parts[0]) + std::chrono::minutes(parts[1]) + seconds(parts[2]);
}

std::optional<int> month_of(std::string_view token) noexcept
{
    static constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                             "jul", "aug", "sep", "oct", "nov", "dec"};
    const auto is_it = [&](std::string_view month) { return same_name(token.substr(0, 3), month); };
    const auto* found = std::ranges::find_if(months, is_it);
    if (found == months.end()) return std::nullopt;
    return static_cast<int>(found - months.begin()) + 1;
}

// Each token is the first of these that it can be and that is not told yet.
void take_token(Date& date, std::string_view token) noexcept
{
    const auto is_told = [&token](auto& part, auto read) {
        if (part) return false;
        part = read(token);
        return part.has_value();
    };
    if (is_told(date.time, time_of)) return;
    if (is_told(date.day, [](std::string_view text) { return number_of(text, 1, 2); })) return;
    if (is_told(date.month, month_of)) return;
    (void)is_told(date.year, [](std::string_view text) { return number_of(text, 2, 4); });
}

bool is_delimiter(char c) noexcept
{
    const auto code = static_cast<unsigned char>(c);
    return code == 0x09 || (code >= 0x20 && code <= 0x2f) || (code >= 0x3b && code <= 0x40) ||
           (code >= 0x5b && code <= 0x60) || (code >= 0x7b && code <= 0x7e);
}

void take_max_age(SetCookie& cookie, std::string_view value, Timestamp now)
{
    const bool is_negative = value.starts_with('-');
    const auto digits = value.substr(is_negative ? 1 : 0);
    if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return;
    std::int64_t age = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), age);
    const auto most = std::chrono::duration_cast<seconds>(longest_life);
    const auto life = error == std::errc{} ? std::min(seconds(age), most) : most;
    cookie.expires = is_negative || life.count() == 0 ? Timestamp::min() : now + life;
}

} // namespace

std::optional<Timestamp> parse_cookie_date(std::string_view text)
{
    Date date;
    while (!text.empty()) {
        const auto begin = std::ranges::find_if_not(text, is_delimiter);
        const auto end = std::find_if(begin, text.end(), is_delimiter);
        if (begin != end) take_token(date, std::string_view(begin, end));
        text = std::string_view(end, text.end());
    }
    if (!date.time || !date.day || !date.month || !date.year) return std::nullopt;
    if (*date.year < 70) *date.year += 2000;
    if (*date.year < 100) *date.year += 1900;
    const std::chrono::year_month_day day{std::chrono::year(*date.year),
                                          std::chrono::month(static_cast<unsigned>(*date.month)),
                                          std::chrono::day(static_cast<unsigned>(*date.day))};
    if (!day.ok() || *date.year < 1601) return std::nullopt;
    return std::chrono::sys_days(day) + *date.time;
}

std::optional<SetCookie> parse_set_cookie(std::string_view line, Timestamp now)
{
    if (has_control(line)) return std::nullopt;
    const auto pair = take(line, ';');
    const auto equals = pair.find('=');
    SetCookie cookie;
    if (equals != std::string_view::npos) cookie.name = trimmed(pair.substr(0, equals));
    cookie.value = trimmed(equals == std::string_view::npos ? pair : pair.substr(equals + 1));
    const auto size = cookie.name.size() + cookie.value.size();
    if (size == 0 || size > SetCookie::max_bytes) return std::nullopt;
    bool has_max_age = false;
    while (!line.empty()) {
        auto value = take(line, ';');
        const auto name = trimmed(take(value, '='));
        value = trimmed(value);
        if (value.size() > SetCookie::max_attribute_bytes) continue;
        if (same_name(name, "Secure")) cookie.is_secure = true;
        if (same_name(name, "Path")) cookie.path = value.starts_with('/') ? value : std::string_view();
        if (same_name(name, "Domain")) {
            cookie.domain = value.substr(value.starts_with('.') ? 1 : 0);
            std::ranges::transform(cookie.domain, cookie.domain.begin(), lower);
        }
        if (same_name(name, "Expires") && !has_max_age)
            if (const auto date = parse_cookie_date(value))
                cookie.expires = std::min<Timestamp>(*date, now + longest_life);
        if (same_name(name, "Max-Age")) {
            const auto before = std::exchange(cookie.expires, std::nullopt);
            take_max_age(cookie, value, now);
            has_max_age = has_max_age || cookie.expires;
            if (!cookie.expires) cookie.expires = before;
        }
    }
    return cookie;
}

} // namespace stillwatch::crawler
