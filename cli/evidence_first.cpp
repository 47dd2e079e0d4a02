#include "cli/evidence_first.hpp"

#include "cli/evidence_open.hpp"
#include "cli/pictures.hpp"
#include "cli/session.hpp"
#include "evidence/first_package.hpp"
#include "evidence/package.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace stillwatch::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view sealed_suffix = ".age";

bool is_there(const fs::path& path)
{
    std::error_code ignored; // what cannot be looked at is not there
    return fs::is_regular_file(path, ignored);
}

// Where the package of that name is; nothing: nowhere that it could be read.
std::string find(const Global& global, const fs::path& folder, const std::string& name, bool has_key)
{
    const auto opened = folder / name.substr(0, name.size() - sealed_suffix.size());
    if (is_there(opened)) return opened.string();
    if (!has_key) return {};
    if (is_there(folder / name)) return (folder / name).string();
    const auto config = load(global);
    if (config && is_there(config->evidence.directory / name))
        return (config->evidence.directory / name).string();
    return {};
}

} // namespace

void add_first_options(const Command& command, const std::shared_ptr<FirstPackage>& first)
{
    command.add_option("--first", first->file,
                       "Of a later check: the finding's first package, opened, which holds the bytes that it "
                       "refers to. Without it the one of that name beside the file is taken");
    command.add_option("--identity", first->identity,
                       "A file with the private key, where packages are sealed still; the first package is "
                       "then found in the evidence of this installation, too");
}

Result<void> check_first(const Global& global, const std::string& package_file, const FirstPackage& first,
                         const std::optional<vault::VerifyKey>& expected, evidence::VerifyReport& report)
{
    const auto name = evidence::refers_to(report);
    auto file = first.file;
    if (file.empty()) {
        // The name is a stranger's word until the signature says otherwise.
        if (name.empty() || !evidence::is_package_name(name)) return {};
        const auto folder = package_file == "-" ? fs::path(".") : fs::path(package_file).parent_path();
        file = find(global, folder.empty() ? fs::path(".") : folder, name, !first.identity.empty());
        if (file.empty()) {
            fmt::print(
                stderr,
                "stillwatch: not compared with the finding's first package, {}, which holds the bytes: "
                "give --first\n",
                name);
            return {};
        }
    }
    const auto archive = read_archive(file, first.identity);
    if (!archive) return Error{archive.error().code, "first package: " + archive.error().detail};
    const auto other = evidence::verify_package(*archive, expected);
    if (!other)
        return Error{other.error().code, "first package: damaged or changed: " + other.error().detail};
    const auto differences = evidence::differences_from_first(report, *other);
    report.first = file;
    report.differences.insert(report.differences.end(), differences.begin(), differences.end());
    if (!differences.empty() && report.verdict == evidence::Verdict::whole)
        report.verdict = evidence::Verdict::differs;
    return {};
}

} // namespace stillwatch::cli
