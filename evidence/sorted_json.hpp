#pragma once

#include "core/json.hpp"

#include <string>

namespace stillwatch::evidence {

// JSON with members sorted by name at every level, indented by two blanks; ends with a line end.
std::string sorted_json(const json::value& value);

} // namespace stillwatch::evidence
