#pragma once

#include "core/result.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace stillwatch::evidence {

// What a damaged package is refused with.
inline Error corrupt(std::string_view what)
{
    return Error{Errc::corrupt, std::string(what)};
}

// The same with the part of the package that is damaged.
inline Error corrupt(std::string_view part, std::string_view what)
{
    return Error{Errc::corrupt, fmt::format("{}: {}", part, what)};
}

} // namespace stillwatch::evidence
