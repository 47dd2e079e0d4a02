#pragma once

#include "core/bytes.hpp"
#include "core/digest.hpp"
#include "core/fingerprint.hpp"

namespace stillwatch::pictures {

// SHA-256 of the parts of a file that carry the picture. Left out, so that removing or adding them keeps the
// digest: JPEG APPn (except APP14, which says how colours are stored), comments and all after the end marker;
// PNG everything but IHDR, PLTE, tRNS, IDAT, IEND and the animation chunks; WebP everything but coded
// pictures and animation; GIF comments and application extensions other than the loop count. Colour profiles
// are left out too: tools that strip metadata take them along, and the fingerprints ignore them as well. The
// whole file for the other formats. Where a file breaks its format the remainder counts as it is.
Sha256 data_digest(ByteView file, PictureFormat format);

} // namespace stillwatch::pictures
