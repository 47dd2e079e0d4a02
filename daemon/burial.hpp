#pragma once

#include "core/async.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "pipeline/stores.hpp"

#include <filesystem>

namespace stillwatch::daemon {

// At the start, before anything is loaded: cases that were withdrawn and stand in the database again, since
// an older copy was put in its place, are erased once more (store/tombstone_file.hpp). Errors: io.
Task<Result<void>> bury_withdrawn(pipeline::Stores& stores, std::filesystem::path storage,
                                  const Clock& clock);

} // namespace stillwatch::daemon
