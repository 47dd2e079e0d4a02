#pragma once

#include "cli/command.hpp"
#include "core/bytes.hpp"
#include "core/result.hpp"

#include <string>

namespace stillwatch::cli {

// A package in clear, in memory: as the file (or "-", standard input) has it or, where that is sealed, opened
// with the key in the other file. Errors: those of reading and opening; invalid_argument (sealed, and no key
// was named).
Result<Bytes> read_archive(const std::string& file, const std::string& identity_file);

// `evidence open` and `evidence reseal`, for the machine where a private key of the organisation is.
void add_open_commands(Program program, Command group);

} // namespace stillwatch::cli
