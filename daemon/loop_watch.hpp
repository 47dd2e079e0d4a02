#pragma once

#include "core/async.hpp"
#include "core/counters.hpp"
#include "core/problems.hpp"

#include <chrono>
#include <deque>

namespace stillwatch::daemon {

// What is known of how long the event loop kept its own timer waiting. All else on the loop waited as long.
class LoopStalls {
public:
    using Duration = std::chrono::steady_clock::duration;
    using Moment = std::chrono::steady_clock::time_point;

    LoopStalls(Counters& counters, Problems& problems) : counters_(counters), problems_(problems) {}

    // One beat that was `late`, while the loop's thread used `cpu` time. What other programs held up has
    // little of that.
    void note(Moment now, Duration late, Duration cpu);

    std::chrono::duration<double> longest() const { return longest_; }           // since the start
    std::chrono::duration<double> longest_busy() const { return longest_busy_; } // of it our own computing

private:
    Counters& counters_;
    Problems& problems_;
    Duration longest_{0};
    Duration longest_busy_{0};
    std::deque<std::pair<Moment, Duration>> recent_; // the long ones of the last minute
};

// Notes one beat after another, until it is cancelled. Await it on the loop that is watched.
Task<> watch_loop(LoopStalls& stalls);

} // namespace stillwatch::daemon
