#pragma once

#include "config/config.hpp"

#include <filesystem>

namespace stillwatch::daemon {

// Reads the configuration as every program does: recipients checked, secrets looked at. Problems are printed
// as `file:line: message` on standard error and given in `problems`; then nothing is returned.
std::optional<config::Config> read_configuration(const std::filesystem::path& file,
                                                 std::vector<config::ConfigProblem>* problems = nullptr);

// Runs the daemon until SIGTERM or SIGINT; SIGHUP reads the configuration again, and a bad one changes
// nothing. Gives the exit code. Throws std::runtime_error when it cannot start.
int run_daemon(const std::filesystem::path& configuration_file);

} // namespace stillwatch::daemon
