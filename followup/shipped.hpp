#pragma once

#include "followup/route.hpp"

#include <array>
#include <string_view>

namespace stillwatch::followup {

constexpr std::array<std::string_view, 2> shipped_languages{"en", "de"};

// The template that the program brings for it (followup/notices/LANGUAGE/ROUTE.txt); empty for other
// languages.
std::string_view shipped_template(Route route, std::string_view language) noexcept;

} // namespace stillwatch::followup
