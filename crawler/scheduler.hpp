#pragma once

#include "crawler/host_queue.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>

namespace stillwatch::crawler {

// Visits what is due, one host queue a host. Everything happens on the loop's thread. It must outlive its
// run(), and whoever runs it waits for that to return: then nothing it started is left.
class Scheduler {
public:
    Scheduler(asio::any_io_executor loop, Timekeeper& time, const Clock& clock, Frontier& frontier,
              const HostPace& pace, std::shared_ptr<const CrawlSettings> settings);
    ~Scheduler();

    // Visits until stop() or Asio's cancellation. Rethrows what the frontier throws, after all host queues
    // have ended.
    Task<> run(VisitFunction visit);
    // One pass: until nothing is left that was due when it began, or was found on the way. Hosts that ask for
    // long pauses are left out. Errors: what the frontier answered when results could not be stored five
    // times.
    Task<Result<CrawlProgress>> run_once(VisitFunction visit);

    // Looks for work now: new sites, a new reference generation.
    void wake();
    // Settings for everything that starts from now on; host queues of sites that left end.
    void use(std::shared_ptr<const CrawlSettings> settings);
    // Starts nothing new; what is under way ends as its visits end (the caller cancels those), what was
    // claimed and not visited is given back, results are stored.
    void stop();

    CrawlProgress progress() const;

private:
    enum class Pass { endless, single };
    struct Crawl;

    Task<std::optional<Error>> crawl(VisitFunction visit, Pass pass);
    Task<> look_for_work(Crawl& crawl);
    Task<> end_crawl(Crawl& crawl);
    Task<Moment> next_look(Pass pass);
    void start_queue(Crawl& crawl, const store::HostRow& host);

    asio::any_io_executor loop_;
    Timekeeper& time_;
    const Clock& clock_;
    Frontier& frontier_;
    const HostPace& pace_;
    std::shared_ptr<const CrawlSettings> settings_;
    std::unique_ptr<Alarm> alarm_;
    std::unique_ptr<Crawl> crawl_; // while one runs
    CrawlProgress progress_{};
    bool stopping_ = false;
};

} // namespace stillwatch::crawler
