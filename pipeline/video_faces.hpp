#pragma once

#include "core/async.hpp"
#include "core/video_reader.hpp"
#include "faces/tracks.hpp"
#include "pipeline/face_leads.hpp"
#include "pipeline/services.hpp"
#include "pipeline/video_comparison.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::pipeline {

// A lead by a face of a video, and when it is seen.
struct VideoFaceLead {
    FaceLead lead;
    videos::VideoMatch match; // the same, with the span
};

// Looks for people on the frames of a video that are compared anyway: faces are linked over time, each track
// is compared once. Embeddings live as long as this. Loop thread; everything given must outlive it.
class VideoFaces {
public:
    VideoFaces(const Services& services, Url video, std::string site);
    VideoFaces(const VideoFaces&) = delete;
    VideoFaces& operator=(const VideoFaces&) = delete;

    bool is_wanted() const;
    // One frame; given as long as it takes. What cannot be read is counted.
    Task<> look(const FrameBeside& frame);
    // Once, after all frames: people whom a track is like, as workers say that served no other site (`reader`
    // is asked for the frames again). Errors: those of VideoReader; cancelled.
    Task<Result<std::vector<VideoFaceLead>>> leads(VideoReader& reader);
    // Of reading faces: io or lost, which says nothing of the video.
    const std::optional<Error>& trouble() const { return trouble_; }

private:
    struct Linked {
        std::vector<faces::Track> tracks;
        std::vector<faces::LeadByTrack> leads;
    };
    Task<Result<FacesSeen>> faces_in(std::shared_ptr<const Bytes> picture, Trust trust);
    Task<Result<bool>> is_seen_again(VideoReader& reader, const faces::Track& track, CaseId id,
                                     LeadFace& face);
    // In the CPU pool: linking and comparing some thousand faces would hold the loop up.
    Task<Linked> linked();

    const Services& services_;
    Url video_;
    std::string site_;
    std::optional<faces::Tracks> tracks_;
    std::map<std::int64_t, Fingerprint> marks_; // of frames with faces, by time (pipeline/picture_mark.hpp)
    std::optional<Error> trouble_;
};

} // namespace stillwatch::pipeline
