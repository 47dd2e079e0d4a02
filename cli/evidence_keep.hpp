#pragma once

#include "cli/command.hpp"

namespace stillwatch::cli {

// `evidence hold`, `release`, `holds` and `keep`: for how long packages are kept.
void add_keep_commands(Program program, Command group);

} // namespace stillwatch::cli
