#pragma once

#include "cli/command.hpp"

namespace stillwatch::cli {

// `evidence open` and `evidence reseal`, for the machine where a private key of the organisation is.
void add_open_commands(Program program, Command group);

} // namespace stillwatch::cli
