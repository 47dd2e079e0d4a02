#pragma once

#include "core/async.hpp"
#include "core/clock.hpp"
#include "core/counters.hpp"
#include "core/problems.hpp"
#include "pipeline/stores.hpp"
#include "store/evidence_table.hpp"

#include <filesystem>

namespace stillwatch::daemon {

struct KeepSettings {
    std::filesystem::path directory; // of the evidence
    store::Retention usual;
};

// Lets go of packages whose time is over, by itself, each hour: a line of the audit log first, then the
// files. What a crash leaves in between is an orphan for the next start. Loop thread.
class EvidenceKeeper {
public:
    // Everything given must outlive it.
    EvidenceKeeper(pipeline::Stores& stores, const Clock& clock, Counters& counters, Problems& problems)
        : stores_(stores), clock_(clock), counters_(counters), problems_(problems)
    {
    }

    void use(KeepSettings settings) { settings_ = std::move(settings); }
    // Gives how many packages went.
    Task<std::size_t> round();
    // Without end; ends only by cancellation.
    Task<> run();

private:
    pipeline::Stores& stores_;
    const Clock& clock_;
    Counters& counters_;
    Problems& problems_;
    KeepSettings settings_;
};

} // namespace stillwatch::daemon
