#pragma once

#include "core/fingerprint.hpp"
#include "vault/sign.hpp"

namespace stillwatch::pipeline {

// The fingerprint of a found picture as it may rest in cases.db: distances between two marks are those
// between the fingerprints, and a mark alone says nothing. A copy's own fingerprint is that of the reference,
// which rests sealed only. The mask follows from the installation's signing key; with another one pictures
// form new classes.
Fingerprint picture_mark(const Fingerprint& fingerprint, const vault::SigningKey& key);

} // namespace stillwatch::pipeline
