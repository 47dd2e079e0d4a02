#include "crawler/scheduler.hpp"

#include "core/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace stillwatch::crawler {

namespace {

constexpr int attempts_of_single_pass = 5;
constexpr auto longest_look_pause = std::chrono::minutes(1);
constexpr auto shortest_look_pause = std::chrono::milliseconds(100);

PaceSettings only_so_many(int visits)
{
    return {std::chrono::milliseconds(0), visits};
}

} // namespace

// The state of one run.
struct Scheduler::Crawl {
    Crawl(Scheduler& owner, VisitFunction visit, Pass chosen)
        : pass(chosen), began(owner.clock_.now()),
          places(owner.time_, only_so_many(owner.settings_->max_visits)),
          batcher(owner.frontier_, owner.time_, chosen == Pass::single ? attempts_of_single_pass : 0),
          context{.loop = owner.loop_,
                  .time = owner.time_,
                  .clock = owner.clock_,
                  .frontier = owner.frontier_,
                  .pace = owner.pace_,
                  .places = places,
                  .batcher = batcher,
                  .progress = owner.progress_,
                  .settings = owner.settings_,
                  .visit = std::move(visit),
                  .horizon = [this, &owner] { return pass == Pass::single ? began : owner.clock_.now(); },
                  .on_applied = [this, &owner](bool brought) { applied(owner, brought); }}
    {
    }

    void applied(Scheduler& owner, bool brought)
    {
        if (batcher.failure()) owner.stop();
        if (!brought) return;
        exhausted.clear();
        has_news = true;
        owner.alarm_->ring();
    }

    void stop()
    {
        context.stopping = true;
        places.stop();
        batcher.hurry();
        for (auto& [id, host_queue] : host_queues)
            host_queue->wake();
    }

    Pass pass;
    Timestamp began;
    HostGate places;
    ResultBatcher batcher;
    HostQueueContext context;
    std::map<HostId, std::unique_ptr<HostQueue>> host_queues;
    std::set<HostId> exhausted; // host queues that found nothing to claim; forgotten when there may be more
    bool has_news = true;       // something happened since the frontier was asked for hosts
    bool batcher_runs = false;
};

Scheduler::Scheduler(asio::any_io_executor loop, Timekeeper& time, const Clock& clock, Frontier& frontier,
                     const HostPace& pace, std::shared_ptr<const CrawlSettings> settings)
    : loop_(std::move(loop)), time_(time), clock_(clock), frontier_(frontier), pace_(pace),
      settings_(std::move(settings)), alarm_(time.alarm())
{
}

Scheduler::~Scheduler() = default;

Task<> Scheduler::run(VisitFunction visit)
{
    (void)co_await crawl(std::move(visit), Pass::endless);
}

Task<Result<CrawlProgress>> Scheduler::run_once(VisitFunction visit)
{
    const auto failure = co_await crawl(std::move(visit), Pass::single);
    if (failure) co_return *failure;
    co_return progress();
}

Task<std::optional<Error>> Scheduler::crawl(VisitFunction visit, Pass pass)
{
    // Cancellation ends the waits below; what is under way is waited for all the same.
    const bool threw_if_cancelled = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    progress_ = {.started = clock_.now()};
    crawl_ = std::make_unique<Crawl>(*this, std::move(visit), pass);
    auto& crawl = *crawl_;
    crawl.batcher_runs = true;
    asio::co_spawn(loop_, crawl.batcher.run(), [this](std::exception_ptr problem) {
        if (problem) log::error("crawler", "storing results failed", {{"error", describe(problem)}});
        crawl_->batcher_runs = false;
        alarm_->ring();
    });
    std::exception_ptr problem;
    try {
        co_await look_for_work(crawl);
    } catch (...) {
        problem = std::current_exception();
    }
    co_await end_crawl(crawl);
    auto failure = crawl.batcher.failure();
    crawl_.reset();
    co_await asio::this_coro::throw_if_cancelled(threw_if_cancelled);
    if (problem) std::rethrow_exception(problem);
    co_return failure;
}

Task<> Scheduler::look_for_work(Crawl& crawl)
{
    auto may_look_at = time_.now();
    while (!stopping_) {
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none) {
            stop();
            break;
        }
        if (!crawl.has_news || time_.now() < may_look_at) {
            auto until = may_look_at;
            if (!crawl.has_news) until = co_await next_look(crawl.pass);
            co_await alarm_->wait_until(until);
            if (!crawl.has_news && time_.now() >= until) {
                crawl.exhausted.clear();
                crawl.has_news = true;
            }
            continue;
        }
        crawl.has_news = false;
        may_look_at = time_.now() + shortest_look_pause;
        const auto hosts = co_await frontier_.ready_hosts(crawl.context.horizon());
        if (stopping_) break;
        for (const auto& host : hosts)
            start_queue(crawl, host);
        if (crawl.pass == Pass::single && crawl.host_queues.empty() && !crawl.has_news) break;
    }
}

Task<Moment> Scheduler::next_look(Pass pass)
{
    if (pass == Pass::single) co_return never;
    const auto now = clock_.now();
    const auto due = co_await frontier_.next_due(now);
    const auto pause = due && *due > now ? std::min<std::chrono::milliseconds>(*due - now, longest_look_pause)
                                         : std::chrono::milliseconds(longest_look_pause);
    co_return time_.now() + pause;
}

void Scheduler::start_queue(Crawl& crawl, const store::HostRow& host)
{
    if (crawl.host_queues.contains(host.id) || crawl.exhausted.contains(host.id) ||
        !settings_->site(host.site))
        return;
    auto& host_queue =
        *crawl.host_queues.emplace(host.id, std::make_unique<HostQueue>(crawl.context, host)).first->second;
    asio::co_spawn(loop_, host_queue.run(), [this, id = host.id](std::exception_ptr problem) {
        auto& current = *crawl_;
        const auto ended = current.host_queues.extract(id);
        if (problem) log::error("crawler", "host queue failed", {{"error", describe(problem)}});
        if (problem || !ended.mapped()->did_something()) current.exhausted.insert(id);
        current.has_news = true;
        alarm_->ring();
    });
}

Task<> Scheduler::end_crawl(Crawl& crawl)
{
    crawl.stop();
    while (!crawl.host_queues.empty())
        co_await alarm_->wait_until(never);
    crawl.batcher.finish();
    while (crawl.batcher_runs)
        co_await alarm_->wait_until(never);
}

void Scheduler::wake()
{
    if (!crawl_) return;
    crawl_->exhausted.clear();
    crawl_->has_news = true;
    for (auto& [id, host_queue] : crawl_->host_queues)
        host_queue->wake();
    alarm_->ring();
}

void Scheduler::use(std::shared_ptr<const CrawlSettings> settings)
{
    settings_ = std::move(settings);
    if (crawl_) crawl_->places.set_pace(only_so_many(settings_->max_visits));
    wake();
}

void Scheduler::stop()
{
    stopping_ = true;
    if (crawl_) crawl_->stop();
    alarm_->ring();
}

CrawlProgress Scheduler::progress() const
{
    auto now = progress_;
    now.host_queues = crawl_ ? static_cast<int>(crawl_->host_queues.size()) : 0;
    return now;
}

} // namespace stillwatch::crawler
