#pragma once

#include "core/clock.hpp"
#include "core/problems.hpp"

#include <cstddef>
#include <deque>
#include <string>

namespace stillwatch::pipeline {

// Watches what workers cost and makes a problem of it where it lasts: none can be started, or many are lost.
// Loop thread.
class WorkerTrouble {
public:
    WorkerTrouble(Problems& problems, const Clock& clock) : problems_(problems), clock_(clock) {}

    void cannot_start(std::string why); // one sentence
    void lost();                        // a document, with each worker that had it
    void worked();                      // a worker answered

    // So many within an hour call for a person: memory is short, a deadline too tight, or somebody means
    // harm.
    static constexpr std::size_t many = 16;

private:
    void drop_old();

    Problems& problems_;
    const Clock& clock_;
    std::deque<Timestamp> losses_; // the last `many`
};

} // namespace stillwatch::pipeline
