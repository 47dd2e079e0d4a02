#pragma once

#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "core/id.hpp"
#include "core/list_digests.hpp"
#include "matcher/agreement.hpp"
#include "matcher/alignment.hpp"

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

namespace stillwatch::matcher {

// Of a reference that is a video: what is known of one of its frames besides the features.
struct ReferenceMoment {
    std::int64_t time_ms = 0; // from the beginning of the video
    // Of its local features so many, the first ones, are searched for: what stands still in a film is in
    // every frame, and what everything has finds nothing (matcher/video_reference.hpp).
    std::uint32_t searched_features = 0;

    friend bool operator==(const ReferenceMoment&, const ReferenceMoment&) = default;
};

// A photograph of the person's face, which is no picture to look for: what is kept of it.
struct ReferenceFace {
    Sha256 model;                 // that read it (faces/profile.hpp); others are not comparable
    Sha256 picture;               // of the photograph's file, so that it is enrolled once
    std::vector<float> embedding; // unit length

    friend bool operator==(const ReferenceFace&, const ReferenceFace&) = default;
};

// A reference as it was opened: what to compare with, and whose it is.
struct EnrolledReference {
    // Frames kept of a reference that is a video: half an hour has one in a quarter of a minute.
    static constexpr std::size_t max_moments = 120;

    ReferenceId reference;
    CaseId case_id;
    Sha256 file_digest;
    PictureFeatures features; // of Detail::reference; of a video's frames one working frame each
    // Of a hash-only reference all there is: no features, and the digests above are 0.
    std::optional<ListedHash> listed{};
    // One a working frame where it is a video, in their order; else none.
    std::vector<ReferenceMoment> moments{};
    // Of a face all there is, like a hash.
    std::optional<ReferenceFace> face{};

    friend bool operator==(const EnrolledReference&, const EnrolledReference&) = default;
};

// What is local in one frame of a reference.
struct StoredFrame {
    Size size; // of the working frame
    std::pmr::vector<LocalFeature> features;
    StoredSignGrid sign_grid;
};

// A reference in the memory that holds references; shared by every set that has it.
struct StoredReference {
    // Copies; what it was given is the caller's to wipe (see wipe below). Throws std::invalid_argument where
    // a video's moments are not one a working frame, or search for more features than it has.
    StoredReference(const EnrolledReference& enrolled, std::pmr::memory_resource& memory);

    ReferenceId reference;
    CaseId case_id;
    Sha256 file_digest;
    Sha256 data_digest;
    std::pmr::vector<Frame> frames; // eight fingerprints each, plain and trimmed
    std::pmr::vector<StoredFrame> local;
    std::pmr::vector<ListedHash> listed;       // one where it is hash-only: then nothing else is known
    std::pmr::vector<ReferenceMoment> moments; // one a local frame where it is a video, else none

    // Of a face: the numbers, the models that they come from and the photograph's digest.
    std::pmr::vector<float> face;
    Sha256 face_model{};
    Sha256 face_picture{};

    bool is_face() const noexcept { return !face.empty(); }
    bool is_video() const noexcept { return !moments.empty(); }
    // The features of a local frame that are searched for.
    std::span<const LocalFeature> searched(std::size_t frame) const noexcept
    {
        const std::span<const LocalFeature> all(local[frame].features);
        return is_video() ? all.first(moments[frame].searched_features) : all;
    }
    bool is_hash_only() const noexcept { return !listed.empty(); }
};

// Overwrites fingerprints, features and digests of references that were copied.
void wipe(std::vector<EnrolledReference>& references) noexcept;

} // namespace stillwatch::matcher
