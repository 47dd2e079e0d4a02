#include "cli/output.hpp"

#include <fmt/format.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace stillwatch::cli {

namespace {

// Of one character of two or three bytes: none that does harm has more.
std::string json_escape(std::string_view character)
{
    unsigned code = character.size() == 2 ? static_cast<unsigned char>(character[0]) & 0x1FU
                                          : static_cast<unsigned char>(character[0]) & 0x0FU;
    for (const char c : character.substr(1))
        code = code << 6U | (static_cast<unsigned char>(c) & 0x3FU);
    return fmt::format("\\u{:04x}", code);
}

} // namespace

std::string one_line(const json::value& value)
{
    const auto text = json::serialize(value);
    std::string line;
    for (std::string_view rest = text; !rest.empty();) {
        const auto [bytes, harmless] = first_character(rest);
        if (harmless)
            line += rest.substr(0, bytes);
        else if (bytes == 1)
            line +=
                static_cast<unsigned char>(rest[0]) < 0x80 ? fmt::format("\\u{:04x}", rest[0]) : "\\ufffd";
        else
            line += json_escape(rest.substr(0, bytes));
        rest.remove_prefix(bytes);
    }
    return line;
}

namespace {

// Plain digits whatever the size: "19400", "4.25", "0.00012".
std::string number(double value)
{
    const auto size = std::abs(value);
    if (!std::isfinite(value) || size >= 100) return fmt::format("{:.0f}", value);
    if (size >= 0.001 || size == 0) return fmt::format("{:.3g}", value);
    auto text = fmt::format("{:.6f}", value);
    text.erase(text.find_last_not_of('0') + 1);
    return text.ends_with('.') ? "0" : text;
}

std::string cell(const json::value& value)
{
    if (value.is_string()) return printable(std::string_view(value.get_string()));
    if (value.is_null()) return "";
    if (value.is_double()) return number(value.get_double());
    if (value.is_bool()) return value.get_bool() ? "yes" : "no";
    if (value.is_array()) {
        std::string joined;
        for (const auto& item : value.get_array())
            joined += (joined.empty() ? "" : ", ") + cell(item);
        return joined;
    }
    return one_line(value);
}

// Columns of a terminal for UTF-8 text, a code point each.
std::size_t width_of(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

std::string padded(std::string_view text, std::size_t width)
{
    const auto own = width_of(text);
    return std::string(text) + std::string(width > own ? width - own : 0, ' ');
}

void print_trimmed(std::string text)
{
    text.erase(text.find_last_not_of(' ') + 1);
    fmt::print("{}\n", text);
}

bool is_table(const json::value& value)
{
    return value.is_array() && !value.get_array().empty() && value.get_array().front().is_object();
}

constexpr std::size_t gap = 2;

// Which columns stand beside each other within `room`; the others go below, a line each: nothing is ever cut.
// The widest are put below first, as they are addresses and sentences.
std::vector<bool> columns_beside(const std::vector<std::size_t>& widths, std::size_t room)
{
    std::vector<bool> beside(widths.size(), true);
    const auto total = [&] {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < widths.size(); ++i)
            sum += beside[i] ? widths[i] + gap : 0;
        return sum > 0 ? sum - gap : 0;
    };
    while (total() > room) {
        std::size_t widest = 0; // the first stays: it says which row this is
        for (std::size_t i = 1; i < widths.size(); ++i)
            if (beside[i] && (widest == 0 || widths[i] >= widths[widest])) widest = i;
        if (widest == 0) break;
        beside[widest] = false;
    }
    return beside;
}

void print_table(const json::array& rows, const std::vector<std::string_view>& columns)
{
    std::vector<std::vector<std::string>> cells;
    std::vector<std::size_t> widths;
    for (const auto column : columns)
        widths.push_back(width_of(column));
    for (const auto& row : rows) {
        auto& line = cells.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto* member = row.get_object().if_contains(columns[i]);
            line.push_back(member ? cell(*member) : "");
            widths[i] = std::max(widths[i], width_of(line.back()));
        }
    }
    const auto beside = columns_beside(widths, terminal_width().value_or(std::string::npos));
    std::size_t name_width = 0;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (!beside[i]) name_width = std::max(name_width, width_of(columns[i]));
    const auto print_line = [&](const auto& line) {
        std::string text;
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (beside[i]) text += padded(line[i], widths[i] + gap);
        print_trimmed(std::move(text));
    };
    print_line(columns);
    for (const auto& line : cells) {
        print_line(line);
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (!beside[i] && !line[i].empty())
                print_trimmed("    " + padded(columns[i], name_width + gap) + line[i]);
    }
}

// "key  name value  name value …"; on a terminal the pairs go on in the next line where they do not fit.
void print_pairs(std::string_view key, std::size_t width, const json::object& pairs)
{
    const auto room = terminal_width().value_or(std::string::npos);
    auto line = padded(key, width);
    bool is_first = true;
    for (const auto& inner : pairs) {
        const auto pair = fmt::format("  {} {}", std::string_view(inner.key()), cell(inner.value()));
        if (!is_first && width_of(line) + width_of(pair) > room) {
            print_trimmed(std::move(line));
            line = std::string(width, ' ');
        }
        line += pair;
        is_first = false;
    }
    print_trimmed(pairs.empty() ? line + "  none" : std::move(line));
}

} // namespace

std::optional<std::size_t> terminal_width()
{
    if (::isatty(STDOUT_FILENO) == 0) return std::nullopt;
    constexpr std::size_t narrowest = 20;
    std::size_t columns = 0;
    if (const char* named = std::getenv("COLUMNS"))
        (void)std::from_chars(named, named + std::strlen(named), columns); // what is no number counts as 0
    winsize window{};
    if (columns == 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) columns = window.ws_col;
    return columns >= narrowest ? columns : 80;
}

void print_object(Style style, const json::object& object)
{
    if (style == Style::json) {
        fmt::print("{}\n", one_line(object));
        return;
    }
    std::size_t width = 0;
    for (const auto& member : object)
        width = std::max(width, width_of(member.key()));
    for (const auto& member : object) {
        if (is_table(member.value()) || (member.value().is_array() && member.value().get_array().empty()))
            continue;
        if (member.value().is_object())
            print_pairs(member.key(), width, member.value().get_object());
        else
            print_trimmed(padded(member.key(), width + gap) + cell(member.value()));
    }
    for (const auto& member : object) {
        if (!is_table(member.value())) continue;
        std::vector<std::string_view> columns;
        for (const auto& inner : member.value().get_array().front().get_object())
            columns.emplace_back(inner.key());
        fmt::print("\n");
        print_table(member.value().get_array(), columns);
    }
}

void print_rows(Style style, const json::array& rows, const std::vector<std::string_view>& columns,
                std::string_view nothing)
{
    if (style == Style::json) {
        for (const auto& row : rows)
            fmt::print("{}\n", one_line(row));
    } else if (rows.empty()) {
        fmt::print("{}\n", nothing);
    } else {
        print_table(rows, columns);
    }
}

int print_error(const Error& error)
{
    std::fflush(stdout);
    fmt::print(stderr, "stillwatch: {}\n", printable(to_string(error)));
    return exit_failed;
}

} // namespace stillwatch::cli
