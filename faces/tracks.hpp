#pragma once

#include "core/face.hpp"
#include "faces/judge.hpp"
#include "faces/people.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stillwatch::faces {

// A face over the frames of a video.
struct Track {
    std::vector<float> probe;          // what is compared: the mean of the best, of unit length
    int faces = 0;                     // that the mean is of, 1 to 5
    std::vector<std::int64_t> best_ms; // of these, rising
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 0;
    std::size_t frames = 0;       // that show it
    Face clearest;                // by its norm; without its embedding
    std::int64_t clearest_ms = 0; // when it is seen
};

// A track that is long enough is compared as the mean of so many of its clearest faces, a shorter one as its
// clearest face. The thresholds for means are of that many photographs; frames of one shot are more alike, so
// the gain is smaller (docs/decisions/0024-faces.md).
constexpr std::size_t most_of_mean = 5;
constexpr std::size_t least_of_mean = 3;

// Links faces of neighbouring frames: boxes that overlap by .3, similarity from .5, at most five seconds
// between them. Holds embeddings in memory, a bounded number; all are overwritten by its end.
class Tracks {
public:
    // Faces of videos are worse than their size tells: below it they are left out.
    static constexpr double least_side_px = 40;
    static constexpr std::size_t max_faces = 2'000; // later ones are left out

    explicit Tracks(const Sha256& model) : model_(model) {}
    Tracks(const Tracks&) = delete;
    Tracks& operator=(const Tracks&) = delete;
    ~Tracks();

    // What a frame shows; frames come in any order. Faces that other models read are left out.
    void add(std::int64_t time_ms, FacesSeen seen);
    // Longest first.
    std::vector<Track> tracks() const;
    bool is_full() const noexcept { return faces_.size() >= max_faces; }

private:
    struct Sighting {
        std::int64_t time_ms = 0;
        Face face;
    };
    Sha256 model_;
    std::vector<Sighting> faces_;
};

void wipe(Track& track) noexcept;

// A lead, and which of the tracks it rests on.
struct LeadByTrack {
    Match match;
    std::size_t track = 0;
    Likeness likeness{};
};
// Of each person the track that is most alike. A track that is too short for a mean is no weak lead.
// `model`: that read the tracks.
std::vector<LeadByTrack> leads_in(std::span<const Track> tracks, const People& people, const Sha256& model);

// The mean of the faces that are like the track (similarity from .5), one a frame: what another reading of
// its frames saw. `faces` of it 0: none.
Track seen_again(const Track& track, std::span<const FacesSeen> frames);

} // namespace stillwatch::faces
