#include "cli/evidence_witness.hpp"

#include "cli/pictures.hpp"
#include "cli/session.hpp"
#include "control/audit_tree.hpp"
#include "evidence/stamp_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stillwatch::cli {

namespace {

constexpr std::size_t max_witness_bytes = std::size_t{1} << 20U;

Result<net::TimeStampRoots> roots_for(const Global& global, const std::string& file)
{
    std::string pem;
    if (!file.empty()) {
        const auto read = read_file(file, max_witness_bytes);
        if (!read) return read.error();
        pem = as_text(*read);
    } else if (const auto config = load(global); config) {
        for (const auto& authority : config->evidence.time_authorities) {
            const auto read = read_file(authority.roots.string(), max_witness_bytes);
            if (!read) return read.error();
            pem += as_text(*read);
            pem += '\n';
        }
    }
    if (pem.empty())
        return Error{Errc::invalid_argument,
                     "a stamp is checked with the certificates of its authority: give --roots FILE"};
    return net::TimeStampRoots::from_pem(pem);
}

Result<void> check_stamp(const Global& global, const WitnessFiles& files, evidence::VerifyReport& report)
{
    if (!report.list_digest)
        return Error{Errc::invalid_argument, "packages of older programs have no time stamps"};
    const auto text = read_file(files.stamp, max_witness_bytes);
    if (!text) return text.error();
    const auto file = evidence::read_stamp_file(as_text(*text));
    if (!file) return file.error();
    const auto roots = roots_for(global, files.roots);
    if (!roots) return roots.error();
    auto checked = evidence::check_stamps(*file, *report.list_digest, *roots);
    if (!checked) return checked.error();
    report.stamps = *std::move(checked);
    for (const auto& stamp : file->stamps)
        report.stamped_roots.push_back(stamp.root);
    return {};
}

// Whether the line speaks of this package: of what was stamped with it, or of its handing out by name.
bool speaks_of(const json::object& line, const evidence::VerifyReport& report)
{
    const auto object = text_member(line, "object").value_or("");
    const auto action = text_member(line, "action").value_or("");
    if (action == "evidence.stamp")
        return std::ranges::any_of(report.stamped_roots, [&object](const Sha256& root) {
            return object.starts_with(fmt::format("root={} ", root.hex()));
        });
    return action == "evidence.get" && object == report.file_name();
}

Result<void> check_log(const WitnessFiles& files, evidence::VerifyReport& report)
{
    const auto fault = [](const Error& error) {
        return Error{error.code, fmt::format("audit log: {}", error.detail)};
    };
    const auto text = read_file(files.log, max_witness_bytes);
    if (!text) return text.error();
    const auto shown = control::check_proof(as_text(*text), report.signing_key);
    if (!shown) return fault(shown.error());
    const auto proof = parse_json(as_text(*text));
    const auto* object = proof ? proof->if_object() : nullptr;
    const auto entry = object ? text_member(*object, "entry") : std::nullopt;
    const auto line = entry ? parse_json(*entry) : Error{Errc::malformed, "proves no line"};
    if (!line || !line->is_object()) return fault(Error{Errc::malformed, "proves no line"});
    if (!speaks_of(line->get_object(), report))
        return fault(Error{Errc::refused, "the line that is proven does not speak of this package"});
    report.logged = *entry;
    return {};
}

} // namespace

void add_witness_options(const Command& command, const std::shared_ptr<WitnessFiles>& files)
{
    command.add_option("--stamp", files->stamp, "Its time stamps: the file ….wacz.age.stamp beside it");
    command.add_option(
        "--roots", files->roots,
        "Certificates (PEM) that the time authorities' lead to; without it those of the configuration");
    command.add_option("--log", files->log,
                       "The file ….wacz.age.log, or what `audit prove` gave: that the audit log "
                       "knows of it");
}

Result<void> check_witnesses(const Global& global, const WitnessFiles& files, evidence::VerifyReport& report)
{
    if (!files.stamp.empty())
        if (const auto checked = check_stamp(global, files, report); !checked) return checked;
    if (!files.log.empty()) return check_log(files, report);
    return {};
}

} // namespace stillwatch::cli
