#pragma once

#include "core/async.hpp"
#include "core/clock.hpp"
#include "crawler/pace/timekeeper.hpp"
#include "crawler/robots/robots_file.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::crawler {

// Where answers to robots.txt outlive a restart.
class RobotsStore {
public:
    virtual ~RobotsStore() = default;
    virtual Task<std::optional<store::RobotsRow>> load(std::string origin) = 0;
    virtual Task<> save(store::RobotsRow row) = 0;
};

// Asks an origin for its robots.txt, politely; `http_status` 0 when nothing answered. Errors: cancelled,
// refused (the guard closes the host).
using RobotsDownload = std::function<Task<Result<store::RobotsRow>>(std::string origin)>;

// The robots.txt in force, by origin: from memory, the store or the host, asked once however many wait.
// Answers last robots_lifetime; a host that did not answer is asked again after 5 minutes, then twice as
// long, up to 6 hours.
class RobotsCache {
public:
    RobotsCache(RobotsStore& store, Timekeeper& time, const Clock& clock)
        : store_(store), time_(time), clock_(clock)
    {
    }

    // Errors: as of `download`.
    Task<Result<std::shared_ptr<const RobotsFile>>> get(std::string origin, RobotsDownload download);

    // When an origin that get() told of is asked again; now, where nothing is known of it.
    Timestamp asked_again_at(const std::string& origin) const;

private:
    static constexpr std::size_t max_origins = 10'000;

    struct Entry {
        std::optional<store::RobotsRow> row; // without its body, which `file` holds parsed
        std::shared_ptr<const RobotsFile> file;
        Timestamp refresh_at{};
        int failures = 0;
        bool is_loading = false;
        std::vector<Alarm*> waiting;
    };
    class Loading;

    Task<Result<std::shared_ptr<const RobotsFile>>> refresh(Entry& entry, std::string origin,
                                                            RobotsDownload download);
    void make_room();

    RobotsStore& store_;
    Timekeeper& time_;
    const Clock& clock_;
    std::map<std::string, Entry> entries_;
};

} // namespace stillwatch::crawler
