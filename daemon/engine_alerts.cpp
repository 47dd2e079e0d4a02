#include "daemon/engine.hpp"

#include "core/log.hpp"
#include "daemon/settings.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

// What an engine does about alerts.
namespace stillwatch::daemon {

using crawler::UrlFrontier;
using store::CaseDatabase;

AlertRounds::LoopNumbers Engine::numbers()
{
    AlertRounds::LoopNumbers numbers;
    numbers.sites = health_.sites();
    numbers.compared = counters_.total("pictures_compared_total") + counters_.total("pictures_known_total");
    numbers.problems = problems_.current().size();
    return numbers;
}

Task<> Engine::use_alert_rules()
{
    queue_.use(channel_rules(config_));
    rounds_.use(round_settings(config_));
    auto judge_anew = [now = clock_.now()](CaseDatabase& cases, UrlFrontier&) {
        return cases.judge_held_alerts(now);
    };
    const auto judged = co_await stores_.run(std::move(judge_anew));
    if (!judged)
        log::error("engine", "held alerts keep their times", {{"reason", to_string(judged.error())}});
}

Task<> Engine::deliver_due_alerts(std::chrono::milliseconds patience)
{
    asio::steady_timer timer(loop_);
    const auto until = clock_.now() + patience;
    while (clock_.now() < until) {
        auto look = [now = clock_.now()](CaseDatabase& cases, UrlFrontier&) {
            return cases.due_alerts(now, 1).empty();
        };
        const auto is_done = co_await stores_.run(std::move(look));
        if (is_done) co_return;
        timer.expires_after(std::chrono::milliseconds(50));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

} // namespace stillwatch::daemon
