#pragma once

#include "core/video_reader.hpp"
#include "matcher/reference_codec.hpp"
#include "pipeline/video_comparison.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace stillwatch::pipeline {

struct EnrolledVideo {
    matcher::ReferenceRecord record;
    VideoFacts facts;
    std::size_t frames_read = 0;    // of which the record keeps some
    std::size_t frames_refused = 0; // not whole, damaged, or too small to compare
    std::vector<VideoBound> bounds; // that were reached
};

// Makes a reference of a video: fingerprints of frames that are new by matcher::new_frame_grey_levels, and of
// one each matcher::longest_without_frame_ms where nothing changes. The frames are dropped as they are read.
// Errors: those of VideoReader and Inspector; invalid_argument (no frame can be compared). Loop thread.
Task<Result<EnrolledVideo>> enrol_video(VideoReader& reader, Inspector& inspector, Sha256 file_digest,
                                        std::function<void(const VideoProgress&)> tell);

} // namespace stillwatch::pipeline
