#include "followup/report_page.hpp"

#include "evidence/html_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace stillwatch::followup {

namespace {

using evidence::escaped;

std::string word_of(const json::value& value)
{
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_double()) return fmt::format("{:.1f}", value.get_double());
    return value.is_null() ? "" : json::serialize(value);
}

std::string label_of(std::string_view name)
{
    std::string label(name);
    std::ranges::replace(label, '_', ' ');
    return label;
}

// A table of the report, with the members of its rows that are shown.
struct Table {
    std::string title;
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

Table table_of(const std::string& title, const json::array& rows, const std::vector<std::string>& columns)
{
    Table table{title, columns, {}};
    for (const auto& value : rows) {
        std::vector<std::string> cells;
        for (const auto& column : columns) {
            const auto* cell = value.as_object().if_contains(column);
            cells.push_back(cell ? word_of(*cell) : "");
        }
        table.rows.push_back(std::move(cells));
    }
    return table;
}

// The members of an object that are numbers, a row each.
Table counts_of(const std::string& title, const json::object& object)
{
    Table table{title, {"what", "number"}, {}};
    for (const auto& [name, value] : object)
        if (value.is_int64() || value.is_uint64()) table.rows.push_back({label_of(name), word_of(value)});
    return table;
}

const std::vector<std::string> route_columns{"route",           "notices",      "refused",
                                             "findings",        "removed",      "still_up",
                                             "within_48_hours", "median_hours", "ninetieth_percentile_hours"};

std::vector<Table> tables_of(const json::object& report)
{
    std::vector<Table> tables;
    const auto add = [&](const std::string& title, const char* name,
                         const std::vector<std::string>& columns) {
        const auto* rows = report.if_contains(name);
        if (rows && rows->is_array() && !rows->get_array().empty())
            tables.push_back(table_of(title, rows->get_array(), columns));
    };
    if (const auto* findings = report.if_contains("findings"))
        tables.push_back(counts_of("Findings", findings->as_object()));
    else if (report.contains("found"))
        tables.push_back(counts_of("Numbers", report));
    if (const auto* coverage = report.if_contains("coverage"))
        tables.push_back(counts_of("Pictures on the watch list", coverage->as_object()));
    add("Sites looked at", "sites",
        {"site", "state", "pages_read", "images", "compared", "unreachable", "last_success"});
    add("Hosts", "hosts", {"host", "findings", "still_up", "removed", "reappearances", "refusals"});
    add("Ways and what came of them", "routes", route_columns);
    if (const auto* hosts = report.if_contains("hosts"); hosts && report.at("kind") == "hosts")
        for (const auto& value : hosts->as_array()) {
            const auto& host = value.as_object();
            if (host.at("routes").as_array().empty()) continue;
            tables.push_back(
                table_of("Ways at " + word_of(host.at("host")), host.at("routes").as_array(), route_columns));
        }
    add("Weeks", "weeks", {"week", "found", "down"});
    return tables;
}

// Two bars a row, of one scale.
struct Bars {
    std::string title;
    std::array<std::string, 2> legend;
    std::vector<std::string> names;
    std::vector<std::array<double, 2>> values;
};

std::string chart(const Bars& bars)
{
    constexpr int left = 150, width = 420, line = 16, gap = 10, top = 24;
    constexpr std::array<const char*, 2> fills{"#3b5b8c", "#b7c4da"};
    double most = 0;
    for (const auto& pair : bars.values)
        most = std::max({most, pair[0], pair[1]});
    if (most <= 0) return "";
    const int height = top + static_cast<int>(bars.values.size()) * (2 * line + gap);
    auto svg = fmt::format("<figure><svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {} {}\" width=\"{}\" "
                           "font-family=\"sans-serif\" font-size=\"11\">",
                           escaped(bars.title), left + width + 70, height, left + width + 70);
    for (int i = 0; i < 2; ++i)
        svg += fmt::format("<rect x=\"{0}\" y=\"4\" width=\"11\" height=\"11\" fill=\"{1}\"/><text x=\"{2}\" "
                           "y=\"14\">{3}</text>",
                           left + i * 160, fills[static_cast<std::size_t>(i)], left + i * 160 + 16,
                           escaped(bars.legend[static_cast<std::size_t>(i)]));
    for (std::size_t row = 0; row < bars.values.size(); ++row) {
        const int y = top + static_cast<int>(row) * (2 * line + gap);
        svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", left - 8, y + line + 4,
                           escaped(bars.names[row]));
        for (std::size_t i = 0; i < 2; ++i) {
            const auto value = bars.values[row][i];
            const auto length = static_cast<int>(value / most * width);
            const auto at = y + static_cast<int>(i) * line;
            svg += fmt::format(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/><text x=\"{}\" "
                "y=\"{}\">{:g}</text>",
                left, at, std::max(length, 1), line - 2, fills[i], left + length + 5, at + line - 5, value);
        }
    }
    return svg + fmt::format("</svg><figcaption>{}</figcaption></figure>\n", escaped(bars.title));
}

double number_of(const json::object& row, std::string_view name)
{
    const auto* value = row.if_contains(name);
    return value && value->is_number() ? value->to_number<double>() : 0;
}

std::string charts_of(const json::object& report)
{
    std::string charts;
    const auto add = [&](Bars bars, const char* rows, const char* name, const char* one, const char* other) {
        const auto* found = report.if_contains(rows);
        if (!found || !found->is_array()) return;
        constexpr std::size_t most_rows = 60;
        for (const auto& value : found->get_array()) {
            const auto& row = value.as_object();
            if (bars.values.size() >= most_rows) break;
            bars.names.push_back(word_of(row.at(name)));
            bars.values.push_back({number_of(row, one), number_of(row, other)});
        }
        charts += chart(bars);
    };
    add({"Hours from a notice to the removal, by way", {"median", "90th percentile"}, {}, {}}, "routes",
        "route", "median_hours", "ninetieth_percentile_hours");
    add({"Findings a week", {"found", "down"}, {}, {}}, "weeks", "week", "found", "down");
    add({"Findings by host", {"still up", "removed"}, {}, {}}, "hosts", "host", "still_up", "removed");
    return charts;
}

std::string title_of(const json::object& report)
{
    const auto kind = word_of(report.at("kind"));
    if (kind == "case") return "Report on case " + word_of(report.at("case"));
    return kind == "hosts" ? "Report on hosts" : "Report on a period";
}

std::string field_of(std::string_view text)
{
    std::string field(text);
    if (!field.empty() && std::string_view("=+-@\t\r").find(field[0]) != std::string_view::npos)
        field.insert(field.begin(), '\'');
    if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
    std::string quoted = "\"";
    for (const char letter : field)
        quoted += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    return quoted + "\"";
}

} // namespace

std::string report_page(const json::object& report, const std::string& organisation)
{
    auto page = evidence::html_head(title_of(report));
    page += fmt::format(
        "<h1>{}</h1>\n<p>{}<br>{} to {}</p>\n", escaped(title_of(report)), escaped(organisation),
        report.at("since").is_null() ? "From the beginning" : escaped(word_of(report.at("since"))),
        escaped(word_of(report.at("until"))));
    if (const auto* statement = report.if_contains("statement")) {
        page += "<p>";
        for (const auto& sentence : statement->as_array())
            page += escaped(word_of(sentence)) + " ";
        page += "</p>\n";
    }
    page += charts_of(report);
    for (const auto& table : tables_of(report)) {
        page += fmt::format("<h2>{}</h2>\n<table class=\"report\">\n<tr>", escaped(table.title));
        for (const auto& column : table.columns)
            page += fmt::format("<td style=\"overflow-wrap:normal\">{}</td>", escaped(label_of(column)));
        page += "</tr>\n";
        for (const auto& row : table.rows) {
            page += "<tr>";
            for (const auto& cell : row)
                page += fmt::format("<td>{}</td>", escaped(cell));
            page += "</tr>\n";
        }
        page += "</table>\n";
    }
    return page + "</body></html>\n";
}

std::string report_csv(const json::object& report)
{
    std::string text;
    for (const auto& table : tables_of(report)) {
        if (!text.empty()) text += "\r\n";
        const auto line = [&](const std::vector<std::string>& cells) {
            for (std::size_t i = 0; i < cells.size(); ++i)
                text += (i == 0 ? "" : ",") + field_of(cells[i]);
            text += "\r\n";
        };
        line(table.columns);
        for (const auto& row : table.rows)
            line(row);
    }
    return text;
}

} // namespace stillwatch::followup
