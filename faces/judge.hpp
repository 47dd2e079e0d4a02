#pragma once

#include "core/face.hpp"
#include "core/likeness.hpp"
#include "core/match.hpp"
#include "faces/people.hpp"

#include <vector>

namespace stillwatch::faces {

// What to do with weak ones: they are told beside another sign only (a match of the same person on the same
// page, or from the same account).
enum class Weak { left_out, told };

// A lead, and which of the faces it rests on.
struct LeadByFace {
    Match match;
    std::size_t face = 0; // its place in FacesSeen::faces
    Likeness likeness{};
};

// What is kept of how alike they are: `faces` as in People::alike.
Likeness likeness_of(const Resemblance& alike, const Sha256& model, int faces) noexcept;

// What is told of a face that is like an enrolled one.
Match lead_of(const Resemblance& alike, const Face& face);

// The people whom faces of a picture are like: for each the face that is most alike, as a lead. Most alike
// first. None where the faces come from other models than `model`.
std::vector<LeadByFace> leads_in(const FacesSeen& seen, const People& people, const Sha256& model, Weak weak);

} // namespace stillwatch::faces
