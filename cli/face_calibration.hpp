#pragma once

#include "cli/command.hpp"
#include "cli/face_files.hpp"

#include <string>

namespace stillwatch::cli {

struct CalibrationOptions {
    std::string directory;      // of the local set; empty: what people decided alone
    std::int64_t people = 0;    // enrolled; 0: whose consent covers faces
    bool proposes_only = false; // nothing is written
};

// Measures thresholds on a local set, tightens them by what people decided of leads, and writes them beside
// the models. Without a set the table in force is only ever made stricter.
void calibrate_faces(Program& program, const config::Config& config, const CalibrationOptions& options);

} // namespace stillwatch::cli
