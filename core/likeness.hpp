#pragma once

#include "core/digest.hpp"

namespace stillwatch {

// How alike the face of a lead was, and what was compared: kept beside the lead for `faces calibrate`, which
// counts what people decided of leads. Told to nobody with the lead, for it would be read as a probability.
struct Likeness {
    Sha256 model{};     // that read the face (faces/profile.hpp)
    int hundredths = 0; // of the similarity, rounded down, 0..100
    int references = 1; // that the person was known by
    int faces = 1;      // of one track that the probe was the mean of

    friend bool operator==(const Likeness&, const Likeness&) = default;
};

} // namespace stillwatch
