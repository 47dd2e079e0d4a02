#include "core/time_zone.hpp"

#include "core/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace stillwatch {

namespace {

using std::chrono::seconds;

constexpr std::string_view zone_folder = "/usr/share/zoneinfo/";
constexpr std::size_t max_file_bytes = 256U << 10U;
constexpr std::size_t header_bytes = 44; // RFC 8536 section 3.1

// "Area/Place", nothing that leaves the folder.
bool is_zone_name(std::string_view name)
{
    const auto is_of_name = [](char letter) {
        return is_letter_or_digit(letter) || letter == '_' || letter == '-' || letter == '+' || letter == '/';
    };
    return !name.empty() && name.size() <= 64 && name.front() != '/' && std::ranges::all_of(name, is_of_name);
}

std::int64_t big_endian(ByteView bytes)
{
    std::uint64_t value = 0;
    for (const auto byte : bytes)
        value = (value << 8U) | std::to_integer<std::uint64_t>(byte);
    const auto bits = 8 * bytes.size();
    if (bits < 64 && (value >> (bits - 1)) != 0) value |= ~std::uint64_t{0} << bits;
    return static_cast<std::int64_t>(value);
}

struct Counts {
    std::size_t isut = 0, isstd = 0, leap = 0, time = 0, type = 0, chars = 0;
    std::size_t bytes(std::size_t time_bytes) const
    {
        return time * time_bytes + time + type * 6 + chars + leap * (time_bytes + 4) + isstd + isut;
    }
};

std::optional<Counts> counts_at(ByteView file, std::size_t at)
{
    if (file.size() < at + header_bytes) return std::nullopt;
    std::array<std::size_t, 6> number{};
    for (std::size_t i = 0; i < number.size(); ++i) {
        const auto value = big_endian(file.subspan(at + 20 + 4 * i, 4));
        if (value < 0 || value > 100'000) return std::nullopt;
        number[i] = static_cast<std::size_t>(value);
    }
    return Counts{number[0], number[1], number[2], number[3], number[4], number[5]};
}

// The pieces of a TZ string, taken off its front.
struct Reader {
    std::string_view rest;
    bool take(char letter)
    {
        if (!rest.starts_with(letter)) return false;
        rest.remove_prefix(1);
        return true;
    }
    bool name()
    {
        std::size_t end = 0;
        if (take('<')) {
            end = rest.find('>');
            if (end == std::string_view::npos) return false;
            rest.remove_prefix(end + 1);
            return true;
        }
        while (end < rest.size() && ((rest[end] | 0x20) >= 'a' && (rest[end] | 0x20) <= 'z'))
            ++end;
        rest.remove_prefix(end);
        return end >= 3;
    }
    std::optional<int> number()
    {
        int value = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        if (error != std::errc{}) return std::nullopt;
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        return value;
    }
    // "[+-]hh[:mm[:ss]]"
    std::optional<seconds> time()
    {
        const bool is_negative = take('-');
        if (!is_negative) (void)take('+');
        const auto hours = number();
        if (!hours || *hours < 0 || *hours > 167) return std::nullopt;
        std::int64_t total = *hours * 3600;
        for (const int unit : {60, 1}) {
            if (!take(':')) break;
            const auto value = number();
            if (!value || *value < 0 || *value > 59) return std::nullopt;
            total += std::int64_t{*value} * unit;
        }
        return seconds(is_negative ? -total : total);
    }
};

} // namespace

std::shared_ptr<const TimeZone> TimeZone::utc()
{
    static const auto zone = std::make_shared<const TimeZone>();
    return zone;
}

Result<std::shared_ptr<const TimeZone>> TimeZone::load(std::string_view name)
{
    if (name == "UTC") return utc();
    if (!is_zone_name(name)) return Error{Errc::not_found, fmt::format("no time zone \"{}\"", name)};
    const auto file = std::string(zone_folder) + std::string(name);
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return Error{Errc::not_found, fmt::format("no time zone \"{}\" in {}", name, zone_folder)};
    std::ifstream stream(file, std::ios::binary);
    std::string text(max_file_bytes, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    auto zone = parse(as_bytes(text));
    if (!zone) return Error{zone.error().code, fmt::format("time zone {}: {}", name, zone.error().detail)};
    return zone;
}

Result<std::shared_ptr<const TimeZone>> TimeZone::parse(ByteView file)
{
    const Error broken{Errc::malformed, "no TZif file of version 2 or later"};
    const auto first = counts_at(file, 0);
    if (!first || std::to_integer<char>(file[0]) != 'T' || std::to_integer<char>(file[4]) < '2')
        return broken;
    const auto second_at = header_bytes + first->bytes(4);
    const auto counts = counts_at(file, second_at);
    if (!counts || counts->type == 0 || file.size() < second_at + header_bytes + counts->bytes(8))
        return broken;
    auto rest = file.subspan(second_at + header_bytes);
    const auto times = rest.first(counts->time * 8);
    const auto types = rest.subspan(times.size(), counts->time);
    const auto offsets = rest.subspan(times.size() + types.size(), counts->type * 6);
    const auto offset_of = [&](std::size_t type) {
        return seconds(big_endian(offsets.subspan(type * 6, 4)));
    };

    auto zone = std::make_shared<TimeZone>();
    zone->first_ = offset_of(0);
    for (std::size_t i = 0; i < counts->time; ++i) {
        const auto type = std::to_integer<std::size_t>(types[i]);
        if (type >= counts->type) return broken;
        zone->transitions_.push_back({big_endian(times.subspan(i * 8, 8)), offset_of(type)});
    }
    if (!std::ranges::is_sorted(zone->transitions_, {}, &Transition::at)) return broken;
    const auto footer = rest.subspan(counts->bytes(8));
    const std::string_view text(reinterpret_cast<const char*>(footer.data()), footer.size());
    if (text.size() > 2 && text.front() == '\n')
        zone->rule_ = parse_rule(text.substr(1, text.find('\n', 1) - 1));
    return std::shared_ptr<const TimeZone>(std::move(zone));
}

std::optional<TimeZone::Rule> TimeZone::parse_rule(std::string_view text)
{
    Reader reader{text};
    Rule rule;
    if (!reader.name()) return std::nullopt;
    const auto standard = reader.time();
    if (!standard) return std::nullopt;
    rule.standard = -*standard; // POSIX counts west of Greenwich
    if (reader.rest.empty()) return rule;
    if (!reader.name()) return std::nullopt;
    rule.summer = rule.standard + std::chrono::hours(1);
    if (!reader.rest.starts_with(',')) {
        const auto summer = reader.time();
        if (!summer) return std::nullopt;
        rule.summer = -*summer;
    }
    for (auto* change : {&rule.begins, &rule.ends}) {
        if (!reader.take(',') || !reader.take('M')) return std::nullopt;
        const auto month = reader.number();
        if (!month || !reader.take('.')) return std::nullopt;
        const auto week = reader.number();
        if (!week || !reader.take('.')) return std::nullopt;
        const auto day = reader.number();
        if (!day || *month < 1 || *month > 12 || *week < 1 || *week > 5 || *day < 0 || *day > 6)
            return std::nullopt;
        change->month = static_cast<unsigned>(*month);
        change->week = static_cast<unsigned>(*week);
        change->weekday = static_cast<unsigned>(*day);
        change->time = std::chrono::hours(2);
        if (!reader.take('/')) continue;
        const auto time = reader.time();
        if (!time) return std::nullopt;
        change->time = *time;
    }
    return rule;
}

std::int64_t TimeZone::moment_of(const Change& change, int year, seconds offset)
{
    using namespace std::chrono;
    const std::chrono::weekday day(change.weekday);
    const std::chrono::year_month month(std::chrono::year(year), std::chrono::month(change.month));
    const sys_days date = change.week == 5 ? sys_days(month / weekday_last(day))
                                           : sys_days(month / weekday_indexed(day, change.week));
    return (seconds(date.time_since_epoch()) + change.time - offset).count();
}

seconds TimeZone::by_rule(std::int64_t at) const
{
    if (!rule_) return transitions_.empty() ? first_ : transitions_.back().offset;
    if (!rule_->summer) return rule_->standard;
    using namespace std::chrono;
    const year_month_day date(floor<days>(sys_seconds(seconds(at)) + rule_->standard));
    const int year = static_cast<int>(date.year());
    const auto begins = moment_of(rule_->begins, year, rule_->standard);
    const auto ends = moment_of(rule_->ends, year, *rule_->summer);
    const bool is_summer = begins < ends ? at >= begins && at < ends : at >= begins || at < ends;
    return is_summer ? *rule_->summer : rule_->standard;
}

seconds TimeZone::offset_at(Timestamp at) const
{
    const auto moment = std::chrono::floor<seconds>(at).time_since_epoch().count();
    if (transitions_.empty() || moment >= transitions_.back().at) return by_rule(moment);
    const auto next = std::ranges::upper_bound(transitions_, moment, {}, &Transition::at);
    return next == transitions_.begin() ? first_ : std::prev(next)->offset;
}

int TimeZone::minute_of_day(Timestamp at) const
{
    using namespace std::chrono;
    const auto local = at + offset_at(at);
    return static_cast<int>(floor<minutes>(local - floor<days>(local)).count());
}

Timestamp TimeZone::from_local(std::chrono::local_seconds local) const
{
    const Timestamp as_utc{local.time_since_epoch()};
    // The offset in force a day before tells the first of two, and what holds before a gap.
    const auto early = offset_at(as_utc - std::chrono::days(1));
    const auto at = as_utc - early;
    if (offset_at(at) == early) return at;
    const auto late = offset_at(at);
    return offset_at(as_utc - late) == late ? as_utc - late : at;
}

Timestamp TimeZone::next(Timestamp after, int minute, std::optional<std::chrono::weekday> day) const
{
    using namespace std::chrono;
    const auto today = floor<days>(after + offset_at(after));
    for (int ahead = -1; ahead <= 9; ++ahead) {
        const auto date = sys_days(today) + days(ahead);
        if (day && weekday(date) != *day) continue;
        const auto at = from_local(local_seconds(date.time_since_epoch() + minutes(minute)));
        if (at > after) return at;
    }
    return after + days(7); // cannot be: a week has every day
}

} // namespace stillwatch
