#include "cli/command.hpp"
#include "cli/evidence_extract.hpp"
#include "cli/finding_work.hpp"
#include "cli/session.hpp"

#include "followup/report_page.hpp"

#include <fmt/format.h>

#include <memory>

// Reports: what was looked at, found, removed and is still up.
namespace stillwatch::cli {

namespace {

struct Wanted {
    std::string subject; // a case or a host
    std::string since;
    std::string until;
    std::string html;
    std::string csv;
};

void print_rows_of(const json::object& report, std::string_view name, const std::string& title)
{
    const auto* rows = report.if_contains(name);
    if (!rows || !rows->is_array() || rows->get_array().empty()) return;
    std::vector<std::string_view> columns;
    for (const auto& [column, value] : rows->get_array().front().as_object())
        if (!value.is_array()) columns.push_back(column);
    fmt::print("\n{}\n\n", title);
    print_rows(Style::text, rows->get_array(), columns, "");
}

void print_report(const json::object& report)
{
    if (const auto* statement = report.if_contains("statement"))
        for (const auto& sentence : statement->as_array())
            fmt::print("{}\n", printable(std::string(sentence.as_string())));
    json::object numbers;
    for (const auto& [name, value] : report)
        if (value.is_number() || value.is_string()) numbers[name] = value;
    if (!report.contains("statement")) print_object(Style::text, numbers);
    if (const auto* findings = report.if_contains("findings")) {
        fmt::print("\n");
        print_object(Style::text, findings->as_object());
    }
    print_rows_of(report, "sites", "Sites looked at");
    print_rows_of(report, "hosts", "Hosts");
    print_rows_of(report, "routes", "Ways and what came of them");
    const auto* hosts = report.if_contains("hosts");
    if (hosts && report.at("kind") == "hosts")
        for (const auto& value : hosts->as_array())
            print_rows_of(value.as_object(), "routes", "Ways at " + text_of(value.as_object(), "host"));
    print_rows_of(report, "weeks", "Weeks");
}

bool write_one(Program& program, const std::string& path, const std::string& text)
{
    if (path.empty()) return true;
    const auto written = write_new_file(path, as_bytes(text));
    if (!written) program.exit_code = print_error(written.error());
    return written.has_value();
}

void run_report(Program& program, const std::string& name, const Wanted& wanted)
{
    json::object arguments;
    const auto give = [&](const char* argument, const std::string& value) {
        if (!value.empty()) arguments[argument] = value;
    };
    give(name == "report.case" ? "case" : "host", wanted.subject);
    give("since", wanted.since);
    give("until", wanted.until);
    const auto reply = ask(program, {name, std::move(arguments)});
    if (!reply || !reply->is_object()) return;
    const auto& report = reply->get_object();
    if (!wanted.html.empty() || !wanted.csv.empty()) {
        const auto config = load_or_defaults(program);
        if (!config) return;
        if (!write_one(program, wanted.html, followup::report_page(report, config->organisation.name)))
            return;
        if (!write_one(program, wanted.csv, followup::report_csv(report))) return;
        return;
    }
    if (program.global.style() == Style::json)
        print_object(Style::json, report);
    else
        print_report(report);
}

std::shared_ptr<Wanted> add_files(Program program, Command command, const std::string& name, bool has_times)
{
    const auto wanted = std::make_shared<Wanted>();
    if (has_times) {
        command.add_option("--since", wanted->since,
                           "From then, 2026-11-01T00:00:00Z; else from the beginning");
        command.add_option("--until", wanted->until, "Until then; else until now");
    }
    command.add_option("--html", wanted->html, "Writes a page to read and print to this new file");
    command.add_option("--csv", wanted->csv, "Writes its tables to this new file");
    command.callback([program, wanted, name]() mutable { run_report(program, name, *wanted); });
    return wanted;
}

} // namespace

void add_report_commands(Program program)
{
    const auto report =
        program.app.add_subcommand("report", "What was looked at, found, removed and is still up")
            .require_subcommand(1);

    auto command =
        report.add_subcommand("case", "Of one case, with sentences that a caseworker can say truthfully");
    auto wanted = add_files(program, command, "report.case", true);
    command.add_option("case", wanted->subject, "Pseudonym, for example C-7F3K").required();

    command = report.add_subcommand("hosts",
                                    "By host: how long removals took by which way, refusals, re-appearances");
    wanted = add_files(program, command, "report.hosts", false);
    command.add_option("host", wanted->subject, "Of this host only");

    command = report.add_subcommand("period",
                                    "Of all cases, numbers only: for the organisation and those who fund it");
    (void)add_files(program, command, "report.period", true);
}

} // namespace stillwatch::cli
