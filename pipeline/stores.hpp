#pragma once

#include "core/async.hpp"
#include "store/case_database.hpp"
#include "store/frontier_database.hpp"

#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <type_traits>

namespace stillwatch::pipeline {

// Both databases and the one thread that may touch them.
class Stores {
public:
    // Opens `directory`/cases.db and `directory`/frontier.db. Throws std::runtime_error as they do.
    explicit Stores(const std::filesystem::path& directory)
        : cases_(directory / "cases.db"), frontier_(directory / "frontier.db")
    {
    }
    // Waits for the work that was given.
    ~Stores() { thread_.join(); }
    Stores(const Stores&) = delete;

    // Runs `work(CaseDatabase&, FrontierDatabase&)` on the store thread; the caller resumes on the loop.
    template <class Work>
    auto run(Work work) -> Task<std::invoke_result_t<Work&, store::CaseDatabase&, store::FrontierDatabase&>>
    {
        return offload(thread_, [this, work = std::move(work)]() mutable { return work(cases_, frontier_); });
    }

    // For start and end, while no work was given to the thread.
    store::CaseDatabase& cases() { return cases_; }
    store::FrontierDatabase& frontier() { return frontier_; }

private:
    store::CaseDatabase cases_;
    store::FrontierDatabase frontier_;
    asio::thread_pool thread_{1};
};

} // namespace stillwatch::pipeline
