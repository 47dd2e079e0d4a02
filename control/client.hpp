#pragma once

#include "control/protocol.hpp"

#include <filesystem>

namespace stillwatch::control {

// Sends one command to the daemon and waits for its reply. Blocking, for the command line. Errors: not_found
// (no daemon listens there), io, timed_out (a minute without a reply), and whatever the command gave.
Result<json::value> ask(const std::filesystem::path& socket_file, const Command& command);

} // namespace stillwatch::control
