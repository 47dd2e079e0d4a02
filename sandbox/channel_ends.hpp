#pragma once

#include "core/result.hpp"
#include "sandbox/descriptor.hpp"

#include <span>
#include <sys/uio.h>

// The two ways between the daemon and a process of its own, both closed by exec.
namespace stillwatch::sandbox {

struct Ends {
    Descriptor ours;
    Descriptor theirs; // above the numbers that a worker's own ends get, so that no dup2 overwrites it
};

// A SOCK_SEQPACKET socket with room for a whole datagram. Errors: io.
Result<Ends> request_socket();
// A pipe that we read. Errors: io.
Result<Ends> answer_pipe();

// One datagram, with those descriptors beside it. Errors: io (nobody reads there, or no room).
Result<void> send_datagram(int socket, std::span<const iovec> parts, std::span<const int> descriptors);

} // namespace stillwatch::sandbox
