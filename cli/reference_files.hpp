#pragma once

#include "config/config.hpp"
#include "core/fingerprint.hpp"
#include "core/result.hpp"
#include "pipeline/video_enrolment.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

namespace stillwatch::cli {

// What a file gives as a reference: a picture's features, or a record of frames of a video.
using ReadReference = std::variant<PictureFeatures, pipeline::EnrolledVideo>;

// Reads pictures and videos in restricted processes, several at a time. `each` is called in the order of
// `files`. Errors: only when no worker can be started; what is wrong with a file goes to `each`.
using EachReference =
    std::function<void(const std::filesystem::path& file, const Result<ReadReference>& reference)>;
Result<void> read_references(const config::Config& config, const std::vector<std::filesystem::path>& files,
                             const EachReference& each);

// A picture, or a frame of a video.
struct FrameFeatures {
    std::optional<std::int64_t> time_ms; // in the video
    PictureFeatures features;            // of Detail::hashes
};

// The same of what is only looked at: a picture, or the frames of a video that a look chooses.
using EachFrames =
    std::function<void(const std::filesystem::path& file, const Result<std::vector<FrameFeatures>>& frames)>;
Result<void> read_frames(const config::Config& config, const std::vector<std::filesystem::path>& files,
                         const EachFrames& each);

} // namespace stillwatch::cli
