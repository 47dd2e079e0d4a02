#include "cli/command.hpp"
#include "cli/finding_work.hpp"
#include "cli/session.hpp"

#include <fmt/format.h>

#include <memory>

// What was found, and where.
namespace stillwatch::cli {

namespace {

std::string places(const json::object& row)
{
    const auto count = number_member(row, "occurrence_count").value_or(0);
    return count == 1 ? "1 place" : fmt::format("{} places", count);
}

// Three lines a finding: the first fits 80 columns; addresses are never cut, for they are copied.
void print_findings(const json::array& rows)
{
    for (const auto& value : rows) {
        const auto& row = value.get_object();
        fmt::print("{:<7} {}  {}  {}  {}  {}\n", "F-" + text_of(row, "id"), text_of(row, "case"),
                   text_of(row, "reference"), text_of(row, "tier"), text_of(row, "state"), places(row));
        fmt::print("        {}  last seen {:.16}{}\n", text_of(row, "alert"), text_of(row, "last_seen"),
                   number_member(row, "evidence_pending").value_or(0) > 0 ? "  evidence pending" : "");
        fmt::print("        {}\n", text_of(row, "image_url"));
        fmt::print("        on {}\n", text_of(row, "page_url"));
    }
}

void print_occurrences(const json::array& rows)
{
    for (const auto& value : rows) {
        const auto& row = value.get_object();
        fmt::print("\n  {}\n  on {}\n", text_of(row, "image_url"), text_of(row, "page_url"));
        fmt::print("    {}, {} px, seen {} times, last {:.16}, page {}\n", text_of(row, "tier"),
                   row.at("pixels").is_null() ? "unknown" : text_of(row, "pixels"), text_of(row, "sightings"),
                   text_of(row, "last_seen"), text_of(row, "page_state"));
        const auto file = text_of(row, "evidence_file");
        fmt::print("    evidence {}{}\n", text_of(row, "evidence"), file.empty() ? "" : " " + file);
        if (!row.at("looked_at").is_null()) {
            const auto status = text_of(row, "look_status");
            fmt::print("    looked at {:.16}: {}\n", text_of(row, "looked_at"),
                       status == "0" ? "no answer" : "HTTP " + status);
        }
    }
}

// The newest ones; all of them with --json.
void print_checks(const json::array& rows)
{
    constexpr std::size_t most = 12;
    if (!rows.empty()) fmt::print("\n  still up?\n");
    for (std::size_t i = 0; i < rows.size() && i < most; ++i) {
        const auto& row = rows[i].get_object();
        const auto saw = [&](const std::string& what) {
            const auto status = text_of(row, what + "_status");
            return text_of(row, what) + (status == "0" ? "" : fmt::format(" ({})", status));
        };
        fmt::print("    {:.16}  {:<9}  page {}, picture {}\n", text_of(row, "began"), text_of(row, "verdict"),
                   saw("page"), saw("picture"));
    }
    if (rows.size() > most) fmt::print("    and {} before, see --json\n", rows.size() - most);
}

json::array taken(json::object& object, std::string_view name)
{
    json::array rows;
    if (auto* found = object.if_contains(name); found && found->is_array())
        rows = std::move(found->get_array());
    object.erase(name);
    return rows;
}

// What is not shown is said.
void say_there_may_be_more(std::size_t shown, std::int64_t limit, std::string_view last)
{
    if (static_cast<std::int64_t>(shown) < limit) return;
    std::fflush(stdout);
    fmt::print(stderr, "stillwatch: {} shown, there may be more: --after {}\n", shown, last);
}

struct PageOptions {
    std::string subject; // a case or a finding
    FindingFilter filter;
    bool grouped = false;
    bool groups = false;
    std::int64_t after = 0;
    std::int64_t limit = 0;
};

void add_page_options(Command command, PageOptions& options, const std::string& after)
{
    command.add_option("--limit", options.limit, "At most so many").capture_default_str().between(1, 10'000);
    command.add_option("--after", options.after, after);
}

// A row for each place: the finding, with what is known of that place. Of a picture in several sizes on one
// page the largest.
json::array by_place(const json::array& findings)
{
    json::array rows;
    for (const auto& value : findings) {
        auto finding = value.as_object();
        const auto places = taken(finding, "occurrences");
        if (places.empty()) rows.push_back(finding);
        for (const auto& place : places) {
            const auto* size_of = place.as_object().if_contains("size_of");
            if (size_of != nullptr && !size_of->is_null()) continue;
            auto row = finding;
            for (const auto& [name, what] : place.as_object())
                if (name != "size_of") row[name] = what;
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

void list_findings(Program& program, const PageOptions& options)
{
    auto arguments = arguments_of(options.filter);
    arguments["limit"] = options.limit;
    arguments["after"] = options.after;
    if (!options.subject.empty()) arguments["case"] = options.subject;
    if (options.groups) {
        list_groups(program, std::move(arguments));
        return;
    }
    arguments["places"] = program.global.style() == Style::json; // else they are not shown
    const auto reply = ask(program, {"findings.list", std::move(arguments)});
    if (!reply || !reply->is_array()) return;
    const auto& rows = reply->get_array();
    if (program.global.style() == Style::json)
        print_rows(Style::json, options.grouped ? rows : by_place(rows), {}, "");
    else if (rows.empty())
        fmt::print("{}\n", options.after > 0 || !options.filter.is_empty() ? "no more findings of this kind"
                                                                           : "nothing was found yet");
    else
        print_findings(rows);
    if (!rows.empty())
        say_there_may_be_more(rows.size(), options.limit, text_of(rows.back().get_object(), "id"));
}

void show_finding(Program& program, const PageOptions& options)
{
    auto reply =
        ask(program,
            {"findings.show", {{"id", options.subject}, {"limit", options.limit}, {"after", options.after}}});
    if (!reply || !reply->is_object()) return;
    auto& object = reply->get_object();
    if (program.global.style() == Style::json) {
        print_object(Style::json, object);
        return;
    }
    const auto occurrences = taken(object, "occurrences");
    const auto history = taken(object, "history");
    const auto checks = taken(object, "checks");
    print_object(Style::text, object);
    print_history(history);
    print_checks(checks);
    print_occurrences(occurrences);
    if (!occurrences.empty())
        say_there_may_be_more(occurrences.size(), options.limit,
                              text_of(occurrences.back().get_object(), "occurrence"));
}

void check_finding(Program& program, const std::string& id)
{
    auto reply = ask(program, {"findings.check", {{"id", id}}});
    if (!reply || !reply->is_object()) return;
    auto& object = reply->get_object();
    if (program.global.style() == Style::json) {
        print_object(Style::json, object);
        return;
    }
    fmt::print("F-{}  {}  {}  {}\n", text_of(object, "id"), text_of(object, "case"),
               text_of(object, "reference"), text_of(object, "state"));
    for (const auto& value : taken(object, "seen")) {
        const auto& row = value.get_object();
        fmt::print("\n  {}\n  {}\n", text_of(row, "image_url"), text_of(row, "saw"));
    }
}

} // namespace

void add_findings_commands(Program program)
{
    const auto findings = program.app.add_subcommand("findings", "What was found").require_subcommand(1);

    auto page = std::make_shared<PageOptions>();
    page->limit = 1'000;
    const auto list =
        findings.add_subcommand("list", "Findings of all cases or of one, each with its best address");
    list.add_option("case", page->subject, "Pseudonym, for example C-7F3K");
    list.add_option("--case", page->filter.case_name, "The same");
    add_filter_options(list, page->filter);
    add_page_options(list, *page, "Only findings after this number");
    list.add_flag("--groups", page->groups, "Counts by case and host instead");
    list.add_flag("--grouped", page->grouped,
                  "With --json: a finding a line with all its places, instead of a line a place");
    list.callback([program, page]() mutable { list_findings(program, *page); });

    auto one = std::make_shared<PageOptions>();
    one->limit = 100;
    const auto show =
        findings.add_subcommand("show", "One finding with its explanation and every place where it was seen");
    show.add_option("id", one->subject, "Number of the finding (12 or F-12), or id of its alert (alt_…)")
        .required();
    add_page_options(show, *one, "Only occurrences after this number");
    show.callback([program, one]() mutable { show_finding(program, *one); });

    auto id = std::make_shared<std::string>();
    const auto check =
        findings.add_subcommand("check", "Looks at the pictures of a finding now and says what is there");
    check.add_option("id", *id, "Number of the finding, or id of its alert").required();
    check.callback([program, id]() mutable { check_finding(program, *id); });

    add_finding_work(program, findings);
}

} // namespace stillwatch::cli
