#pragma once

#include "core/fingerprint.hpp"
#include "pictures/picture.hpp"

namespace stillwatch::features {

// The PDQ-compatible fingerprints of a picture in its eight orientations, and PDQ's quality.
//
// The method (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019):
// sides above 512 px are sampled to 512 x 512; luma is smoothed by a tent (two box filters of 1/128 of the
// side) and sampled to 64 x 64; of its cosine transform the 16 x 16 lowest frequencies without the constant
// ones are compared with their median. Turning the picture transposes that block or changes signs in it.
Frame fingerprint(const pictures::Luma& picture);

// The same of a picture of which `picture` is a smaller version, each pixel the mean of several: a few bits
// off.
Frame coarse_fingerprint(const pictures::Luma& picture, int full_width_px, int full_height_px);

// The same with each of the eight computed from the turned picture itself. PDQ's filters are not symmetric at
// even widths: a small picture that was turned differs from the turned transform by 20 to 34 bits. Eight
// times as dear, so for references; then what is searched for needs only its first fingerprint.
Frame fingerprint_of_turns(const pictures::Luma& picture);

} // namespace stillwatch::features
