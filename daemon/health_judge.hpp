#pragma once

#include "alerts/rules.hpp"
#include "core/clock.hpp"
#include "core/problems.hpp"
#include "daemon/channel_facts.hpp"
#include "sandbox/worker_pool.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace stillwatch::daemon {

// What counts as wrong, from the configuration.
struct HealthSettings {
    std::chrono::milliseconds check_every{30'000};
    std::chrono::milliseconds site_grace{};     // a site may be not fine for so long
    std::chrono::milliseconds approve_within{}; // a consent may wait for so long
    std::chrono::milliseconds compare_within{}; // something is compared or looked at
    std::chrono::milliseconds alert_after{};    // a problem lasts so long before people are told
    std::uintmax_t min_free_bytes = 0;
    std::vector<std::pair<std::string, std::filesystem::path>> folders; // "storage", "evidence"
    std::set<std::string> sites;                                        // enabled ones
    std::vector<alerts::ChannelRules> rules{};                          // of the channels
    std::vector<std::string> channels;                                  // enabled ones, in order
    std::string link;                                                   // alerts.link
};

// One row of `site health`, as far as health looks at it.
struct SiteFacts {
    std::string name;
    std::string state; // its words
    std::int64_t pages = 0;
    std::int64_t images = 0;
    std::int64_t compared = 0;
    std::int64_t unread = 0; // pictures that no worker could read
    std::int64_t errors = 0; // addresses that failed at their last visit
    std::int64_t refused = 0;
    std::string left_out{}; // hosts that no site lists and where much of it lies; empty: none
    std::optional<Timestamp> last_success{};
    int last_failure_status = 0;
};

struct ConsentFacts {
    std::string pseudonym;
    Timestamp expires_at{};
};

struct QuarantineFacts {
    std::string pseudonym;
    std::string detail;
};

// A consent, the first of a case or a renewal, that somebody has to approve.
struct WaitingConsent {
    std::string pseudonym;
    Timestamp since{};
};

// Notices of a case whose time is over while something is still up.
struct OverdueFacts {
    std::string pseudonym;
    std::string notices; // "N-3, N-7"
};

// What the databases say, read on the store thread.
struct StoreFacts {
    std::vector<SiteFacts> sites;
    std::vector<ConsentFacts> consents;         // of open cases that have references
    std::vector<QuarantineFacts> quarantined;   // references that match too often
    std::vector<WaitingConsent> waiting;        // of open cases
    std::vector<OverdueFacts> overdue;          // by case
    std::map<std::string, std::int64_t> queued; // alerts by channel
    std::map<std::string, std::int64_t> given_up;
    std::int64_t pictures_pending = 0;
};

// What the loop knows without asking anybody.
struct LoopFacts {
    std::size_t references = 0;
    std::int64_t compared = 0; // pictures since the start
    sandbox::PoolCounters workers;
    std::string worker_failure; // why none can start; empty: they can
    std::vector<ChannelFacts> channels;
};

// Turns what is known into problems and takes back those it raised. No network, no disk but the free space of
// the folders; loop thread.
class HealthJudge {
public:
    HealthJudge(Problems& problems, const Clock& clock);

    void use(HealthSettings settings);
    const HealthSettings& settings() const noexcept { return settings_; }

    // What needs no database: channels, workers that cannot start. Cheap.
    void judge_now(const LoopFacts& loop);
    // All the rest; called about every settings.check_every.
    void judge(const StoreFacts& store, const LoopFacts& loop);
    // The free space of the folders and the clock: also where the databases cannot be read.
    void judge_machine();

    // As last judged.
    const std::vector<SiteFacts>& sites() const noexcept { return sites_; }

private:
    void raise(std::string_view kind, std::string_view subject, bool stands, std::string detail,
               Severity severity);
    void judge_sites();
    void judge_consents(const StoreFacts& store);
    void judge_outbox(const StoreFacts& store);
    void judge_comparing(const StoreFacts& store, const LoopFacts& loop);
    void judge_workers(const LoopFacts& loop);
    void judge_folder(const std::string& name, const std::filesystem::path& folder);

    Problems& problems_;
    const Clock& clock_;
    HealthSettings settings_;
    std::vector<SiteFacts> sites_;
    std::map<std::string, Timestamp> not_fine_since_;      // by site
    std::set<std::pair<std::string, std::string>> raised_; // others raise and clear their own
    Timestamp highest_{};                                  // the wall clock as far as it ever went
    std::optional<Timestamp> progress_at_;                 // something was compared or looked at
    std::int64_t compared_ = 0;
    std::optional<Timestamp> newest_success_;
    sandbox::PoolCounters workers_;
};

} // namespace stillwatch::daemon
