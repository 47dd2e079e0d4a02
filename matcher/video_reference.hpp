#pragma once

#include "core/digest.hpp"
#include "core/result.hpp"
#include "matcher/reference_codec.hpp"

#include <cstdint>
#include <vector>

// References that are videos: which of their frames are kept, and how what they have in common is searched.
namespace stillwatch::matcher {

// A frame of a video that is to be a reference.
struct ReferenceFrame {
    std::int64_t time_ms = 0;
    PictureFeatures features; // of Detail::reference, with one working frame
};

// A frame is kept when it differs by that much from the last one that was kept, in grey levels of 0..255, or
// when so much time went by: measured, one a shot found as much as one a second (78 of 78 re-posts of six
// videos in two frames at least).
constexpr double new_frame_grey_levels = 12;
constexpr std::int64_t longest_without_frame_ms = 4'000;

// Of a feature that looks alike in many frames of one video, within so many bits of 256, so many frames'
// are searched for; further ones are not. A feature index passes over what more than eight have under one key
// (most_in_run there), so that the standing background of a film would have no voice at all where each frame
// brings it again.
constexpr std::size_t most_alike_searched = 4;
constexpr int alike_bits = 32;

// The record of a video of these frames, in order of time: those of good quality that are not weak, at most
// EnrolledReference::max_moments of them, spread evenly. Where all are weak they are kept and the reference
// is weak, with the reason of the first. Errors: invalid_argument (no frame; one of more working frames).
Result<ReferenceRecord> make_video_record(const Sha256& file_digest, std::vector<ReferenceFrame> frames);

} // namespace stillwatch::matcher
