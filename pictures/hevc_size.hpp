#pragma once

#include "core/bytes.hpp"

#include <cstdint>
#include <optional>

namespace stillwatch::pictures {

struct CodedSize {
    std::uint32_t width_px = 0;
    std::uint32_t height_px = 0;
};

// The size that a NAL unit says pictures have, where it is a sequence parameter set (ITU-T H.265,
// section 7.3.2.2): what a decoder takes memory for, whatever the file around it says. Nothing of other units
// and broken ones.
std::optional<CodedSize> hevc_size(ByteView nal_unit);

} // namespace stillwatch::pictures
