#pragma once

#include "core/async.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "pipeline/stores.hpp"

#include <filesystem>
#include <string>

namespace stillwatch::daemon {

// Copies of the open databases in a folder of the storage directory, from which `stillwatch backup` takes
// them. Loop thread only.
class Snapshots {
public:
    // The folder's name in the storage directory; a leftover of an earlier run is replaced.
    static constexpr std::string_view folder_name = "snapshot";

    Snapshots(pipeline::Stores& stores, std::filesystem::path storage)
        : stores_(stores), folder_(std::move(storage) / folder_name)
    {
    }

    // Copies cases.db and, where wanted, frontier.db, some hundred pages at a time, so that what else waits
    // for the store waits milliseconds. Gives {"folder"}; whoever asked removes it. Errors: refused (another
    // is being made), io (too little room among others), cancelled (we are stopping).
    Task<Result<json::value>> take(bool with_frontier, store::Actor actor);

    // Removes what a backup that was broken off left behind: it may hold a case that is withdrawn now.
    void discard();

    // The one being made ends soon; further ones are refused.
    void stop() { is_stopping_ = true; }
    bool is_running() const { return is_running_; }

private:
    enum class Database { cases, frontier };
    Task<Result<void>> copy(Database which);

    pipeline::Stores& stores_;
    std::filesystem::path folder_;
    bool is_running_ = false;
    bool is_stopping_ = false;
};

} // namespace stillwatch::daemon
