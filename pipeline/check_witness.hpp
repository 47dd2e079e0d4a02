#pragma once

#include "core/async.hpp"
#include "pipeline/recorder.hpp"
#include "pipeline/services.hpp"
#include "pipeline/state.hpp"
#include "store/still_up_check.hpp"

#include <vector>

namespace stillwatch::pipeline {

// Writes for the checks under way of the places at the address visited, whose first package is there, that
// the picture was still served: a package each, of the picture's answer alone. The same bytes are referred
// to, others of the same picture kept. On the disk when it returns and nobody's yet: they are to be committed
// with what the visit saw. Nothing where the picture did not match, or came otherwise than whole. Loop
// thread.
Task<std::vector<store::CheckPackage>> witness_checks(const Services& services,
                                                      const RecordSettings& settings, const VisitState& state,
                                                      const Came& came, const Seen& seen);

} // namespace stillwatch::pipeline
