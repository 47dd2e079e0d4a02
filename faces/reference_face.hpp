#pragma once

#include "core/face.hpp"
#include "core/result.hpp"
#include "faces/profile.hpp"

#include <string>
#include <vector>

namespace stillwatch::faces {

// The one face of a photograph that may stand for a person. Errors: refused, with what to improve in plain
// words (no face, several, too small, unclear).
Result<Face> reference_face(const FacesSeen& seen, const Gates& gates);

// Which faces of a set do not look like the others: their similarity with most of them is below the gate
// (with two, both do: nobody can tell which is the wrong one). Positions in `faces`; empty for less than two.
std::vector<std::size_t> odd_ones(const std::vector<std::vector<float>>& faces, const Gates& gates);

// What so many references cost or bring, in one sentence; empty from three to ten on.
std::string advice_for(std::size_t references);

} // namespace stillwatch::faces
