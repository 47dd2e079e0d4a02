#pragma once

#include "cli/output.hpp"
#include "config/config.hpp"
#include "core/match.hpp"
#include "pipeline/animation_json.hpp"
#include "pipeline/comparison.hpp"
#include "pipeline/video_comparison.hpp"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace stillwatch::cli {

// What a picture showed, and of an animated one when.
struct ComparedPicture {
    pipeline::Compared compared;
    std::map<ReferenceId, std::vector<pipeline::AnimationSpan>> shown{};
    std::optional<Error> times_unread{}; // it may move, but when its frames are seen is not known
};

// What a file showed: a picture, or a video.
using Looked = std::variant<ComparedPicture, pipeline::ComparedVideo>;

// Whether the rows tell times, too: only where videos are among what is compared.
enum class Times { none, told };

// Rows of `stillwatch match`: on standard output, and in a CSV file where one is asked for.
class MatchOutput {
public:
    // `references` by number: ReferenceId{n} is references[n - 1]; they outlive the output. Errors: io.
    static Result<MatchOutput> open(Style style, const std::string& csv,
                                    const std::vector<std::filesystem::path>& references, std::size_t files,
                                    Times times);

    // One file's rows: each match and candidate, or that there is none. The row of a video, or of an animated
    // picture, tells of the stretch with the surest frame; JSON has all of them.
    void tell(const std::filesystem::path& file, const Result<Looked>& looked);
    // Files told so far that could not be read.
    std::size_t unread() const { return unread_; }
    // Errors: io, when the CSV file could not be written whole.
    Result<void> close();

private:
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

    MatchOutput(Style style, std::string csv_name, File csv,
                const std::vector<std::filesystem::path>& references, std::size_t files, Times times)
        : style_(style), csv_name_(std::move(csv_name)), csv_(std::move(csv)), references_(&references),
          files_(files), times_(times)
    {
    }
    void tell_none(const std::string& file, const Error* error);
    void tell_match(const std::string& file, const Match& match, const videos::VideoMatch* of_video);
    std::string reference_name(const Match& match) const;
    void show_progress();

    Style style_;
    std::string csv_name_;
    File csv_;
    const std::vector<std::filesystem::path>* references_;
    std::size_t files_;
    Times times_;
    std::size_t told_ = 0;
    std::size_t unread_ = 0;
};

// A match that is to be drawn.
struct DrawnMatch {
    std::filesystem::path file;
    std::filesystem::path reference;
    Match match;
    std::optional<std::int64_t> file_time_ms{}; // of the frame, where the file is a video
    // Where the reference is one; nothing where match.reference_time_ms has it not: its very file.
    std::optional<std::int64_t> reference_time_ms{};
};

// Writes one PNG a match into `directory`, which is made where it is missing. Errors: io.
Result<void> draw_matches(const config::Config& config, const std::filesystem::path& directory,
                          const std::vector<DrawnMatch>& matches);

} // namespace stillwatch::cli
