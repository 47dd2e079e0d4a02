#include "cli/command.hpp"
#include "cli/in_order.hpp"
#include "cli/match_output.hpp"
#include "cli/pictures.hpp"
#include "cli/session.hpp"

#include "features/weakness.hpp"
#include "matcher/reference_set.hpp"
#include "pipeline/comparison.hpp"
#include "vault/locked_memory.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <set>

namespace stillwatch::cli {

namespace {

namespace fs = std::filesystem;

struct MatchOptions {
    std::string references;
    std::string background;
    std::vector<std::string> paths;
    std::string csv;
    std::string draw;
    std::vector<std::string> tiers;
};

// One run of the command: what is searched for, and what is known of the site.
struct Search {
    const config::Config& config;
    int& exit_code;
    vault::LockedMemoryResource memory{};
    std::vector<fs::path> reference_files{}; // ReferenceId{n} is reference_files[n - 1]
    std::shared_ptr<const matcher::ReferenceSet> references{};
    matcher::TemplateMemory templates{};
    std::set<Tier> tiers{};
};

Result<void> read_references(Search& search, const fs::path& directory)
{
    const auto files = files_below(directory);
    if (!files) return files.error();
    if (files->empty())
        return Error{Errc::not_found, fmt::format("{}: no file in it to look for", directory.string())};
    std::vector<matcher::EnrolledReference> enrolled;
    const auto read =
        read_pictures(search.config, *files, Detail::reference, [&](const auto& file, const auto& features) {
            if (!features) {
                search.exit_code = print_error(
                    {features.error().code, fmt::format("{}: {}", file.string(), features.error().detail)});
                return;
            }
            if (const auto weakness = features::weakness_of(*features))
                fmt::print(stderr, "stillwatch: weak reference {}: {}\n", file.string(), *weakness);
            search.reference_files.push_back(file);
            const ReferenceId id{static_cast<std::int64_t>(search.reference_files.size())};
            enrolled.push_back({id, CaseId{1}, features->file_digest, *features});
        });
    if (!read) return read.error();
    if (enrolled.empty())
        return Error{Errc::not_found, fmt::format("{}: no picture in it can be read", directory.string())};
    search.references = std::make_shared<const matcher::ReferenceSet>(std::move(enrolled), 1, search.memory);
    return {};
}

// Compares files with the references; what is known of the site at the start holds for all of them.
Result<void> compare_files(Search& search, const std::vector<fs::path>& files, const std::set<Tier>& tiers,
                           bool is_background, InOrder<pipeline::Compared>::Tell tell)
{
    const auto templates = search.templates.templates();
    const auto work = [&search, &tiers, templates, is_background](sandbox::WorkerPool& pool,
                                                                  asio::thread_pool& cpu, Document document) {
        pipeline::ComparisonTerms terms{[&search] { return search.references; }, templates, tiers,
                                        std::nullopt, is_background};
        return pipeline::compare_picture(pool, cpu, std::move(document), std::move(terms));
    };
    return InOrder<pipeline::Compared>(files, work, std::move(tell)).run(search.config);
}

Result<void> learn_background(Search& search, const fs::path& directory)
{
    const auto files = files_below(directory);
    if (!files) return files.error();
    return compare_files(search, *files, {}, true, [&](const auto& file, const auto& compared) {
        if (compared)
            search.templates.learn(compared->file_digest, compared->parts_of_others);
        else
            fmt::print(stderr, "stillwatch: {}: {}\n", file.string(), to_string(compared.error()));
    });
}

Result<std::vector<fs::path>> files_of(const std::vector<std::string>& paths)
{
    std::vector<fs::path> files;
    for (const auto& path : paths) {
        const auto below = files_below(path);
        if (!below) return below.error();
        files.insert(files.end(), below->begin(), below->end());
    }
    return files;
}

Result<void> match_files(Search& search, const Program& program, const MatchOptions& options)
{
    const auto files = files_of(options.paths);
    if (!files) return files.error();
    if (files->empty())
        return Error{Errc::not_found, fmt::format("{}: no file in it", fmt::join(options.paths, ", "))};
    auto output =
        MatchOutput::open(program.global.style(), options.csv, search.reference_files, files->size());
    if (!output) return output.error();
    std::vector<DrawnMatch> to_draw;
    const auto compared =
        compare_files(search, *files, search.tiers, false, [&](const auto& file, const auto& result) {
            output->tell(file, result);
            if (options.draw.empty() || !result) return;
            for (const auto& match : result->matches)
                to_draw.push_back(
                    {file, search.reference_files[static_cast<std::size_t>(match.reference.value - 1)],
                     match});
        });
    if (!compared) return compared.error();
    if (auto written = output->close(); !written) return written;
    if (output->unread() == files->size())
        return Error{Errc::undecodable, fmt::format("none of {} pictures could be read", files->size())};
    if (output->unread() > 0)
        fmt::print(stderr, "stillwatch: {} of {} pictures could not be read\n", output->unread(),
                   files->size());
    return options.draw.empty() ? Result<void>{} : draw_matches(search.config, options.draw, to_draw);
}

void run_match(Program& program, const MatchOptions& options)
{
    config::Config config;
    Search search{config, program.exit_code};
    for (const auto& name : options.tiers)
        if (const auto tier = tier_from_name(name)) search.tiers.insert(*tier);
    auto done = read_references(search, options.references);
    if (done && !options.background.empty()) done = learn_background(search, options.background);
    if (done) done = match_files(search, program, options);
    if (!done) program.exit_code = print_error(done.error());
}

} // namespace

void add_match_command(Program program)
{
    auto options = std::make_shared<MatchOptions>();
    const auto command = program.app.add_subcommand(
        "match", "Compares pictures with those in a directory; needs no installation.\n"
                 "Exit code 0: compared, whether anything matched or not; 1: a reference or every picture "
                 "could not be read");
    command.add_option("--references", options->references, "Directory of pictures to look for").required();
    command.add_option(
        "--background", options->background,
        "Directory of other pictures of the same site: what its frames, buttons and watermarks have in\n"
        "common with references no longer counts");
    command.add_option("--csv", options->csv,
                       "File for the results: a row a match or candidate, or one with none");
    command.add_option("--draw", options->draw,
                       "Directory for pictures of each match, reference and find side by side");
    command.add_option("--tiers", options->tiers, "Only these tiers: exact,near,derived")
        .delimiter(',')
        .one_of({"exact", "near", "derived"});
    command.add_option("paths", options->paths, "Pictures, or directories of them").required();
    command.callback([program, options]() mutable { run_match(program, *options); });
}

} // namespace stillwatch::cli
