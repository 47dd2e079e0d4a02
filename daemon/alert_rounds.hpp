#pragma once

#include "alerts/event.hpp"
#include "alerts/rules.hpp"
#include "core/async.hpp"
#include "daemon/health_judge.hpp"
#include "followup/notice_clock.hpp"
#include "pipeline/stores.hpp"
#include "vault/sign.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace stillwatch::daemon {

struct RoundSettings {
    std::vector<alerts::ChannelRules> channels;
    std::string link;
    std::shared_ptr<const TimeZone> zone = TimeZone::utc();
    std::optional<int> heartbeat_at; // minutes since midnight; nothing: none is sent
    std::chrono::milliseconds every{30'000};
    std::chrono::milliseconds warn_before{std::chrono::hours(12)}; // the end of a notice's time
};

// Again and again: reminds, hands on, tells of notices whose time ends, and once a day tells every channel
// that all goes on. Loop thread.
class AlertRounds {
public:
    // What the loop knows of how it goes.
    struct LoopNumbers {
        std::vector<SiteFacts> sites;
        std::int64_t compared = 0; // pictures since the start
        std::size_t problems = 0;
    };
    // Everything given must outlive it; `queued` is called when there is something to deliver.
    AlertRounds(asio::io_context& loop, pipeline::Stores& stores, const Clock& clock,
                const vault::SigningKey& key, std::function<LoopNumbers()> numbers,
                std::function<void()> queued);

    void use(RoundSettings settings) { settings_ = std::move(settings); }
    // Ends only by cancellation.
    Task<> run();
    // What a heartbeat of this moment would tell, unsigned; and when the next one leaves.
    Task<json::object> status();

private:
    Task<> round();
    Task<> count();
    void warn_once(const std::vector<followup::ClockTick>& untold);

    pipeline::Stores& stores_;
    const Clock& clock_;
    const vault::SigningKey& key_;
    std::function<LoopNumbers()> numbers_;
    std::function<void()> queued_;
    RoundSettings settings_;
    std::int64_t counted_ = 0; // pictures compared since the start that the database knows of
    std::set<std::pair<store::NoticeId, followup::ClockEvent>> untold_; // that the log was told of
    asio::steady_timer timer_;
};

// The part of a heartbeat that the loop knows; `since` tells what counts as checked.
alerts::Heartbeat count_sites(const std::vector<SiteFacts>& sites, Timestamp since);

} // namespace stillwatch::daemon
