#pragma once

#include "features/extract.hpp"

namespace stillwatch::features {

// Points of a working frame with their descriptors: corners (FAST, ranked by Harris' measure) at eight
// scales, spread over the frame, each with the direction in which its surroundings grow brighter (Rublee et
// al., "ORB", 2011). References have fewer and spend more on finding them. Below Detail::query: none.
LocalFeatures local_features(const DecodedFrames::Grey& frame, Detail detail);
// Those of a part of a found picture: fewer, for there are many parts.
LocalFeatures part_features(const DecodedFrames::Grey& frame);

} // namespace stillwatch::features
