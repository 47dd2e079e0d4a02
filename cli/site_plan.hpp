#pragma once

#include "cli/command.hpp"

#include <string>

namespace stillwatch::cli {

struct PlanOptions {
    std::string site; // empty: all
    bool no_fetch = false;
};

// Prints, site by site, what the crawler would do, from the configuration, what the installation knows and
// the robots.txt of the hosts as they are now.
void print_plan(Program& program, const PlanOptions& options);

} // namespace stillwatch::cli
