#pragma once

#include "core/binary.hpp"
#include "core/face.hpp"

#include <optional>

// How faces are written into an answer (sandbox/messages.hpp).
namespace stillwatch::sandbox {

void write_faces(BinaryWriter& writer, const FacesSeen& seen);

// Nothing where it is none, over a bound of FacesSeen, or holds a number that none can have: an embedding
// that is not of unit length, a box without a size.
std::optional<FacesSeen> read_faces(BinaryReader& reader);

} // namespace stillwatch::sandbox
