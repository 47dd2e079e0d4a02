#pragma once

#include "core/video_reader.hpp"
#include "pipeline/comparison.hpp"
#include "videos/matching/video_match.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::pipeline {

// How far the reading of a video is.
struct VideoProgress {
    std::int64_t time_ms = 0;     // of the frame that was looked at last
    std::int64_t duration_ms = 0; // 0: the file does not tell
    std::size_t frames = 0;       // looked at so far
};

// A look at a file that is too large to be fetched: stretches of it, spread over its length, a frame a
// second.
struct SpreadLook {
    std::uint64_t file_bytes = 0;
    std::uint64_t bytes = 0; // that the stretches may cost, about
};

// Of one stretch: what a reader asks for at a time. More stretches than that cost a host too many requests.
constexpr std::uint64_t stretch_bytes = std::uint64_t{2} << 20U;
constexpr std::size_t most_stretches = 24;

// Frames that are compared of one video at most: a reader keeps far below (videos/limits.hpp, most_doubts),
// and one that does not is no longer believed.
constexpr std::size_t most_frames_compared = 4'000;

// The times that are looked at in them, rising; none where it is not known how long the video lasts.
std::vector<std::int64_t> times_of(const SpreadLook& look, std::int64_t duration_ms);

// A frame that was compared.
struct FrameBeside {
    std::int64_t time_ms = 0;
    std::shared_ptr<const Bytes> picture;
    std::optional<Fingerprint> fingerprint; // as it stands
};

struct VideoTerms {
    // What each frame is compared with; its file_digest is that of the whole video, where it is known.
    ComparisonTerms frames;
    VideoPass pass = VideoPass::look;
    std::optional<SpreadLook> spread{}; // then the pass is a glance, with these stretches beside it
    std::string site{};                 // whose it is, as of a Document
    std::function<void(const VideoProgress&)> tell{}; // after each frame; may be empty
    // Looks at each frame that was compared for something else besides; may be empty.
    std::function<Task<>(const FrameBeside&)> beside{};
};

// What a video showed.
struct ComparedVideo {
    VideoFacts facts;
    // Surest first, one a reference. Where the file is the reference's very file there is neither span nor
    // frame.
    std::vector<videos::VideoMatch> matches;
    std::size_t frames_compared = 0; // neighbours included
    std::size_t frames_refused = 0;  // not whole, damaged, or not to be compared
    std::size_t frames_lost = 0;     // over which workers were lost: another day may tell what they show
    std::vector<VideoBound> bounds;  // that were reached
    std::optional<Error> stopped{};  // reading ended early; the frames until then count
    std::vector<matcher::PartKey> parts_of_others; // for the site's TemplateMemory
    std::int64_t generation = 0; // the smallest of the references that frames were compared with
    std::optional<cases::GuardReason> guarded{}; // a frame nobody may look at: then nothing is told of others
};

// Compares the chosen frames of a video like pictures, looks for neighbours of those that show a reference
// (videos/matching/confirmation.hpp), and judges over time. The reader has all of the file that it will get.
// Errors: those of VideoReader where no frame could be read, and the file is no reference's; undecodable
// where every frame was refused, lost where it has more frames than a reader tells. Loop thread.
Task<Result<ComparedVideo>> compare_video(VideoReader& reader, Inspector& inspector, asio::thread_pool& cpu,
                                          VideoTerms terms);

} // namespace stillwatch::pipeline
