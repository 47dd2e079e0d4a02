#pragma once

#include "cli/command.hpp"
#include "evidence/verify.hpp"

#include <memory>
#include <string>

namespace stillwatch::cli {

// Files that testify for a package from outside of it, as a person names them; empty: not given.
struct WitnessFiles {
    std::string stamp; // of time stamps
    std::string roots; // certificates of the authorities, PEM; without it those of the configuration
    std::string log;   // a proof of `audit prove`
};
void add_witness_options(const Command& command, const std::shared_ptr<WitnessFiles>& files);

// Checks them against a package and adds what they say to its report. Errors: those of reading; corrupt,
// malformed and refused, naming what does not hold: "stamp file", "time stamp of ADDRESS" or "audit log".
Result<void> check_witnesses(const Global& global, const WitnessFiles& files, evidence::VerifyReport& report);

} // namespace stillwatch::cli
