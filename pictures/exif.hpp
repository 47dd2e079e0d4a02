#pragma once

#include "core/bytes.hpp"
#include "core/fingerprint.hpp"

namespace stillwatch::pictures {

// The orientation tag (0x0112) of the first directory of a TIFF structure, as EXIF blocks and TIFF files are.
// 1..8 as in EXIF 2.3 section 4.6.4; 1 (upright) when absent or damaged.
int tiff_orientation(ByteView tiff) noexcept;

// The EXIF orientation that a picture file asks for: JPEG APP1, PNG eXIf, WebP EXIF, the tag of a TIFF file;
// 1 for the others (AVIF, HEIF and JPEG XL turn by their own properties).
int file_orientation(ByteView file, PictureFormat format) noexcept;

} // namespace stillwatch::pictures
