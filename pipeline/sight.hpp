#pragma once

#include "pipeline/state.hpp"
#include "store/still_up_check.hpp"

namespace stillwatch::pipeline {

// What a visit showed to whoever asks whether a finding is still there. `seen` is what it ended with; when it
// ended is not told yet.
store::Visited visited_of(const VisitState& state, const Came& came, const Seen& seen);

// The same where no answer came.
store::Visited visited_without_answer();

} // namespace stillwatch::pipeline
