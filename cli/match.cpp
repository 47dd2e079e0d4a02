#include "cli/command.hpp"
#include "cli/in_order.hpp"
#include "cli/match_faces.hpp"
#include "cli/match_output.hpp"
#include "cli/pictures.hpp"
#include "cli/reference_files.hpp"
#include "cli/session.hpp"
#include "cli/videos.hpp"

#include "features/weakness.hpp"
#include "matcher/reference_set.hpp"
#include "pipeline/video_comparison.hpp"
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
    std::string reference_videos;
    std::string background;
    std::vector<std::string> paths;
    std::string csv;
    std::string draw;
    std::vector<std::string> tiers;
    std::string faces;
    FaceOptions face_options;
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
    bool has_videos = false; // among the references
    std::unique_ptr<FaceSearch> faces{};
};

// The files below the directories asked for, each with its place in `reference_files`.
Result<std::vector<fs::path>> reference_files_of(const MatchOptions& options)
{
    std::vector<fs::path> all;
    for (const auto& directory : {options.references, options.reference_videos}) {
        if (directory.empty()) continue;
        const auto files = files_below(directory);
        if (!files) return files.error();
        if (files->empty())
            return Error{Errc::not_found, fmt::format("{}: no file in it to look for", directory)};
        for (const auto& file : *files)
            if (std::ranges::find(all, file) == all.end()) all.push_back(file);
    }
    return all;
}

// What is wrong with it as a reference is told; nothing where it is good.
matcher::EnrolledReference enrolled(const fs::path& file, const ReadReference& read, ReferenceId id)
{
    if (const auto* features = std::get_if<PictureFeatures>(&read)) {
        if (const auto weakness = features::weakness_of(*features))
            fmt::print(stderr, "stillwatch: weak reference {}: {}\n", file.string(), *weakness);
        return {id, CaseId{1}, features->file_digest, *features};
    }
    const auto& record = std::get<pipeline::EnrolledVideo>(read).record;
    if (record.weak)
        fmt::print(stderr, "stillwatch: weak reference {}: {}\n", file.string(), record.weak_reason);
    return {id, CaseId{1}, record.file_digest, record.features, std::nullopt, record.moments};
}

Result<void> read_all_references(Search& search, const MatchOptions& options)
{
    const auto files = reference_files_of(options);
    if (!files) return files.error();
    std::vector<matcher::EnrolledReference> references;
    if (files->empty()) { // only faces are looked for
        search.references =
            std::make_shared<const matcher::ReferenceSet>(std::move(references), 1, search.memory);
        return {};
    }
    const auto read = read_references(search.config, *files, [&](const auto& file, const auto& reference) {
        if (!reference) {
            search.exit_code = print_error(
                {reference.error().code, fmt::format("{}: {}", file.string(), reference.error().detail)});
            return;
        }
        search.reference_files.push_back(file);
        const ReferenceId id{static_cast<std::int64_t>(search.reference_files.size())};
        references.push_back(enrolled(file, *reference, id));
        search.has_videos = search.has_videos || !references.back().moments.empty();
    });
    if (!read) return read.error();
    if (references.empty())
        return Error{Errc::not_found, fmt::format("{}{}: no reference in it can be read", options.references,
                                                  options.reference_videos)};
    search.references =
        std::make_shared<const matcher::ReferenceSet>(std::move(references), 1, search.memory);
    return {};
}

Task<Result<Looked>> look_at_picture(sandbox::WorkerPool& pool, asio::thread_pool& cpu, Document document,
                                     pipeline::ComparisonTerms terms)
{
    auto of_times = document;
    auto compared = co_await pipeline::compare_picture(pool, cpu, std::move(document), std::move(terms));
    if (!compared) co_return compared.error();
    ComparedPicture picture{*std::move(compared)};
    const auto& shown_in = picture.compared.shown_in;
    if (!shown_in.empty() && pipeline::may_move(picture.compared.format)) {
        const auto times = co_await pool.frame_times(std::move(of_times));
        if (!times) picture.times_unread = times.error();
        for (const auto& [reference, frames] : shown_in) {
            auto spans =
                times ? pipeline::animation_spans(*times, frames) : std::vector<pipeline::AnimationSpan>();
            if (!spans.empty()) picture.shown.emplace(reference, std::move(spans));
        }
    }
    Looked looked = std::move(picture);
    co_return std::move(looked);
}

Task<Result<Looked>> look_at_video(Hands hands, fs::path file, pipeline::ComparisonTerms terms,
                                   VideoScreen& screen)
{
    const auto video = open_video(hands.loop, file);
    if (!video) co_return video.error();
    pipeline::VideoTerms of_video{std::move(terms)};
    of_video.frames.file_digest = video->digest;
    of_video.tell = [&screen, name = file.filename().string()](const auto& progress) {
        screen.show(name, progress);
    };
    auto compared =
        co_await pipeline::compare_video(*video->reader, hands.pool, hands.cpu, std::move(of_video));
    if (!compared) co_return compared.error();
    Looked looked = *std::move(compared);
    co_return std::move(looked);
}

// Compares files with the references; what is known of the site at the start holds for all of them.
Result<void> compare_files(Search& search, const std::vector<fs::path>& files, const std::set<Tier>& tiers,
                           bool is_background, InOrder<Looked>::Tell tell)
{
    const auto terms = [&search, &tiers, templates = search.templates.templates(), is_background] {
        return pipeline::ComparisonTerms{[&search] { return search.references; }, templates, tiers,
                                         std::nullopt, is_background};
    };
    const auto picture = [&terms](sandbox::WorkerPool& pool, asio::thread_pool& cpu, Document document) {
        return look_at_picture(pool, cpu, std::move(document), terms());
    };
    VideoScreen screen;
    const auto video = [&](Hands hands, std::size_t index) {
        return look_at_video(hands, files[index], terms(), screen);
    };
    const auto tell_below = [&](const auto& file, const auto& looked) {
        screen.clear();
        tell(file, looked);
    };
    return InOrder<Looked>(files, picture, tell_below, video).run(search.config);
}

Result<void> learn_background(Search& search, const fs::path& directory)
{
    const auto files = files_below(directory);
    if (!files) return files.error();
    return compare_files(search, *files, {}, true, [&](const auto& file, const auto& compared) {
        if (!compared)
            fmt::print(stderr, "stillwatch: {}: {}\n", file.string(), to_string(compared.error()));
        else if (const auto* picture = std::get_if<ComparedPicture>(&*compared))
            search.templates.learn(picture->compared.file_digest, picture->compared.parts_of_others);
        else // all of its frames are one picture
            search.templates.learn(Sha256::of(as_bytes(file.string())),
                                   std::get<pipeline::ComparedVideo>(*compared).parts_of_others);
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

// What is to be drawn of a file.
void add_drawn(const Search& search, const fs::path& file, const Looked& looked,
               std::vector<DrawnMatch>& to_draw)
{
    const auto reference_file = [&](const Match& match) {
        return search.reference_files[static_cast<std::size_t>(match.reference.value - 1)];
    };
    if (const auto* picture = std::get_if<ComparedPicture>(&looked)) {
        for (const auto& match : picture->compared.matches)
            to_draw.push_back({file, reference_file(match), match, std::nullopt, match.reference_time_ms});
        return;
    }
    for (const auto& match : std::get<pipeline::ComparedVideo>(looked).matches)
        to_draw.push_back({file, reference_file(match.best), match.best, match.best_ms,
                           match.best.tier == Tier::exact && match.spans.empty()
                               ? std::optional<std::int64_t>(0)
                               : match.best.reference_time_ms});
}

// What is told of a file with the faces that are like an enrolled one's.
Result<Looked> with_faces(const Search& search, const fs::path& file, const Result<Looked>& looked)
{
    if (!search.faces || !looked) return looked;
    const auto* picture = std::get_if<ComparedPicture>(&*looked);
    if (picture == nullptr) return looked;
    const auto leads = search.faces->leads_of(file, !picture->compared.matches.empty());
    if (!leads) {
        fmt::print(stderr, "stillwatch: {}: its faces are not compared: {}\n", file.string(),
                   to_string(leads.error()));
        return looked;
    }
    auto all = *picture;
    auto& matches = all.compared.matches;
    matches.insert(matches.end(), leads->begin(), leads->end());
    return Looked(std::move(all));
}

Result<void> match_files(Search& search, const Program& program, const MatchOptions& options)
{
    const auto files = files_of(options.paths);
    if (!files) return files.error();
    if (files->empty())
        return Error{Errc::not_found, fmt::format("{}: no file in it", fmt::join(options.paths, ", "))};
    const auto videos = static_cast<std::size_t>(std::ranges::count_if(*files, is_video_file));
    auto output =
        MatchOutput::open(program.global.style(), options.csv, search.reference_files, files->size(),
                          search.has_videos || videos > 0 ? Times::told : Times::none);
    if (!output) return output.error();
    if (search.faces) {
        const auto looked = search.faces->look_at(*files);
        if (!looked) return looked.error();
        fmt::print(stderr, "stillwatch: {} faces seen, {} people enrolled\n", search.faces->faces_seen(),
                   search.faces->people());
    }
    std::vector<DrawnMatch> to_draw;
    std::size_t unread_videos = 0;
    const auto compared =
        compare_files(search, *files, search.tiers, false, [&](const auto& file, const auto& of_picture) {
            const auto result = with_faces(search, file, of_picture);
            output->tell(file, result);
            if (!result && is_video_file(file)) ++unread_videos;
            if (!options.draw.empty() && result) add_drawn(search, file, *result, to_draw);
        });
    if (!compared) return compared.error();
    if (auto written = output->close(); !written) return written;
    const auto unread_pictures = output->unread() - unread_videos;
    if (output->unread() == files->size())
        return Error{Errc::undecodable, fmt::format("none of {} {} could be read", files->size(),
                                                    videos > 0 ? "files" : "pictures")};
    if (unread_pictures > 0)
        fmt::print(stderr, "stillwatch: {} of {} pictures could not be read\n", unread_pictures,
                   files->size() - videos);
    if (unread_videos > 0)
        fmt::print(stderr, "stillwatch: {} of {} videos were not looked at\n", unread_videos, videos);
    return options.draw.empty() ? Result<void>{} : draw_matches(search.config, options.draw, to_draw);
}

void run_match(Program& program, const MatchOptions& options)
{
    config::Config config;
    options.face_options.apply(config);
    Search search{config, program.exit_code};
    for (const auto& name : options.tiers)
        if (const auto tier = tier_from_name(name)) search.tiers.insert(*tier);
    auto done = read_all_references(search, options);
    if (done && !options.faces.empty()) {
        auto faces = FaceSearch::open(config, options.faces, search.reference_files, search.memory);
        if (faces)
            search.faces = *std::move(faces);
        else
            done = faces.error();
    }
    if (done && !options.background.empty()) done = learn_background(search, options.background);
    if (done) done = match_files(search, program, options);
    if (!done) program.exit_code = print_error(done.error());
}

} // namespace

void add_match_command(Program program)
{
    auto options = std::make_shared<MatchOptions>();
    const auto command = program.app.add_subcommand(
        "match", "Compares pictures and videos with those in a directory; needs no installation.\n"
                 "Exit code 0: compared, whether anything matched or not; 1: a reference or every file "
                 "could not be read");
    const auto references = command.add_option_group("references", "What to look for");
    references.add_option("--references", options->references,
                          "Directory of pictures and videos to look for");
    references.add_option("--references-video", options->reference_videos, "Directory of videos to look for");
    references.add_option(
        "--faces", options->faces,
        "Directory of photographs of people, a directory each: whose faces to look for. What is\n"
        "like one of them is a lead for a person to look at, and never more");
    references.require_options(1, 3);
    command.add_option("--face-profile", options->face_options.profile, "Profile of the models of --faces");
    command.add_option("--face-models", options->face_options.models, "Directory of these models");
    command.add_option("--background", options->background,
                       "Directory of other pictures and videos of the same site: what its frames, buttons "
                       "and watermarks have in\n"
                       "common with references no longer counts");
    command.add_option("--csv", options->csv,
                       "File for the results: a row a match or candidate, or one with none; with videos the\n"
                       "last columns tell when");
    command.add_option(
        "--draw", options->draw,
        "Directory for pictures of each match, reference and find side by side; of a video the\n"
        "surest frame");
    command.add_option("--tiers", options->tiers, "Only these tiers: exact,near,derived")
        .delimiter(',')
        .one_of({"exact", "near", "derived"});
    command.add_option("paths", options->paths, "Pictures and videos, or directories of them").required();
    command.callback([program, options]() mutable { run_match(program, *options); });
}

} // namespace stillwatch::cli
