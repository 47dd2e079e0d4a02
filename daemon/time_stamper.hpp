#pragma once

#include "core/async.hpp"
#include "core/clock.hpp"
#include "core/counters.hpp"
#include "core/fetch.hpp"
#include "core/json.hpp"
#include "core/problems.hpp"
#include "evidence/unstamped.hpp"
#include "net/time_stamp.hpp"
#include "pipeline/stores.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace stillwatch::daemon {

// Who is asked for time stamps (RFC 3161), and the certificates that it is measured by.
struct TimeAuthority {
    Url url;
    net::TimeStampRoots roots;
};

struct StampSettings {
    std::filesystem::path directory; // of the evidence
    std::vector<TimeAuthority> authorities;
    std::chrono::milliseconds every{std::chrono::hours(1)};
};

// Asks authorities for the time of packages of evidence: all that wait as one Merkle tree, so that an
// authority learns nothing but that there was something. What waits is known from the disk alone, so nothing
// is lost by a crash: what was not written down is asked for again. Loop thread.
class TimeStamper {
public:
    // Everything given must outlive it.
    TimeStamper(pipeline::Stores& stores, Fetcher& web, const Clock& clock, Counters& counters,
                Problems& problems)
        : stores_(stores), web_(web), clock_(clock), counters_(counters), problems_(problems)
    {
    }

    void use(StampSettings settings);
    // Asks every authority once. Gives how many packages got a stamp.
    Task<std::size_t> round();
    // Without end; ends only by cancellation.
    Task<> run();
    // For `status`: packages that wait for their first stamp, and how each authority answered last.
    json::object status() const;
    std::size_t waiting() const noexcept { return waiting_; }

private:
    struct Standing {
        std::optional<Timestamp> stamped_at{}; // since the start
        std::string failure{};                 // of the last attempt; empty: none
    };
    struct Batch;

    Task<std::size_t> ask(StampSettings settings, std::size_t which);
    Task<Result<Batch>> stamp(const StampSettings& settings, std::size_t which,
                              const evidence::Waiting& waiting);
    Task<Result<std::size_t>> keep(const StampSettings& settings, const Batch& batch);
    void judge(const TimeAuthority& authority, const evidence::Waiting& waiting, const Error* failure);

    pipeline::Stores& stores_;
    Fetcher& web_;
    const Clock& clock_;
    Counters& counters_;
    Problems& problems_;
    StampSettings settings_;
    std::size_t waiting_ = 0;
    std::map<std::string, Standing> standing_; // by address
};

} // namespace stillwatch::daemon
