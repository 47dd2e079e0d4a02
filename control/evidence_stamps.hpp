#pragma once

#include "core/json.hpp"
#include "store/evidence_table.hpp"

#include <filesystem>
#include <string>

namespace stillwatch::control {

// How a package is about its time, from what stands beside it and from the audit log:
// {"time_stamp": "none", "pending", "stamped" or "damaged", "time_stamps": [{"authority", "at"}],
// "time_stamp_pending_since": time or null, "time_stamp_problem": text}. One that the first of two
// authorities has stamped is "stamped" and may still be pending. `at` is null where the log has no line of
// that stamp. `has_authority`: somebody is asked for stamps; where nobody is, nothing is pending.
json::object describe_stamps(const std::filesystem::path& directory, const std::string& package,
                             const store::EvidenceTable& log, bool has_authority);

} // namespace stillwatch::control
