#pragma once

#include "core/async.hpp"
#include "core/clock.hpp"
#include "core/problems.hpp"
#include "pipeline/stores.hpp"
#include "vault/sign.hpp"

namespace stillwatch::daemon {

// Keeps a signed checkpoint of the audit log where it grew, each hour, without end; says in `problems`
// ("audit") where that fails. All given must outlive it. Loop thread.
Task<> keep_checkpoints(pipeline::Stores& stores, const vault::SigningKey& key, const Clock& clock,
                        Problems& problems);

} // namespace stillwatch::daemon
