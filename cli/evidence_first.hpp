#pragma once

#include "cli/command.hpp"
#include "evidence/verify.hpp"

#include <memory>
#include <optional>
#include <string>

namespace stillwatch::cli {

// The finding's first package, with which the package of a later check is compared.
struct FirstPackage {
    std::string file;     // as a person named it; empty: it is looked for
    std::string identity; // the file of a private key, for packages that are sealed still
};
void add_first_options(const Command& command, const std::shared_ptr<FirstPackage>& first);

// Compares the package of a check with the first one: that which a person named, else the one that it refers
// to where it lies beside `package_file`, or sealed there or in the evidence of this installation and there
// is a key. What differs is added to the report's differences. Nothing happens where it refers to none and
// none was named. Where none is found, a line on standard error says so. Errors: those of reading, and of
// verify_package for the first one.
Result<void> check_first(const Global& global, const std::string& package_file, const FirstPackage& first,
                         const std::optional<vault::VerifyKey>& expected, evidence::VerifyReport& report);

} // namespace stillwatch::cli
