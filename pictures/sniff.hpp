#pragma once

#include "core/bytes.hpp"
#include "core/fingerprint.hpp"

#include <optional>

namespace stillwatch::pictures {

// The format by magic bytes; nothing when it is none of ours.
std::optional<PictureFormat> sniff_picture(ByteView file) noexcept;

} // namespace stillwatch::pictures
