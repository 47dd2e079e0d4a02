#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>

namespace stillwatch::sandbox {

// The two descriptors a worker keeps. Numbers 0 to 2 are free afterwards, so that nothing which a library
// prints can land in an answer or a log; the memory to read comes in as number 0.
constexpr int request_fd = 3; // SOCK_SEQPACKET socket
constexpr int answer_fd = 4;  // write end of a pipe

// What becomes of an attempt to open a file.
enum class FileOpening : std::uint8_t {
    ends_the_process,
    finds_nothing // answered as if there were none, without a look: for libraries that can do without
};

struct Restrictions {
    std::size_t max_memory_bytes = std::size_t{1} << 30U; // address space, libraries included
    std::size_t max_cpu_seconds = 300;                    // over the life of the process
    FileOpening opening = FileOpening::ends_the_process;
};

// What a process that forks workers gives up: it reads nothing from the network, but what is forked from it
// does. Capabilities, core dumps, tracing, inherited descriptors; it dies with the thread that started it and
// leaves stop signals to its parent. Errors: refused (the environment is not empty, more than one thread),
// io.
Result<void> prepare_to_fork();

// Takes from this process everything that reading bytes and answering does not need, for ever: capabilities,
// core dumps, tracing, files, processes, threads, memory and CPU beyond the limits, every descriptor but the
// two above and every system call that is not on a short list (the kernel kills the process at the first
// one). The process also dies with the thread that started it, and leaves stop signals to its parent. Errors:
// refused (the environment is not empty, more than one thread), io (the kernel denies a restriction); the
// process must then end.
Result<void> restrict_process(const Restrictions& restrictions);

} // namespace stillwatch::sandbox
