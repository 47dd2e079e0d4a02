#include "cli/enrol.hpp"

#include "cases/consent.hpp"
#include "cases/references.hpp"
#include "cli/reference_files.hpp"
#include "cli/session.hpp"
#include "cli/videos.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <variant>

namespace stillwatch::cli {

namespace {

// The lowest free "R-01", "R-02", …
std::string next_name(std::set<std::string>& taken)
{
    for (int number = 1;; ++number) {
        auto name = fmt::format("R-{:02}", number);
        if (taken.insert(name).second) return name;
    }
}

struct Enrolment {
    Program& program;
    const config::Config& config;
    std::string pseudonym;
    Bytes public_key;
    std::set<std::string> names;
    json::array added;
    // How much there is to compare in the best so far, and its row; of several pictures people are told
    // which.
    std::size_t most_details = 0;
    std::optional<std::size_t> best{};
    bool covers_videos = false; // the consent
    bool has_videos = false;    // among what was added
};

// "3 of 40" on a terminal, in place.
void show_progress(std::size_t done, std::size_t all)
{
    if (all < 2 || ::isatty(STDERR_FILENO) == 0) return;
    constexpr std::size_t width = 30;
    const auto filled = done * width / all;
    std::string bar(filled, '#');
    bar.append(width - filled, '.');
    fmt::print(stderr, "\r[{}] {} of {} files{}", bar, done, all, done == all ? "\n" : "");
}

// Features that a copy can be known by, in the frame that has most.
std::size_t details_of(const PictureFeatures& features)
{
    std::size_t most = 0;
    for (const auto& frame : features.local)
        most = std::max(most, frame.features.size());
    return most;
}

// Hands over one; `from` says where it came from.
void hand_over(Enrolment& enrolment, const std::string& from, const Result<cases::SealedReference>& sealed)
{
    const auto refuse = [&](const Error& error) {
        auto detail = error.detail;
        if (::isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\033[K"); // the line of progress
        if (!detail.starts_with(from)) detail = fmt::format("{}: {}", from, detail);
        enrolment.program.exit_code = print_error({error.code, detail});
    };
    if (!sealed) return refuse(sealed.error());
    const auto name = next_name(enrolment.names);
    const control::Command command{"reference.add",
                                   {{"case", enrolment.pseudonym},
                                    {"name", name},
                                    {"sealed", to_hex(sealed->bytes)},
                                    {"extractor_version", extractor_version},
                                    {"quality_percent", sealed->quality_percent},
                                    {"weak", sealed->weak},
                                    {"frames", sealed->frames}}};
    const auto reply = run(enrolment.config, command);
    if (!reply) {
        enrolment.names.erase(name);
        return refuse(reply.error());
    }
    json::object row{{"file", from},
                     {"reference", name},
                     {"quality_percent", sealed->quality_percent},
                     {"weak", sealed->weak},
                     {"remark", sealed->weak_reason}};
    enrolment.added.push_back(std::move(row));
}

bool covers_videos(const std::string& scope)
{
    Consent consent;
    consent.scope = scope;
    return cases::covers(consent, "videos");
}

// What is needed to add to the case; says what is wrong and gives nothing where nothing can be added.
std::optional<Enrolment> begin(Program& program, const config::Config& config, const std::string& pseudonym)
{
    const auto shown = run(config, {"case.show", {{"case", pseudonym}}});
    if (!shown) {
        program.exit_code = print_error(shown.error());
        return std::nullopt;
    }
    const auto& c = shown->as_object();
    // As the case is called, however it was typed: the seal is bound to it.
    Enrolment enrolment{program, config, text_member(c, "case").value_or(pseudonym), {}, {}, {}};
    const auto consent = text_member(c, "consent").value_or("");
    if (consent != "valid") {
        const auto detail = fmt::format("{}: consent is {}; nothing can be added", pseudonym, consent);
        program.exit_code = print_error({Errc::refused, detail});
        return std::nullopt;
    }
    const auto* record = c.if_contains("consent_record");
    enrolment.covers_videos = record != nullptr && record->is_object() &&
                              covers_videos(text_member(record->as_object(), "scope").value_or(""));
    const auto key = text_member(c, "public_key").value_or("");
    enrolment.public_key.resize(key.size() / 2);
    (void)from_hex(key, enrolment.public_key); // a wrong key is refused as it is used
    for (const auto& reference : c.at("reference_list").as_array())
        enrolment.names.insert(text_member(reference.as_object(), "name").value_or(""));
    return enrolment;
}

void print_added(const Enrolment& enrolment)
{
    std::vector<std::string_view> columns{"reference", "quality_percent", "weak", "file", "remark"};
    if (enrolment.has_videos) columns.insert(columns.begin() + 3, {"frames", "seconds"});
    print_rows(enrolment.program.global.style(), enrolment.added, columns, "no reference was added");
    if (!enrolment.best || enrolment.added.size() < 2 || enrolment.program.global.style() == Style::json)
        return;
    const auto& row = enrolment.added[*enrolment.best].as_object();
    fmt::print("The best of these: {} ({}): copies of it are surest to be found.\n",
               text_member(row, "reference").value_or(""), text_member(row, "file").value_or(""));
}

// Of pictures that are not weak the one with most details.
void note_best(Enrolment& enrolment, std::size_t before, const PictureFeatures& features)
{
    if (enrolment.added.size() == before) return; // it was refused
    auto& row = enrolment.added.back().as_object();
    const auto details = details_of(features);
    row["details"] = details;
    if (bool_member(row, "weak").value_or(false) || details <= enrolment.most_details) return;
    enrolment.most_details = details;
    enrolment.best = enrolment.added.size() - 1;
}

// What was kept of a video, and what hinders its being whole.
void note_video(Enrolment& enrolment, std::size_t before, const std::string& file,
                const pipeline::EnrolledVideo& video)
{
    if (video.frames_refused > 0)
        fmt::print(stderr, "stillwatch: {}: {} frames could not be read\n", file, video.frames_refused);
    for (const auto bound : video.bounds)
        fmt::print(stderr, "stillwatch: {}: not all of it was looked at: {}\n", file, name_of(bound));
    if (enrolment.added.size() == before) return; // it was refused
    auto& row = enrolment.added.back().as_object();
    row["frames"] = video.record.moments.size();
    row["seconds"] = seconds(video.facts.duration_ms);
    enrolment.has_videos = true;
}

Result<cases::SealedReference> sealed_for(const Enrolment& enrolment, const Result<ReadReference>& read)
{
    if (!read) return read.error();
    if (const auto* features = std::get_if<PictureFeatures>(&*read))
        return cases::seal_reference(enrolment.public_key, enrolment.pseudonym, *features);
    if (!enrolment.covers_videos) return cases::consent_without_videos();
    return cases::seal_reference(enrolment.public_key, enrolment.pseudonym,
                                 std::get<pipeline::EnrolledVideo>(*read).record);
}

// Of a file that is not to be read at all.
bool is_refused_unread(Enrolment& enrolment, const std::filesystem::path& file)
{
    if (enrolment.covers_videos || !is_video_file(file)) return false;
    const auto error = cases::consent_without_videos();
    enrolment.program.exit_code =
        print_error({error.code, fmt::format("{}: {}", file.string(), error.detail)});
    return true;
}

} // namespace

void enrol_files(Program& program, const std::string& pseudonym, const std::vector<std::string>& files)
{
    const auto config = load(program.global);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    auto enrolment = begin(program, *config, pseudonym);
    if (!enrolment) return;
    std::vector<std::filesystem::path> paths(files.begin(), files.end());
    std::erase_if(paths, [&](const auto& file) { return is_refused_unread(*enrolment, file); });
    std::size_t done = 0;
    show_progress(done, paths.size());
    const auto read = read_references(*config, paths, [&](const auto& file, const auto& reference) {
        const auto before = enrolment->added.size();
        hand_over(*enrolment, file.string(), sealed_for(*enrolment, reference));
        if (reference) {
            if (const auto* features = std::get_if<PictureFeatures>(&*reference))
                note_best(*enrolment, before, *features);
            else
                note_video(*enrolment, before, file.string(), std::get<pipeline::EnrolledVideo>(*reference));
        }
        show_progress(++done, paths.size());
    });
    if (!read) program.exit_code = print_error(read.error());
    print_added(*enrolment);
}

void enrol_sealed(Program& program, const std::string& pseudonym, const std::string& file)
{
    const auto config = load(program.global);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    std::ifstream stream(file);
    if (!stream) {
        program.exit_code = print_error({Errc::io, fmt::format("{} cannot be read", file)});
        return;
    }
    auto enrolment = begin(program, *config, pseudonym);
    if (!enrolment) return;
    int number = 0;
    for (std::string line; std::getline(stream, line);) {
        ++number;
        if (line.empty()) continue;
        hand_over(*enrolment, fmt::format("{}:{}", file, number),
                  cases::read_sealed(line, enrolment->public_key));
    }
    print_added(*enrolment);
}

void seal_files(Program& program, const std::string& key, const std::vector<std::string>& files)
{
    const auto config = load_or_defaults(program);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    Bytes public_key(key.size() / 2);
    if (!from_hex(key, public_key)) {
        program.exit_code = print_error(
            {Errc::invalid_argument, "--key: 64 hexadecimal digits, as `case show` prints public_key"});
        return;
    }
    const std::vector<std::filesystem::path> paths(files.begin(), files.end());
    const auto seal = [&](const Result<ReadReference>& read) -> Result<cases::SealedReference> {
        if (!read) return read.error();
        if (const auto* features = std::get_if<PictureFeatures>(&*read))
            return cases::seal_reference(public_key, *features);
        return cases::seal_reference(public_key, std::get<pipeline::EnrolledVideo>(*read).record);
    };
    const auto read = read_references(*config, paths, [&](const auto& file, const auto& reference) {
        const auto sealed = seal(reference);
        if (!sealed) {
            const auto detail = fmt::format("{}: {}", file.string(), sealed.error().detail);
            program.exit_code = print_error({sealed.error().code, detail});
            return;
        }
        fmt::print("{}\n", cases::write_sealed(public_key, *sealed));
        if (sealed->weak)
            fmt::print(stderr, "{}: a weak reference: {}\n", file.string(), sealed->weak_reason);
    });
    if (!read) program.exit_code = print_error(read.error());
}

} // namespace stillwatch::cli
