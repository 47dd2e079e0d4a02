#pragma once

#include "core/bytes.hpp"
#include "sandbox/descriptor.hpp"
#include "sandbox/restrict.hpp"

#include <functional>
#include <optional>

// What all worker programs have in common: their start behind the walls, and their two ends.
namespace stillwatch::sandbox {

// The daemon broke the format of its requests.
constexpr int exit_broken_request = 65;

// One datagram and the descriptor that may come with it. An empty one is the end.
struct Received {
    ByteView datagram; // in the buffer
    Descriptor memory{};
};

// The next request; `buffer` is of max_datagram_bytes. Nothing where it breaks the format.
std::optional<Received> receive(Bytes& buffer);

// Writes an answer. False where the daemon is gone.
bool write_all(ByteView bytes);

// Reads `--max-memory-bytes N --max-cpu-seconds N` and forks a worker for each pair of ends that the daemon
// hands over (sandbox/fork_server.hpp). A worker tells its number, restricts itself, says so in its greeting,
// then leaves it to `serve`, whose result is the exit code. Other codes: 64 (usage), 65 (the daemon broke the
// format), 71 (this process cannot be restricted; the reason stands on standard error and in the greeting).
int run_restricted(int argc, const char* const* argv, FileOpening opening, const std::function<int()>& serve);

} // namespace stillwatch::sandbox
