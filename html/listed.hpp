#pragma once

#include "core/ascii.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace stillwatch::html {

// Whether `name` is one of them, whatever the case of its letters.
constexpr bool listed(std::initializer_list<std::string_view> names, std::string_view name) noexcept
{
    return std::ranges::any_of(names, [&](auto one) { return same_name(one, name); });
}

} // namespace stillwatch::html
