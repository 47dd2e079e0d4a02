#pragma once

#include "crawler/frontier.hpp"
#include "crawler/pace/host_gate.hpp"
#include "crawler/pace/host_pace.hpp"
#include "crawler/progress.hpp"
#include "crawler/result_batcher.hpp"
#include "crawler/settings.hpp"

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

namespace stillwatch::crawler {

// Visits one address. An error means that there is nothing to record: the address is visited again, at once
// after `cancelled`, when its lease ends otherwise.
using VisitFunction = std::function<Task<Result<store::VisitResult>>(store::Visit visit)>;

// What all host queues of a crawl share; it outlives them.
struct HostQueueContext {
    asio::any_io_executor loop;
    Timekeeper& time;
    const Clock& clock;
    Frontier& frontier;
    const HostPace& pace;
    HostGate& places; // bounds the visits of all host queues together
    ResultBatcher& batcher;
    CrawlProgress& progress;
    const std::shared_ptr<const CrawlSettings>& settings; // those in force
    VisitFunction visit;
    std::function<Timestamp()> horizon; // what is due by then is visited
    std::function<void(bool brought)> on_applied;
    bool stopping = false;
};

// The visits of one host: claims small windows of what is due and visits it, as many at a time as the site
// allows, until nothing is due, the host asks for a long pause, its site leaves the watch list, or the crawl
// stops.
class HostQueue {
public:
    // A window is what a host is asked for in a few turns: a larger one saves the store a transaction, and
    // lets what is found meanwhile wait for longer.
    static constexpr std::size_t smallest_window = 16;
    static constexpr std::size_t largest_window = 64;
    static constexpr std::size_t turns_of_window = 4;
    static constexpr std::chrono::milliseconds lease = std::chrono::hours(1);
    // A longer pause of a host is kept in the frontier, and the host queue ends.
    static constexpr std::chrono::milliseconds longest_wait = std::chrono::minutes(1);

    HostQueue(HostQueueContext& context, store::HostRow host)
        : context_(context), host_(std::move(host)), alarm_(context.time.alarm())
    {
    }
    HostQueue(const HostQueue&) = delete;
    HostQueue& operator=(const HostQueue&) = delete;

    // Ends when no visit is under way, every result is applied and what was not visited is given back.
    Task<> run();
    void wake() { alarm_->ring(); }
    // Whether any visit was claimed.
    bool did_something() const noexcept { return did_something_; }

private:
    enum class Next { go_on, end };

    Task<> work();
    Task<Next> step(std::shared_ptr<const SiteRules> site);
    Task<> refill(std::size_t window);
    Task<> rest(Moment until, int errors_in_a_row);
    void launch();
    Task<> visit(store::Visit visit);
    void ended(const std::exception_ptr& problem);
    void applied(bool brought);

    HostQueueContext& context_;
    store::HostRow host_;
    std::unique_ptr<Alarm> alarm_;
    std::deque<store::Visit> window_;
    std::vector<UrlId> given_up_;
    int running_ = 0;
    int unapplied_ = 0;
    bool is_dry_ = false; // the last claim gave nothing and nothing was applied since
    bool did_something_ = false;
};

// One line about an exception, for the log.
std::string describe(const std::exception_ptr& problem);

} // namespace stillwatch::crawler
