#pragma once

#include "core/bytes.hpp"

#include <array>

// Digests that lists of known files are kept by. They prove nothing: two files of one digest can be made.
namespace stillwatch {

using Md5 = std::array<std::byte, 16>;
using Sha1 = std::array<std::byte, 20>;

Md5 md5_of(ByteView data);
Sha1 sha1_of(ByteView data);

} // namespace stillwatch
