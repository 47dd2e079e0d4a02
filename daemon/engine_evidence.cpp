#include "daemon/engine.hpp"

#include "core/log.hpp"
#include "daemon/installation.hpp"
#include "evidence/orphans.hpp"

// What an engine does with the folder of evidence.
namespace stillwatch::daemon {

Task<> Engine::remove_orphaned_evidence()
{
    auto clean = [directory = paths_of(config_).evidence, now = clock_.now()](store::CaseDatabase& cases,
                                                                              crawler::UrlFrontier&) {
        const auto files = cases.evidence_files();
        const auto withdrawn = cases.tombstones().withdrawn;
        // Nothing is on its way into the database: this process has the store's lock and has written nothing
        // yet.
        return evidence::remove_orphans(directory, {files.begin(), files.end()}, now,
                                        {.min_age = std::chrono::minutes(0)},
                                        {withdrawn.begin(), withdrawn.end()});
    };
    const auto removed = co_await stores_.run(std::move(clean));
    if (!removed)
        log::error("engine", "evidence directory not cleaned", {{"reason", removed.error().detail}});
    else if (removed->temporaries + removed->packages > 0)
        log::info("engine", "evidence without a finding removed",
                  {{"unfinished", removed->temporaries}, {"packages", removed->packages}});
}

} // namespace stillwatch::daemon
