#pragma once

#include "core/result.hpp"

#include <cerrno>
#include <cstring>
#include <string>

namespace stillwatch::sandbox {

// "io: write to a memfd: No space left on device", from errno or the given number.
inline Error system_error(const std::string& what, int number = errno)
{
    return Error{Errc::io, what + ": " + strerrordesc_np(number)};
}

} // namespace stillwatch::sandbox
