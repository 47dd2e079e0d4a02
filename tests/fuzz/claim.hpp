#pragma once

#include <cstdio>
#include <cstdlib>

namespace stillwatch::fuzz {

// Ends the program where a property does not hold, so that libFuzzer keeps the input and the replay fails.
inline void claim(bool holds, const char* property)
{
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", property);
    std::abort();
}

} // namespace stillwatch::fuzz
