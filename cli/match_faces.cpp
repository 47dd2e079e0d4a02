#include "cli/match_faces.hpp"

#include "cli/pictures.hpp"
#include "cli/videos.hpp"
#include "faces/judge.hpp"
#include "faces/reference_face.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::cli {

namespace {

namespace fs = std::filesystem;

struct Photograph {
    fs::path file;
    std::vector<float> embedding;
};

// left, top, right, bottom in the unit square.
std::array<double, 4> unit_box(const FacesSeen& seen, const Face& face)
{
    const auto& [left, top, width, height] = face.box;
    return {left / seen.width_px, top / seen.height_px, (left + width) / seen.width_px,
            (top + height) / seen.height_px};
}

} // namespace

Result<std::unique_ptr<FaceSearch>> FaceSearch::open(const config::Config& config,
                                                     const std::string& directory,
                                                     std::vector<fs::path>& reference_files,
                                                     std::pmr::memory_resource& memory)
{
    auto setup = daemon::face_setup(config);
    if (!setup) return setup.error();
    std::unique_ptr<FaceSearch> search(new FaceSearch(config, *std::move(setup)));
    if (const auto enrolled = search->enrol(directory, reference_files, memory); !enrolled)
        return enrolled.error();
    return search;
}

Result<void> FaceSearch::enrol(const std::string& directory, std::vector<fs::path>& reference_files,
                               std::pmr::memory_resource& memory)
{
    const auto files = files_below(directory);
    if (!files) return files.error();
    const auto& gates = setup_.profile.gates;
    std::map<fs::path, std::vector<Photograph>> people; // by directory
    std::vector<faces::EnrolledFace> enrolled;
    const auto read = read_faces(config_, setup_, *files, [&](const fs::path& file, const auto& seen) {
        const auto face = seen ? faces::reference_face(*seen, gates) : Result<Face>(seen.error());
        if (!face) {
            fmt::print(stderr, "stillwatch: {} cannot stand for a person: {}\n", file.string(),
                       face.error().detail);
            return;
        }
        reference_files.push_back(file);
        boxes_[ReferenceId{static_cast<std::int64_t>(reference_files.size())}] = unit_box(*seen, *face);
        people[file.parent_path()].push_back({file, face->embedding});
    });
    if (!read) return read.error();
    if (people.empty())
        return Error{Errc::not_found,
                     fmt::format("{}: no photograph in it can stand for a person", directory)};
    std::int64_t number = 0;
    for (const auto& [folder, photographs] : people) {
        ++number;
        std::vector<std::vector<float>> embeddings;
        for (const auto& one : photographs)
            embeddings.push_back(one.embedding);
        for (const auto odd : faces::odd_ones(embeddings, gates))
            fmt::print(stderr,
                       "stillwatch: {} is not like the others in its directory: is it the same person?\n",
                       photographs[odd].file.string());
        if (const auto advice = faces::advice_for(photographs.size()); !advice.empty())
            fmt::print(stderr, "stillwatch: {}: {}\n", folder.string(), advice);
        for (const auto& one : photographs) {
            const auto place = std::ranges::find(reference_files, one.file) - reference_files.begin();
            enrolled.push_back({ReferenceId{place + 1}, CaseId{number}, one.embedding});
        }
    }
    people_ = std::make_unique<faces::People>(enrolled, setup_.profile.thresholds, setup_.budget, memory);
    return {};
}

Result<void> FaceSearch::look_at(const std::vector<fs::path>& files)
{
    std::vector<fs::path> pictures;
    std::ranges::copy_if(files, std::back_inserter(pictures),
                         [](const auto& file) { return !is_video_file(file); });
    const auto model = setup_.profile.model();
    return read_faces(config_, setup_, pictures, [&](const fs::path& file, const auto& seen) {
        if (!seen) {
            looked_.emplace(file, seen.error());
            return;
        }
        faces_seen_ += seen->faces.size();
        looked_.emplace(file, Leads{faces::leads_in(*seen, *people_, model, faces::Weak::left_out),
                                    faces::leads_in(*seen, *people_, model, faces::Weak::told)});
    });
}

Result<std::vector<Match>> FaceSearch::leads_of(const fs::path& file, bool is_beside_another) const
{
    const auto found = looked_.find(file);
    if (found == looked_.end()) return std::vector<Match>{}; // a video
    if (!found->second) return found->second.error();
    std::vector<Match> leads;
    for (const auto& lead : is_beside_another ? found->second->weak_too : found->second->sure) {
        leads.push_back(lead.match);
        if (const auto box = boxes_.find(lead.match.reference); box != boxes_.end())
            leads.back().placement->edited = box->second;
    }
    return leads;
}

} // namespace stillwatch::cli
