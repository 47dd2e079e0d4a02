#pragma once

#include "core/match.hpp"
#include "videos/matching/compared_frame.hpp"
#include "videos/matching/sequence.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace stillwatch::videos {

// A stretch of a video that shows a reference: from the first frame that does to the last one. Frames in
// between that do not are few, or were not compared because nothing had changed.
struct Span {
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 0;
    std::int64_t best_ms = 0; // of the surest frame
    Match best{};             // what the picture's judge said of it
    std::size_t frames = 0;   // that show it
    bool is_confirmed = false;

    friend bool operator==(const Span&, const Span&) = default;
};

// Frames that show a reference belong to one span where no more than that lies between them, or no frame that
// was compared.
constexpr std::int64_t most_within_span_ms = 5'000;

// The stretches in which frames are accepted for the reference, by time. `frames` by rising time.
std::vector<Span> spans_of(std::span<const ComparedFrame> frames, ReferenceId reference);

// What a video is to a reference.
struct VideoMatch {
    // Of the surest frame; its status is that of the video: a match where a span is confirmed, a candidate
    // where no frame that shows the reference has a neighbour that does.
    Match best{};
    std::int64_t best_ms = 0;
    std::vector<Span> spans{};      // by time; of a match the confirmed ones
    std::size_t frames_matched = 0; // accepted for it, neighbours included
    // Of a reference that is a video: how it runs in the found one, where that can be told, and which of its
    // times were met, whatever their order.
    std::optional<Sequence> sequence{};
    std::optional<std::int64_t> reference_from_ms{};
    std::optional<std::int64_t> reference_to_ms{};
};

// The verdicts over all frames of a video: matches surest first, then candidates; one for each reference.
// Candidates are references that frames are accepted for without a neighbour, and other photographs of the
// scene (Relation::same_scene) in two frames that are as far apart as neighbours at least. `frames` by rising
// time, neighbours among them.
std::vector<VideoMatch> video_matches(std::span<const ComparedFrame> frames);

} // namespace stillwatch::videos
