#pragma once

#include "control/commands.hpp"
#include "core/async.hpp"
#include "daemon/health_judge.hpp"
#include "daemon/health_text.hpp"
#include "daemon/problem_teller.hpp"
#include "pipeline/stores.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace stillwatch::daemon {

// Looks again and again at everything that can be wrong, and tells people what lasts. Loop thread.
class HealthWatch {
public:
    struct Sources {
        std::function<LoopFacts()> loop;
        std::function<std::shared_ptr<control::Commands>()> commands; // for `site health`, one truth for both
        std::function<void()> alerts_queued;
    };
    // Everything given must outlive it.
    HealthWatch(asio::io_context& loop, pipeline::Stores& stores, Problems& problems, const Clock& clock,
                Sources sources);

    void use(HealthSettings settings);
    // Ends only by cancellation.
    Task<> run();
    // Looks now instead of at the next time.
    void wake() { timer_.cancel(); }

    // What is wrong at this moment.
    HealthAnswer answer();
    json::array rows();
    // As they were at the last look.
    const std::vector<SiteFacts>& sites() const { return judge_.sites(); }
    std::string metrics();

private:
    Task<> check();
    Task<> tell();
    std::vector<Problem> problems();

    pipeline::Stores& stores_;
    Problems& problems_;
    const Clock& clock_;
    Sources sources_;
    HealthJudge judge_;
    std::optional<ProblemTeller> teller_; // from the first look on
    std::chrono::steady_clock::time_point checked_at_ = std::chrono::steady_clock::now();
    asio::steady_timer timer_;
};

} // namespace stillwatch::daemon
