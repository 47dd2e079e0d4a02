#pragma once

#include "core/face.hpp"
#include "faces/profile.hpp"
#include "faces/reading/detector.hpp"
#include "faces/reading/embedder.hpp"
#include "pictures/picture.hpp"

#include <chrono>
#include <filesystem>
#include <vector>

namespace stillwatch::faces {

struct FindLimits {
    // After it no further part of a picture is looked at: a further tile, turn or frame, or another face.
    // What is under way is finished.
    std::chrono::milliseconds time{1'500};
    std::size_t max_faces = FacesSeen::max_faces; // embedded of one picture
    int max_frames = 4;                           // of what moves
};

// Faces of decoded pictures, by the models of a profile. It works on grey, which is all that the decoders
// give: the embedder finds people in grey pictures as well as in coloured ones
// (docs/decisions/0024-faces.md). One thread; made for a restricted worker: nothing is opened after load().
class FaceFinder {
public:
    // Reads the models and runs each once, so that nothing has to be set up behind the filter. Errors: those
    // of read_model; malformed (a file is no network that fits the profile).
    static Result<FaceFinder> load(const Profile& profile, const std::filesystem::path& models);

    // Faces that pass the gates of probes, largest first. Errors: undecodable (a network failed on it).
    Result<FacesSeen> find(const pictures::Picture& picture, const FindLimits& limits = {});

private:
    struct Found {
        cv::Mat upright; // the frame as the face stands in it
        Detection face;  // in its pixels
        int turns = 0;   // quarter turns to the right that made it upright
    };
    using Deadline = std::chrono::steady_clock::time_point;

    FaceFinder(Profile profile, Detector detector, std::vector<Embedder> embedders);
    Result<std::vector<Detection>> detect(const cv::Mat& frame, double scale);
    Result<std::vector<Detection>> first_pass(const cv::Mat& frame);
    Result<int> better_turn(const cv::Mat& frame, double best);
    Result<bool> look_in_tiles(const cv::Mat& frame, std::vector<Detection>& faces, Deadline deadline);
    Result<std::vector<Found>> find_in(const cv::Mat& frame, Deadline deadline, bool& is_in_part);
    Result<std::optional<Face>> embedded(const Found& found);

    Profile profile_;
    Sha256 model_;
    Detector detector_;
    std::vector<Embedder> embedders_;
};

} // namespace stillwatch::faces
