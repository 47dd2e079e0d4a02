#pragma once

#include <cstddef>

// What differs between ordinary builds (restrict_ordinary.cpp) and those with sanitizers
// (restrict_sanitized.cpp).
namespace stillwatch::sandbox {

// The system-call filter under construction; void* is libseccomp's scmp_filter_ctx.
using FilterHandle = void*;

// Descriptors above this one are never open.
extern const int highest_descriptor;
// Whether descriptor 2 is closed.
extern const bool silences_standard_error;
// Whether the runtime itself opens files, so that this call cannot be answered otherwise.
extern const bool runtime_opens_files;

// Limits the memory of this process; false with errno set when the kernel denies it.
bool limit_memory(std::size_t max_bytes);

// Allows what this build's runtime needs beyond the product's own list; false when libseccomp refuses.
bool allow_runtime(FilterHandle filter);

} // namespace stillwatch::sandbox
