#pragma once

#include "core/fingerprint.hpp"
#include "vault/sign.hpp"

#include <span>

namespace stillwatch::pipeline {

// What is kept of the face that a lead rests on: on which side of 256 directions it lies, which follow from
// the installation's signing key. Two marks differ in as many of 256 bits as the angle between the faces is
// of half a turn; a mark alone says nothing, and no embedding can be made of it.
Fingerprint face_mark(std::span<const float> embedding, const vault::SigningKey& key);

// Two marks are of one face, seen in copies of one photograph or in neighbouring frames: a similarity of
// about .83. Two photographs of one person are at .6 and 76 bits, with a spread of 7; so a stranger's face
// that was dismissed silences no face of the person (docs/decisions/0024-faces.md).
constexpr int same_face_bits = 48;
// From here on two marks are of two people: a similarity of .38 and less. Four of 10 000 pairs of strangers
// and 98 of 100 pairs of one person exceed it (LFW).
constexpr int other_face_bits = 96;

} // namespace stillwatch::pipeline
