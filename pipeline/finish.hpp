#pragma once

#include "pipeline/state.hpp"

namespace stillwatch::pipeline {

// When a visit ended, and crawler::revisit_scale() of its site then.
struct VisitEnd {
    Timestamp at{};
    double scale = 1;
};

// What becomes of an address after what a visit has seen of it: its outcome, what is kept of the answer (what
// it is known by, validators, generation, verdict), and when it is visited again. Decides all of that, and
// does nothing.
store::VisitResult finish(const VisitState& state, const Came& came, Seen seen, const VisitEnd& visit_end);

// The same where no answer came: `outcome` says why.
store::VisitResult finish_without_answer(const VisitState& state, store::Outcome outcome,
                                         const VisitEnd& visit_end);

// The same where the address redirects to `end`, which has visits of its own; `status` is the redirect's.
store::VisitResult finish_moved(const VisitState& state, int status, const Url& end,
                                const VisitEnd& visit_end);

// The outcome that `seen` has. A picture is one with any status; the status still says what becomes of its
// address.
store::Outcome outcome_of(const VisitState& state, const Came& came, const Seen& seen);

// After the n-th visit that cost all workers: a quarter of an hour, then four times as long each, up to a
// week. What does so has had its second try at once, in a fresh worker.
std::chrono::milliseconds pause_after_losses(int losses) noexcept;

} // namespace stillwatch::pipeline
