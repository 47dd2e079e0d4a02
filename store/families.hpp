#pragma once

#include "core/links.hpp"

#include <array>
#include <string>
#include <string_view>

namespace stillwatch::store {

// The two families that an address is counted in, the narrower first. Of a page: its most special trail
// (store/trails.hpp), where a combination (/tag/a+b+c, /f1-f3-f7) is a wildcard too, and its first folder. Of a
// picture: its folder by pattern and its ending, and all pictures of the host. `target` is path and query.
std::array<std::string, 2> families_of(std::string_view target, LinkKind kind);

} // namespace stillwatch::store
