#pragma once

#include "core/json.hpp"
#include "core/result.hpp"

#include <string>

namespace stillwatch {

// The one way to write a value that RFC 8785 allows: members sorted, no spaces, least escapes, so that who
// reads it gets the same bytes to hash. Takes what our records are made of: members' names in ASCII, texts in
// UTF-8, integers up to 2^53, true, false, null, arrays, objects. Errors: invalid_argument (anything else).
Result<std::string> canonical_json(const json::value& value);

} // namespace stillwatch
