#pragma once

#include "core/links.hpp"
#include "core/result.hpp"

#include <string_view>

namespace stillwatch::packages {

// The pictures of a package from that number on, as many as are told at once, each named by its address
// inside `address` with what it is called there; `truncated` where something is left out for good. Errors: as
// unpack(); malformed (`address` is none), undecodable also without any picture.
Result<PageLinks> pictures_inside(ByteView package, std::string_view address, std::size_t first);

} // namespace stillwatch::packages
