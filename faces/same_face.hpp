#pragma once

// How far apart the marks of two faces are (pipeline/face_mark.hpp), in bits of 256.
namespace stillwatch::faces {

// Two marks are of one face, seen in copies of one photograph or in neighbouring frames: a similarity of
// about .83. Two photographs of one person are at .6 and 76 bits, with a spread of 7; so a stranger's face
// that was dismissed silences no face of the person (docs/decisions/0024-faces.md).
constexpr int same_face_bits = 48;
// From here on two marks are of two people: a similarity of .38 and less. Four of 10 000 pairs of strangers
// and 98 of 100 pairs of one person exceed it (LFW).
constexpr int other_face_bits = 96;

} // namespace stillwatch::faces
