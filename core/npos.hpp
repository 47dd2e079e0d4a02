#pragma once

#include <string_view>

namespace stillwatch {

// What a search in a text says that found nothing.
inline constexpr auto npos = std::string_view::npos;

} // namespace stillwatch
