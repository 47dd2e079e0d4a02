#pragma once

#include "cli/command.hpp"
#include "config/config.hpp"
#include "control/protocol.hpp"

#include <optional>

namespace stillwatch::cli {

// The configuration named by `global`. Prints every problem as `file:line: message`, then gives nothing: exit
// with exit_configuration.
std::optional<config::Config> load(const Global& global, config::FileChecks files = config::FileChecks::no);

// Asks the daemon of this installation; where none runs, takes the installation's lock and works on its store.
Result<json::value> run(const config::Config& config, const control::Command& command);

// Loads, runs and prints what went wrong; nothing on failure, with `exit_code` set.
std::optional<json::value> ask(Program& program, const control::Command& command);

} // namespace stillwatch::cli
