#include "daemon/engine.hpp"

#include "daemon/metrics.hpp"
#include "daemon/settings.hpp"

#include <fmt/format.h>

// What an engine tells of how it is doing.
namespace stillwatch::daemon {

void Engine::start_health()
{
    loops_.spawn("health", health_.run(), on_loop_failure_);
    loops_.spawn("rounds", rounds_.run(), on_loop_failure_);
    loops_.spawn("time stamps", stamper_.run(), on_loop_failure_);
    loops_.spawn("retention", keeper_.run(), on_loop_failure_);
}

LoopFacts Engine::loop_facts() const
{
    LoopFacts facts;
    facts.references = references_.current()->size();
    facts.compared = counters_.total("pictures_compared_total") + counters_.total("pictures_known_total");
    facts.workers = workers_.counters();
    facts.worker_failure = workers_.start_failure();
    facts.channels = channels_->facts();
    return facts;
}

void Engine::configuration_refused(std::string reason)
{
    problems_.set("configuration", "", fmt::format("not taken over, the one before is in force: {}", reason));
}

std::string Engine::metrics()
{
    auto text = counters_.text();
    const auto progress = scheduler_.progress();
    text += gauge_text("visits_in_flight", progress.in_flight);
    text += gauge_text("hosts_in_visit", progress.host_queues);
    // Since the start, named as in the summary of `crawl --once`.
    text += gauge_text("pages", static_cast<double>(progress.pages));
    text += gauge_text("images", static_cast<double>(progress.images));
    text += gauge_text("bytes", static_cast<double>(progress.wire_bytes));
    text += gauge_text("body_bytes_held", static_cast<double>(web_.bodies().held_bytes()));
    text += gauge_text("bodies_waiting", static_cast<double>(web_.bodies().waiting()));
    text += gauge_text("body_waits", static_cast<double>(web_.bodies().waits()));
    text += gauge_text("loop_stall_seconds_max", loop_stalls_.longest().count());
    text += gauge_text("loop_busy_stall_seconds_max", loop_stalls_.longest_busy().count());
    text += gauge_text("findings", static_cast<double>(counters_.total("findings_total")));
    text += gauge_text("references", static_cast<double>(references_.current()->size()));
    text += gauge_text("reference_generation", static_cast<double>(references_.current()->generation()));
    const auto workers = workers_.counters();
    text += gauge_text("worker_requests_completed", static_cast<double>(workers.completed));
    text += gauge_text("workers_crashed", static_cast<double>(workers.crashed));
    text += gauge_text("workers_late", static_cast<double>(workers.late));
    text += gauge_text("worker_documents_retried", static_cast<double>(workers.retried));
    text += gauge_text("worker_documents_asked_again", static_cast<double>(workers.asked_again));
    text += gauge_text("workers_disagreed", static_cast<double>(workers.disagreed));
    text += gauge_text("packages_without_time_stamp", static_cast<double>(stamper_.waiting()));
    const auto alerts = channels_->counts();
    text += gauge_text("alerts_sent", static_cast<double>(alerts.sent));
    text += gauge_text("alerts_retried", static_cast<double>(alerts.retried));
    text += gauge_text("alerts_dead", static_cast<double>(alerts.dead));
    const auto channels = channels_->facts();
    const auto fails = [](const ChannelFacts& channel) { return !channel.failure.empty(); };
    text += gauge_text("channels_failing", static_cast<double>(std::ranges::count_if(channels, fails)));
    return text + health_.metrics();
}

HealthAnswer Engine::health()
{
    return health_.answer();
}

} // namespace stillwatch::daemon
