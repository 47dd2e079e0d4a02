#pragma once

#include "control/protocol.hpp"

#include <chrono>
#include <filesystem>

namespace stillwatch::control {

// Sends one command to the daemon and waits for its reply. Blocking, for the command line. Errors: not_found
// (no daemon listens there), refused (not for this user), io, timed_out (no reply within `patience`), and
// whatever the command gave.
Result<json::value> ask(const std::filesystem::path& socket_file, const Command& command,
                        std::chrono::seconds patience = std::chrono::minutes(1));

} // namespace stillwatch::control
