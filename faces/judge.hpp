#pragma once

#include "core/face.hpp"
#include "core/match.hpp"
#include "faces/people.hpp"

#include <vector>

namespace stillwatch::faces {

// What to do with weak ones: they are told beside another sign only (a match of the same person on the same
// page, or from the same account).
enum class Weak { left_out, told };

// The people whom faces of a picture are like: for each the face that is most alike, as a lead. Most alike
// first. None where the faces come from other models than `model`.
std::vector<Match> leads_in(const FacesSeen& seen, const People& people, const Sha256& model, Weak weak);

// Overwrites the embeddings: of faces that are nobody's nothing may live on.
void wipe(FacesSeen& seen) noexcept;

} // namespace stillwatch::faces
