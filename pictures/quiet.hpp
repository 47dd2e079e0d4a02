#pragma once

#include <cstdio>

namespace stillwatch::pictures {

// Some libraries (dav1d, libheif, libjxl) tell of broken data on standard error and give no way to stop it;
// in the restricted worker that write would be the last. While this lives, what is printed goes nowhere
// (glibc lets stderr be replaced).
class SilentStandardError {
public:
    SilentStandardError() : usual_(stderr)
    {
        static FILE* const nowhere = fopencookie(nullptr, "w", {});
        if (nowhere != nullptr) stderr = nowhere;
    }
    SilentStandardError(const SilentStandardError&) = delete;
    SilentStandardError& operator=(const SilentStandardError&) = delete;
    ~SilentStandardError() { stderr = usual_; }

private:
    FILE* usual_;
};

} // namespace stillwatch::pictures
