#pragma once

#include "cli/face_files.hpp"
#include "core/match.hpp"
#include "faces/judge.hpp"
#include "faces/people.hpp"

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <vector>

namespace stillwatch::cli {

// `match --faces`: people by photographs, a directory each (or all of one directory, where it has no others).
class FaceSearch {
public:
    // Reads the photographs; those that cannot stand for a person are told on standard error and left out.
    // Each that can is appended to `reference_files`, whose place makes its ReferenceId. Errors: not_found
    // (no photograph is left), those of daemon::face_setup.
    static Result<std::unique_ptr<FaceSearch>> open(const config::Config& config,
                                                    const std::string& directory,
                                                    std::vector<std::filesystem::path>& reference_files,
                                                    std::pmr::memory_resource& memory);

    // Looks at the files; afterwards leads_of() tells of each. Errors: no process can be started.
    Result<void> look_at(const std::vector<std::filesystem::path>& files);
    // `is_beside_another`: the file matches otherwise, so that weak leads count. An error where the faces of
    // the file could not be read.
    Result<std::vector<Match>> leads_of(const std::filesystem::path& file, bool is_beside_another) const;
    std::size_t faces_seen() const noexcept { return faces_seen_; }
    std::size_t people() const noexcept { return people_->size(); }

private:
    struct Leads {
        std::vector<faces::LeadByFace> sure;
        std::vector<faces::LeadByFace> weak_too;
    };

    FaceSearch(const config::Config& config, daemon::FaceSetup setup)
        : config_(config), setup_(std::move(setup))
    {
    }
    Result<void> enrol(const std::string& directory, std::vector<std::filesystem::path>& reference_files,
                       std::pmr::memory_resource& memory);

    const config::Config& config_;
    daemon::FaceSetup setup_;
    std::unique_ptr<faces::People> people_;
    std::map<ReferenceId, std::array<double, 4>> boxes_; // in the unit square of each photograph
    std::map<std::filesystem::path, Result<Leads>> looked_;
    std::size_t faces_seen_ = 0;
};

} // namespace stillwatch::cli
