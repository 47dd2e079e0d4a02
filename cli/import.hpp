#pragma once

#include "cli/command.hpp"

#include <string>

namespace stillwatch::cli {

// A list of hashes that others keep, and what is to be done with it.
struct ImportOptions {
    std::string pseudonym;
    std::string file;
    std::string format;
    std::string list; // empty: named after the file
    bool is_sure = false;
};

// Hands the records over in steps, erases what the list withdraws, and prints what became of them.
void import_list(Program& program, const ImportOptions& options);

} // namespace stillwatch::cli
