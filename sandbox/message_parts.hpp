#pragma once

#include "core/binary.hpp"
#include "core/result.hpp"

#include <cstdint>

// What the two files behind sandbox/messages.hpp share.
namespace stillwatch::sandbox {

template <class Enum>
constexpr std::uint8_t code_of(Enum value)
{
    return static_cast<std::uint8_t>(value);
}

inline Error broken(const char* what)
{
    return Error{Errc::malformed, what};
}

} // namespace stillwatch::sandbox
