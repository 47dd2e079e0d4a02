#pragma once

#include <string_view>

namespace stillwatch::evidence {

// The text of evidence/verify_pack.py, which every package carries.
extern const std::string_view verify_pack;

} // namespace stillwatch::evidence
