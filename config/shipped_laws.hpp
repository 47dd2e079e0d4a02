#pragma once

#include <array>
#include <string_view>

namespace stillwatch::config {

// The files of config/laws.
extern const std::array<std::string_view, 4> shipped_laws;

} // namespace stillwatch::config
