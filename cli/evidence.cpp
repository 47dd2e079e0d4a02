#include "cli/command.hpp"
#include "cli/pictures.hpp"
#include "cli/session.hpp"

#include "daemon/installation.hpp"
#include "evidence/verify.hpp"
#include "vault/installation.hpp"
#include "vault/sign.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace stillwatch::cli {

namespace {

constexpr std::size_t max_package_bytes = std::size_t{256} << 20U;

Result<Bytes> read_package(const std::string& file)
{
    if (file != "-") return read_file(file, max_package_bytes);
    Bytes bytes;
    char part[65536];
    while (const auto size = std::fread(part, 1, sizeof part, stdin)) {
        const auto view = as_bytes(std::string_view(part, size));
        if (bytes.size() + size > max_package_bytes)
            return Error{Errc::too_large, fmt::format("standard input: more than {} bytes", max_package_bytes)};
        bytes.insert(bytes.end(), view.begin(), view.end());
    }
    if (std::ferror(stdin)) return Error{Errc::io, "standard input cannot be read"};
    return bytes;
}

Result<json::object> verify(const std::string& file, const std::string& key_file)
{
    std::optional<vault::VerifyKey> expected;
    if (!key_file.empty()) {
        const auto pem = read_file(key_file, 4096);
        if (!pem) return pem.error();
        const auto key = vault::VerifyKey::from_pem(as_text(*pem));
        if (!key) return Error{key.error().code, fmt::format("{}: {}", key_file, key.error().detail)};
        expected = *key;
    }
    const auto archive = read_package(file);
    if (!archive) return archive.error();
    if (as_text(*archive).starts_with("age-encryption.org/"))
        return Error{Errc::invalid_argument,
                     fmt::format("{}: still encrypted; open it first: age -d -i KEY {} | stillwatch evidence verify -", file,
                                 file)};
    const auto report = evidence::verify_package(*archive, expected);
    if (!report) return report.error();
    json::object told;
    told["verdict"] = "whole";
    told["signing_key"] = report->signing_key.id();
    told["key_checked"] = expected.has_value();
    told["case"] = report->case_pseudonym;
    told["organisation"] = report->organisation;
    told["software"] = report->software;
    told["recorded_at"] = report->recorded_at;
    told["page_url"] = report->page_url;
    told["image_url"] = report->image_url;
    told["warc_records"] = report->warc_records;
    return told;
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
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

} // namespace

void add_evidence_commands(Program program)
{
    auto* group = program.app.add_subcommand("evidence", "Sealed packages behind findings")->require_subcommand(1);

    group->add_subcommand("list", "Every package with its finding")->callback([program]() mutable {
        const auto reply = ask(program, {"findings.list", {{"limit", 10'000}}});
        if (reply && reply->is_array())
            print_rows(program.global.style(), packages_of(reply->get_array()),
                       {"id", "case", "evidence", "evidence_file", "page_state"}, "no evidence yet");
    });

    auto file = std::make_shared<std::string>();
    auto key = std::make_shared<std::string>();
    auto* check = group->add_subcommand("verify", "Checks an opened package: age -d -i KEY FILE | stillwatch evidence verify -");
    check->add_option("file", *file, "The archive that age gave, or - for standard input")->required();
    check->add_option("--key", *key, "PEM file of the key that must have signed it, as `evidence key` prints it");
    check->callback([program, file, key]() mutable {
        const auto told = verify(*file, *key);
        if (told)
            print_object(program.global.style(), *told);
        else
            program.exit_code = print_error(told.error());
    });

    group->add_subcommand("key", "The public key with which this installation signs evidence")->callback([program]() mutable {
        const auto config = load(program.global);
        if (!config) {
            program.exit_code = exit_configuration;
            return;
        }
        const auto keys = vault::load_installation_keys(vault::key_location(daemon::paths_of(*config).keys));
        if (!keys)
            program.exit_code = print_error(keys.error());
        else if (program.global.json)
            print_object(Style::json, {{"id", keys->signing.verify_key().id()}, {"pem", keys->signing.verify_key().pem()}});
        else
            fmt::print("{}", keys->signing.verify_key().pem());
    });
}

} // namespace stillwatch::cli
