#pragma once

#include "core/async.hpp"
#include "crawler/frontier/url_frontier.hpp"
#include "store/case_database.hpp"
#include "store/lost_database.hpp"

#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <type_traits>

namespace stillwatch::pipeline {

// Both databases and the one thread that may touch them.
class Stores {
public:
    // Opens `directory`/cases.db and `directory`/frontier.db. Throws std::runtime_error as they do, and where
    // only the second is there.
    explicit Stores(const std::filesystem::path& directory)
        : cases_(with_cases(directory) / "cases.db"),
          frontier_(store::frontier_in_file(directory / "frontier.db"))
    {
    }
    // Waits for the work that was given.
    ~Stores() { thread_.join(); }
    Stores(const Stores&) = delete;

    // Runs a named operation of either on the store thread; the caller resumes on the loop:
    //
    //     const auto verdict = co_await stores.run(&UrlFrontier::verdict, content);
    template <class Operation, class... Arguments>
    requires std::is_member_function_pointer_v<Operation>
    auto run(Operation operation, Arguments... arguments)
    {
        return offload(thread_, [this, operation, ... given = std::move(arguments)]() mutable {
            if constexpr (std::is_invocable_v<Operation, crawler::UrlFrontier&, Arguments&...>)
                return std::invoke(operation, frontier_, given...);
            else
                return std::invoke(operation, cases_, given...);
        });
    }
    // The same of `work(CaseDatabase&, UrlFrontier&)`, several operations that nothing may come between.
    template <class Work>
    auto run(Work work) -> Task<std::invoke_result_t<Work&, store::CaseDatabase&, crawler::UrlFrontier&>>
    {
        return offload(thread_, [this, work = std::move(work)]() mutable { return work(cases_, frontier_); });
    }

    // For start and end, while no work was given to the thread.
    store::CaseDatabase& cases() { return cases_; }
    crawler::UrlFrontier& frontier() { return frontier_; }

private:
    static const std::filesystem::path& with_cases(const std::filesystem::path& directory)
    {
        if (const auto checked = store::check_cases_are_there(directory); !checked)
            throw std::runtime_error(checked.error().detail);
        return directory;
    }

    store::CaseDatabase cases_;
    crawler::UrlFrontier frontier_;
    asio::thread_pool thread_{1};
};

} // namespace stillwatch::pipeline
