#include "cli/command.hpp"
#include "cli/evidence_extract.hpp"
#include "cli/evidence_first.hpp"
#include "cli/evidence_keep.hpp"
#include "cli/evidence_key.hpp"
#include "cli/evidence_open.hpp"
#include "cli/evidence_witness.hpp"
#include "cli/pictures.hpp"
#include "cli/session.hpp"

#include "evidence/first_package.hpp"
#include "vault/sign.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <utility>

namespace stillwatch::cli {

namespace {

struct Checked {
    evidence::VerifyReport report;
    bool has_key = false; // to compare with
};

// Compares with the key that `key` names, else with that of this installation, where there is one.
Result<Checked> check(const Global& global, const std::string& file, const std::string& key,
                      const WitnessFiles& witnesses, const FirstPackage& first)
{
    std::optional<vault::VerifyKey> expected;
    if (!key.empty()) {
        const auto named = key_argument(key);
        if (!named) return named.error();
        expected = *named;
    } else {
        expected = own_key(global);
    }
    const auto archive = read_archive(file, first.identity);
    if (!archive) return archive.error();
    auto report = evidence::verify_package(*archive, expected);
    if (!report)
        return Error{report.error().code, fmt::format("damaged or changed: {}", report.error().detail)};
    if (const auto checked = check_witnesses(global, witnesses, *report); !checked) return checked.error();
    if (const auto compared = check_first(global, file, first, expected, *report); !compared)
        return compared.error();
    return Checked{*std::move(report), expected.has_value()};
}

json::object describe(const Checked& checked)
{
    const auto& report = checked.report;
    json::object told;
    told["verdict"] = evidence::name_of(report.verdict);
    told["signing_key"] = report.signing_key.id();
    told["key_checked"] = checked.has_key;
    for (const auto* member : {"case", "organisation", "software", "recorded_at", "page_url", "image_url"})
        told[member] = report.text(member);
    told["warc_records"] = report.warc.records;
    const auto refers_to = evidence::refers_to(report);
    told["refers_to"] = refers_to.empty() ? json::value(nullptr) : json::value(refers_to);
    told["first_checked"] = report.first.empty() ? json::value(nullptr) : json::value(report.first);
    json::array stamps;
    for (const auto& [address, stamp] : report.stamps)
        stamps.push_back(json::object{{"at", format_utc(stamp.at)},
                                      {"authority", stamp.authority},
                                      {"address", address},
                                      {"serial", stamp.serial},
                                      {"policy", stamp.policy}});
    told["time_stamps"] = std::move(stamps);
    told["in_audit_log"] =
        report.logged.empty() ? json::value(nullptr) : json::value(true); // null: not checked
    return told;
}

// Prints what is to be thought of a package; gives the exit code.
int print_verdict(const Global& global, const Checked& checked, json::object told)
{
    const auto& report = checked.report;
    if (!global.json && told["in_audit_log"].is_null())
        told["in_audit_log"] =
            "not checked: --log names the file of its line (….log, or what `audit prove` gave)";
    if (global.json) told["differences"] = json::array(report.differences.begin(), report.differences.end());
    print_object(global.style(), told);
    if (!global.json)
        for (const auto& difference : report.differences)
            fmt::print("difference  {}\n", printable(difference));
    std::fflush(stdout);
    if (report.verdict == evidence::Verdict::whole) return exit_fine;
    if (report.key_differs)
        fmt::print(
            stderr,
            "stillwatch: signed with key {}, which is not the organisation's: anybody could have made this\n",
            report.signing_key.id());
    else if (!checked.has_key)
        fmt::print(stderr,
                   "stillwatch: signed with key {}, and there is no key to compare it with: give --key, a "
                   "file or 64\n"
                   "digits, as the organisation's `stillwatch evidence key` prints it\n",
                   report.signing_key.id());
    return exit_failed;
}

void add_key_command(Program program, Command group)
{
    auto as_hex = std::make_shared<bool>(false);
    const auto command = group.add_subcommand(
        "key", "The public key with which this installation signs evidence; needs no secret");
    command.add_flag("--hex", *as_hex, "As 64 hexadecimal digits instead of PEM");
    command.callback([program, as_hex]() mutable {
        const auto config = load(program.global);
        if (!config) {
            program.exit_code = exit_configuration;
            return;
        }
        const auto key = installation_key(*config, program.global.config);
        if (!key)
            program.exit_code = print_error(key.error());
        else if (program.global.json)
            print_object(Style::json, {{"id", key->id()}, {"hex", to_hex(key->bytes)}, {"pem", key->pem()}});
        else
            fmt::print("{}", *as_hex ? to_hex(key->bytes) + "\n" : key->pem());
    });
}

void add_extract_command(Program program, Command group)
{
    auto file = std::make_shared<std::string>();
    auto directory = std::make_shared<std::string>();
    auto key = std::make_shared<std::string>();
    const auto command =
        group.add_subcommand("extract", "Page, picture, report and verdict of an opened package: "
                                        "age -d -i KEY FILE | stillwatch evidence extract - DIR");
    command.add_option("file", *file, "The archive that age gave, or - for standard input").required();
    command.add_option("directory", *directory, "A folder that is not there yet").required();
    command.add_option("--key", *key,
                       "The key that must have signed it: a PEM file or 64 hexadecimal digits");
    auto witnesses = std::make_shared<WitnessFiles>();
    auto first = std::make_shared<FirstPackage>();
    add_witness_options(command, witnesses);
    add_first_options(command, first);
    command.callback([program, file, directory, key, witnesses, first]() mutable {
        const auto checked = check(program.global, *file, *key, *witnesses, *first);
        if (!checked) {
            program.exit_code = print_error(checked.error());
            return;
        }
        const auto written = extract_package(checked->report, *directory);
        if (!written) {
            program.exit_code = print_error(written.error());
            return;
        }
        auto told = describe(*checked);
        told["files"] = json::array(written->begin(), written->end());
        program.exit_code = print_verdict(program.global, *checked, std::move(told));
    });
}

// Fetches a sealed package in parts.
Result<json::object> get(Program& program, const std::string& which, std::filesystem::path destination)
{
    const auto config = load(program.global);
    if (!config) return Error{Errc::invalid_argument, "the configuration cannot be read"};
    Bytes sealed;
    std::string name;
    json::object beside; // stamps and proof, as the first part tells them
    for (;;) {
        const auto reply = run(*config, {"evidence.read", {{"package", which}, {"offset", sealed.size()}}});
        if (!reply) return reply.error();
        const auto* part = reply->if_object();
        const std::string hex = part ? text_member(*part, "bytes").value_or("") : "";
        Bytes bytes(hex.size() / 2);
        if (!part || !from_hex(hex, bytes))
            return Error{Errc::malformed, "the daemon's answer holds no bytes"};
        name = text_member(*part, "file").value_or("");
        if (sealed.empty()) beside = *part;
        sealed.insert(sealed.end(), bytes.begin(), bytes.end());
        if (bytes.empty() || std::cmp_greater_equal(sealed.size(), number_member(*part, "size").value_or(0)))
            break;
    }
    std::error_code ignored;
    if (std::filesystem::is_directory(destination, ignored))
        destination /= std::filesystem::path(name).filename();
    if (const auto written = write_new_file(destination, sealed); !written) return written.error();
    json::object told{{"package", name},
                      {"written", destination.string()},
                      {"size", sealed.size()},
                      {"sha256", Sha256::of(sealed).hex()},
                      {"time_stamp", text_member(beside, "time_stamp").value_or("none")}};
    for (const auto& [member, suffix] : {std::pair("stamp", ".stamp"), std::pair("log", ".log")}) {
        const auto text = text_member(beside, member);
        if (!text) continue;
        const auto path = destination.string() + suffix;
        if (const auto written = write_new_file(path, as_bytes(*text)); !written) return written.error();
        told[member] = path;
    }
    return told;
}

void add_get_command(Program program, Command group)
{
    auto which = std::make_shared<std::string>();
    auto destination = std::make_shared<std::string>();
    const auto command = group.add_subcommand(
        "get", "Copies a sealed package out of the store, with its time stamps and their line "
               "of the audit log; stands in that log");
    command
        .add_option("package", *which,
                    "Number of the finding (12 or F-12), or name of the package as `evidence list` shows it")
        .required();
    command.add_option("destination", *destination, "A new file, or a folder").required();
    command.callback([program, which, destination]() mutable {
        const auto told = get(program, *which, *destination);
        if (told)
            print_object(program.global.style(), *told);
        else
            program.exit_code = print_error(told.error());
    });
}

// How a package is about its time, for people.
std::string stamp_of(const json::object& row)
{
    const auto state = text_member(row, "time_stamp").value_or("");
    if (state == "damaged") return "damaged: " + text_member(row, "time_stamp_problem").value_or("");
    std::string text;
    if (const auto* stamps = row.if_contains("time_stamps"); stamps && stamps->is_array())
        for (const auto& each : stamps->get_array())
            if (const auto* stamp = each.if_object())
                text += fmt::format("{}{} at {}", text.empty() ? "" : ", ",
                                    text_member(*stamp, "authority").value_or(""),
                                    text_member(*stamp, "at").value_or("a time that the audit log lacks"));
    if (const auto since = text_member(row, "time_stamp_pending_since"))
        text += fmt::format("{}pending since {}", text.empty() ? "" : ", ", *since);
    return text.empty() ? "none" : text;
}

// A row for each place of a finding that has a package or is to get one.
json::array packages_of(const json::array& findings)
{
    json::array rows;
    for (const auto& value : findings) {
        const auto& finding = value.get_object();
        const auto* occurrences = finding.if_contains("occurrences");
        if (!occurrences || !occurrences->is_array()) continue;
        for (const auto& each : occurrences->get_array()) {
            auto row = each.get_object();
            if (text_member(row, "evidence") == "none") continue;
            row["id"] = finding.at("id");
            row["case"] = finding.at("case");
            if (row.contains("time_stamp")) row["stamp"] = stamp_of(row);
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

void list_packages(Program& program)
{
    constexpr std::int64_t findings_at_once = 100; // the places of so many fit into a reply
    const auto config = load(program.global);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    json::array rows;
    for (std::int64_t after = 0;;) {
        const auto reply = ask(
            program, {"findings.list", {{"limit", findings_at_once}, {"after", after}, {"stamps", true}}});
        if (!reply || !reply->is_array()) return;
        const auto& findings = reply->get_array();
        for (auto& row : packages_of(findings))
            rows.push_back(std::move(row));
        if (std::cmp_less(findings.size(), findings_at_once)) break;
        after = number_member(findings.back().get_object(), "id").value_or(0);
        if (after == 0) break; // an answer that names none: not to be asked again for ever
    }
    if (config->evidence.time_authorities.empty() && program.global.style() == Style::text && !rows.empty())
        fmt::print(
            "no time authority is configured: packages get no stamp ([[evidence.time_authority]])\n\n");
    print_rows(program.global.style(), rows,
               {"id", "case", "evidence", "evidence_file", "page_state", "stamp"}, "no evidence yet");
}

} // namespace

void add_evidence_commands(Program program)
{
    const auto group =
        program.app.add_subcommand("evidence", "Sealed packages behind findings").require_subcommand(1);

    group
        .add_subcommand("list",
                        "The package of every place of a finding, and how it is about its time: which "
                        "authorities stamped it when, or since when it waits")
        .callback([program]() mutable { list_packages(program); });

    auto file = std::make_shared<std::string>();
    auto key = std::make_shared<std::string>();
    const auto verify = group.add_subcommand(
        "verify", "Checks an opened package: age -d -i KEY FILE | stillwatch evidence verify -");
    verify.add_option("file", *file, "The archive that age gave, or - for standard input").required();
    verify.add_option(
        "--key", *key,
        "The key that must have signed it, as `evidence key` prints it: a PEM file or 64 hexadecimal digits; "
        "without it that of this installation, where there is one");
    auto witnesses = std::make_shared<WitnessFiles>();
    auto first = std::make_shared<FirstPackage>();
    add_witness_options(verify, witnesses);
    add_first_options(verify, first);
    verify.callback([program, file, key, witnesses, first]() mutable {
        const auto checked = check(program.global, *file, *key, *witnesses, *first);
        program.exit_code = checked ? print_verdict(program.global, *checked, describe(*checked))
                                    : print_error(checked.error());
    });
    add_extract_command(program, group);
    add_get_command(program, group);
    add_open_commands(program, group);
    add_keep_commands(program, group);
    add_key_command(program, group);
}

} // namespace stillwatch::cli
