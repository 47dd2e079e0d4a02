#pragma once

#include "cli/command.hpp"
#include "config/config.hpp"
#include "control/protocol.hpp"

#include <filesystem>
#include <optional>

namespace stillwatch::cli {

// The configuration named by `global`. Prints every problem as `file:line: message`, then gives nothing: exit
// with exit_configuration.
std::optional<config::Config> load(const Global& global, config::FileChecks files = config::FileChecks::no);

// For tools that work without an installation: the configuration counts where one is found, else the
// defaults.
std::optional<config::Config> load_or_defaults(const Program& program);

// Asks the daemon of this installation; where none runs, takes the installation's lock and works on its
// store.
Result<json::value> run(const config::Config& config, const control::Command& command);

// Asks the daemon without any configuration. Errors: those of control::ask; not_found says that it is not
// running.
Result<json::value> ask_daemon(const std::filesystem::path& socket, const control::Command& command);

// Runs a command and prints what went wrong; nothing on failure, with `exit_code` set. A daemon that runs is
// asked also where the configuration has a problem (it works with the one it took over), with a warning.
std::optional<json::value> ask(Program& program, const control::Command& command);

} // namespace stillwatch::cli
