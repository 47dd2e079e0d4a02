#pragma once

#include "core/result.hpp"
#include "faces/profile.hpp"

#include <string_view>

// Inside this folder only: the text of a profile and of a calibration.
namespace stillwatch::faces {

// Errors: malformed, with the key that is wrong, missing or unknown.
Result<Profile> read_profile(std::string_view text);
struct StoredCalibration {
    ThresholdTable table;
    CalibrationFacts facts;
};
// Errors: malformed; refused (it was made with other models).
Result<StoredCalibration> read_calibration(std::string_view text, const Sha256& model);

} // namespace stillwatch::faces
