#pragma once

#include "core/json.hpp"
#include "core/match.hpp"

namespace stillwatch {

// A placement as it stands in evidence and in what the command line prints; names as in Placement.
json::object placement_json(const Placement& placement);

} // namespace stillwatch
