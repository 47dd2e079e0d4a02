#include "cli/command.hpp"
#include "cli/pictures.hpp"
#include "cli/session.hpp"

#include "matcher/reference_set.hpp"
#include "vault/locked_memory.hpp"

#include <fmt/format.h>
#include <fmt/os.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>

namespace stillwatch::cli {

namespace {

namespace fs = std::filesystem;

struct MatchOptions {
    std::string references;
    std::vector<std::string> paths;
    std::string csv;
    std::vector<std::string> tiers;
};

// One line of the result: a match of a picture, or that there is none.
struct Row {
    std::string file;
    std::string status; // match, none, undecodable
    std::optional<Match> match;
    std::string reference;
    std::string detail;
};

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string result = "\"";
    for (const char c : text)
        result += c == '"' ? "\"\"" : std::string(1, c);
    return result + '"';
}

std::string csv_line(const Row& row)
{
    if (!row.match) return fmt::format("{},{},,,,0,,,\n", quoted(row.file), row.status);
    const auto& match = *row.match;
    return fmt::format("{},{},{},{},{},{:.4f},{},{},{}\n", quoted(row.file), row.status, name_of(match.tier),
                       name_of(match.relation), quoted(row.reference), match.score, match.distance_bits,
                       name_of(match.orientation), match.inliers);
}

json::object json_row(const Row& row)
{
    json::object told{{"file", row.file}, {"status", row.status}};
    if (!row.detail.empty()) told["detail"] = row.detail;
    if (!row.match) return told;
    const auto& match = *row.match;
    told["tier"] = name_of(match.tier);
    told["relation"] = name_of(match.relation);
    told["reference"] = row.reference;
    told["score"] = match.score;
    told["distance_bits"] = match.distance_bits;
    told["orientation"] = name_of(match.orientation);
    told["inverted"] = match.inverted;
    told["inliers"] = match.inliers;
    return told;
}

// References by number: ReferenceId{n} is names[n - 1].
struct References {
    std::vector<std::string> names;
    std::vector<matcher::EnrolledReference> enrolled;
};

Result<References> read_references(const config::Config& config, const fs::path& directory, int& exit_code)
{
    const auto files = files_below(directory);
    if (!files) return files.error();
    References references;
    const auto read = read_pictures(config, *files, [&](const auto& file, const auto& features) {
        if (!features) {
            exit_code = print_error({features.error().code, fmt::format("{}: {}", file.string(), features.error().detail)});
            return;
        }
        references.names.push_back(file.filename().string());
        const ReferenceId id{static_cast<std::int64_t>(references.names.size())};
        references.enrolled.push_back({id, CaseId{1}, features->file_digest, *features});
    });
    if (!read) return read.error();
    if (references.names.empty())
        return Error{Errc::not_found, fmt::format("{}: no picture in it can be read", directory.string())};
    return references;
}

class Writer {
public:
    Writer(const Program& program, std::FILE* csv) : style_(program.global.style()), csv_(csv)
    {
        if (csv_)
            fmt::print(csv_, "file,status,tier,relation,reference,score,distance_bits,orientation,inliers\n");
    }

    void write(const Row& row)
    {
        if (csv_) fmt::print(csv_, "{}", csv_line(row));
        if (style_ == Style::json)
            print_object(style_, json_row(row));
        else if (row.match)
            fmt::print("{:<12} {:<8} {:>3} bits  {}  {}\n", row.status, name_of(row.match->tier), row.match->distance_bits,
                       row.reference, row.file);
        else if (!csv_)
            fmt::print("{:<12} {}{}\n", row.status, row.file, row.detail.empty() ? "" : ": " + row.detail);
    }

private:
    Style style_;
    std::FILE* csv_;
};

Result<void> match_files(const Program& program, const config::Config& config, const MatchOptions& options,
                         const References& references, const matcher::ReferenceSet& set, std::FILE* csv)
{
    std::set<Tier> tiers;
    for (const auto& name : options.tiers)
        if (const auto tier = tier_from_name(name)) tiers.insert(*tier);
    std::vector<fs::path> files;
    for (const auto& path : options.paths) {
        const auto below = files_below(path);
        if (!below) return below.error();
        files.insert(files.end(), below->begin(), below->end());
    }
    Writer writer(program, csv);
    return read_pictures(config, files, [&](const auto& file, const auto& features) {
        Row row{file.string(), "none", std::nullopt, "", ""};
        if (!features) {
            row.status = "undecodable";
            row.detail = features.error().detail;
            writer.write(row);
            return;
        }
        bool matched = false;
        for (const auto& match : set.compare(features->file_digest, *features)) {
            if (!tiers.empty() && !tiers.contains(match.tier)) continue;
            matched = true;
            row.status = "match";
            row.match = match;
            row.reference = references.names[static_cast<std::size_t>(match.reference.value - 1)];
            writer.write(row);
        }
        if (!matched) writer.write(row);
    });
}

void run_match(Program& program, const MatchOptions& options)
{
    config::Config config;
    vault::LockedMemoryResource memory;
    auto references = read_references(config, options.references, program.exit_code);
    if (!references) {
        program.exit_code = print_error(references.error());
        return;
    }
    const matcher::ReferenceSet set(std::move(references->enrolled), 1, memory);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> csv(
        options.csv.empty() ? nullptr : std::fopen(options.csv.c_str(), "we"), std::fclose);
    if (!options.csv.empty() && !csv) {
        program.exit_code = print_error({Errc::io, fmt::format("{}: cannot be written", options.csv)});
        return;
    }
    const auto matched = match_files(program, config, options, *references, set, csv.get());
    if (!matched) program.exit_code = print_error(matched.error());
    if (csv && std::fflush(csv.get()) != 0)
        program.exit_code = print_error({Errc::io, fmt::format("{}: cannot be written", options.csv)});
}

} // namespace

void add_match_command(Program program)
{
    auto options = std::make_shared<MatchOptions>();
    auto* command = program.app.add_subcommand("match", "Compares pictures with those in a directory; needs no installation");
    command->add_option("--references", options->references, "Directory of pictures to look for")->required();
    command->add_option("--csv", options->csv, "File for the results: a row a match, or a row with status none");
    command->add_option("--tiers", options->tiers, "Only these tiers: exact,near")
        ->delimiter(',')
        ->check(CLI::IsMember({"exact", "near"}));
    command->add_option("paths", options->paths, "Pictures, or directories of them")->required();
    command->callback([program, options]() mutable { run_match(program, *options); });
}

} // namespace stillwatch::cli
