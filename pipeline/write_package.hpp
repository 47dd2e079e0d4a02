#pragma once

#include "core/async.hpp"
#include "evidence/package.hpp"
#include "pipeline/recorder.hpp"
#include "pipeline/services.hpp"

#include <optional>

namespace stillwatch::pipeline {

// Writes a package, synced and renamed, in the pool, where there is room for it. Nothing where it cannot be
// written: that is the problem `evidence` and counted.
Task<std::optional<evidence::StoredEvidence>> write_package(const Services& services,
                                                            const RecordSettings& settings,
                                                            const evidence::EvidenceFacts& facts,
                                                            const evidence::Capture& capture);

} // namespace stillwatch::pipeline
