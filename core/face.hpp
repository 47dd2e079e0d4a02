#pragma once

#include "core/digest.hpp"
#include "core/match.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace stillwatch {

// A face that was seen in a picture. Of people who are not enrolled it lives as long as the comparison of its
// picture and is written nowhere.
struct Face {
    std::array<double, 4> box{};  // left, top, width, height in pixels of the picture as it is shown
    double score = 0;             // of the detector, 0..1
    double side_px = 0;           // width of the face in the pixels that were decoded
    double norm = 0;              // of the embedding before it was made of unit length: how clear the face is
    int frame = 0;                // of the picture's frames
    std::vector<float> embedding; // unit length, as many numbers as the model's profile says

    friend bool operator==(const Face&, const Face&) = default;
};

// What a worker tells of the faces in a picture.
struct FacesSeen {
    static constexpr std::size_t max_faces = 64;
    static constexpr std::size_t max_dimension = 2'048;

    int width_px = 0; // of the picture as it is shown
    int height_px = 0;
    Sha256 model{};             // which profile's models they come from (faces/profile.hpp)
    std::vector<Face> faces;    // that passed the gates, largest first
    std::uint32_t left_out = 0; // faces that a gate kept out: too small, too doubtful, too unclear
    bool is_in_part = false;    // the time or the number of faces allowed left some of the picture out

    friend bool operator==(const FacesSeen&, const FacesSeen&) = default;
};

// Overwrites the embeddings: of faces that are nobody's nothing may live on.
void wipe(FacesSeen& seen) noexcept;

// How much alike a face and an enrolled person are, by how often strangers are so much alike
// (faces/judge.hpp). Never a probability.
enum class Band : std::uint8_t { weak, lead, strong };
std::string_view name_of(Band band) noexcept;
// What Match::score says of tier resemblance: one number a band, since a finer one would be read as a
// probability. Below every score of the other tiers' leads.
double score_of(Band band) noexcept;
// Nothing for matches of other tiers.
std::optional<Band> band_of(const Match& match) noexcept;

} // namespace stillwatch
