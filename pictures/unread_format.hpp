#pragma once

#include "core/bytes.hpp"

#include <optional>
#include <string>

namespace stillwatch::pictures {

// What a file is that no decoder of ours reads, by its first bytes, and what to do: "HEIC is not read:
// convert it to JPEG first". Nothing where that cannot be told.
std::optional<std::string> unread_format(ByteView file);

} // namespace stillwatch::pictures
