#pragma once

#include "core/fingerprint.hpp"
#include "vault/sign.hpp"

#include <span>

namespace stillwatch::pipeline {

// What is kept of the face that a lead rests on: on which side of 256 directions it lies, which follow from
// the installation's signing key. Two marks differ in as many of 256 bits as the angle between the faces is
// of half a turn; a mark alone says nothing, and no embedding can be made of it. How far apart those of one
// face are: faces/same_face.hpp.
Fingerprint face_mark(std::span<const float> embedding, const vault::SigningKey& key);

} // namespace stillwatch::pipeline
