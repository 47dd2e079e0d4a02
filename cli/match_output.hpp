#pragma once

#include "cli/output.hpp"
#include "config/config.hpp"
#include "core/match.hpp"
#include "pipeline/comparison.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace stillwatch::cli {

// Rows of `stillwatch match`: on standard output, and in a CSV file where one is asked for.
class MatchOutput {
public:
    // `references` by number: ReferenceId{n} is references[n - 1]; they outlive the output. Errors: io.
    static Result<MatchOutput> open(Style style, const std::string& csv,
                                    const std::vector<std::filesystem::path>& references,
                                    std::size_t pictures);

    // One picture's rows: each match and candidate, or that there is none.
    void tell(const std::filesystem::path& file, const Result<pipeline::Compared>& compared);
    // Pictures told so far that could not be read.
    std::size_t unread() const { return unread_; }
    // Errors: io, when the CSV file could not be written whole.
    Result<void> close();

private:
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

    MatchOutput(Style style, std::string csv_name, File csv,
                const std::vector<std::filesystem::path>& references, std::size_t pictures)
        : style_(style), csv_name_(std::move(csv_name)), csv_(std::move(csv)), references_(&references),
          pictures_(pictures)
    {
    }
    void show_progress();

    Style style_;
    std::string csv_name_;
    File csv_;
    const std::vector<std::filesystem::path>* references_;
    std::size_t pictures_;
    std::size_t told_ = 0;
    std::size_t unread_ = 0;
};

// A match that is to be drawn.
struct DrawnMatch {
    std::filesystem::path file;
    std::filesystem::path reference;
    Match match;
};

// Writes one PNG a match into `directory`, which is made where it is missing. Errors: io.
Result<void> draw_matches(const config::Config& config, const std::filesystem::path& directory,
                          const std::vector<DrawnMatch>& matches);

} // namespace stillwatch::cli
