#pragma once

#include "core/bytes.hpp"
#include "sandbox/messages.hpp"

#include <functional>

namespace stillwatch::sandbox {

// Reads hostile bytes (still content-encoded) and answers; what it throws becomes a Refusal.
using Handler = std::function<Answer(const Request& request, ByteView body)>;

// A worker program from start to end: reads `--max-memory-bytes N --max-cpu-seconds N`, restricts the
// process, says so in its greeting, then answers requests until the daemon closes its end. The exit code: 0,
// 64 (usage), 65 (the daemon broke the format), 71 (this process cannot be restricted; the reason stands on
// standard error and in the greeting).
int run_worker(int argc, const char* const* argv, const Handler& handler);

} // namespace stillwatch::sandbox
