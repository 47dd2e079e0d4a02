#include "cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace stillwatch::cli {

std::string printable(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        // U+0080 to U+009F are control characters too: C2 80 to C2 9F.
        const bool is_c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (byte < 0x20 || byte == 0x7f || is_c1)
            result += fmt::format("\\x{:02x}", byte);
        else
            result += text[i];
    }
    return result;
}

namespace {

std::string cell(const json::value& value)
{
    if (value.is_string()) return printable(std::string_view(value.get_string()));
    if (value.is_null()) return "";
    if (value.is_double()) return fmt::format("{:.3g}", value.get_double());
    if (value.is_bool()) return value.get_bool() ? "yes" : "no";
    if (value.is_array()) {
        std::string joined;
        for (const auto& item : value.get_array())
            joined += (joined.empty() ? "" : ", ") + cell(item);
        return joined;
    }
    return json::serialize(value);
}

bool is_table(const json::value& value)
{
    return value.is_array() && !value.get_array().empty() && value.get_array().front().is_object();
}

void print_table(const json::array& rows, const std::vector<std::string_view>& columns)
{
    std::vector<std::vector<std::string>> cells;
    std::vector<std::size_t> widths;
    for (const auto column : columns)
        widths.push_back(column.size());
    for (const auto& row : rows) {
        auto& line = cells.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto* member = row.get_object().if_contains(columns[i]);
            line.push_back(member ? cell(*member) : "");
            widths[i] = std::max(widths[i], line.back().size());
        }
    }
    const auto print_line = [&](const auto& line) {
        std::string text;
        for (std::size_t i = 0; i < columns.size(); ++i)
            text += fmt::format("{:<{}}", line[i], i + 1 < columns.size() ? widths[i] + 2 : 0);
        text.erase(text.find_last_not_of(' ') + 1);
        fmt::print("{}\n", text);
    };
    print_line(columns);
    for (const auto& line : cells)
        print_line(line);
}

} // namespace

void print_object(Style style, const json::object& object)
{
    if (style == Style::json) {
        fmt::print("{}\n", json::serialize(object));
        return;
    }
    std::size_t width = 0;
    for (const auto& member : object)
        width = std::max(width, member.key().size());
    for (const auto& member : object) {
        if (is_table(member.value()) || (member.value().is_array() && member.value().get_array().empty())) continue;
        if (!member.value().is_object()) {
            fmt::print("{:<{}}  {}\n", std::string_view(member.key()), width, cell(member.value()));
            continue;
        }
        fmt::print("{:<{}}{}", std::string_view(member.key()), width, member.value().get_object().empty() ? "  none" : "");
        for (const auto& inner : member.value().get_object())
            fmt::print("  {} {}", std::string_view(inner.key()), cell(inner.value()));
        fmt::print("\n");
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
            fmt::print("{}\n", json::serialize(row));
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
