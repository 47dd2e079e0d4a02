#pragma once

#include "core/result.hpp"
#include "packages/unpack.hpp"
#include "pictures/picture.hpp"

namespace stillwatch::packages {

// The pictures of a package as frames of one: those that differ most (pictures/frame_chooser.hpp), the first
// one's size and format. Errors: as unpack(); undecodable also where no picture is in it, or none can be
// read; too_large, invalid_argument (too small) as of its first picture.
Result<pictures::Picture> decode_package(ByteView file, const pictures::PictureLimits& limits);

} // namespace stillwatch::packages
