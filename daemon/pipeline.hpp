#pragma once

#include "core/async.hpp"
#include "core/clock.hpp"
#include "core/fetch.hpp"
#include "core/inspector.hpp"
#include "crawler/polite_fetcher.hpp"
#include "crawler/settings.hpp"
#include "daemon/metrics.hpp"
#include "daemon/reference_keeper.hpp"
#include "daemon/stores.hpp"
#include "evidence/capture.hpp"
#include "store/frontier_database.hpp"
#include "vault/sign.hpp"

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace stillwatch::daemon {

// What the pipeline is told; a reload gives another.
struct PipelineSettings {
    std::shared_ptr<const crawler::CrawlSettings> crawl;
    FetchLimits page;
    FetchLimits image;
    evidence::EvidenceSettings evidence;
    std::vector<std::string> channels; // that every new finding is told to
    std::string link;                  // pattern of the address in alerts
    bool compares = true;              // false: `crawl --no-match`
    std::set<Tier> tiers;              // only these; empty: all
    // More pages than this that show the same picture are counted and not recorded: one picture in a side bar
    // would otherwise bring an alert for every page of the site.
    std::size_t max_pages_per_picture = 32;
};

// The parts a picture passes on its way; all outlive the pipeline.
struct Services {
    Stores& stores;
    crawler::PoliteFetcher& fetcher;
    Inspector& inspector;
    ReferenceKeeper& references;
    asio::thread_pool& cpu;
    const vault::SigningKey& signing;
    const Clock& clock;
    Counters& counters;
    std::function<void()> alerts_queued; // called after findings were committed
};

// The way of a picture, top to bottom: fetch, read, compare, record. Loop thread; any number of visits at once.
class Pipeline {
public:
    Pipeline(Services services, std::shared_ptr<const PipelineSettings> settings)
        : services_(std::move(services)), settings_(std::move(settings))
    {
    }

    // Visits that begin from now on follow these settings.
    void use(std::shared_ptr<const PipelineSettings> settings) { settings_ = std::move(settings); }

    // Visits one address and does everything that follows from it; findings are committed when it returns.
    // Errors: cancelled (we are stopping: the visit counts as not done).
    Task<Result<store::VisitResult>> visit(store::Visit visit);

private:
    // What one visit carries along.
    struct Journey {
        store::Visit visit;
        std::shared_ptr<const PipelineSettings> settings;
        std::shared_ptr<const crawler::SiteRules> site;
        store::VisitResult result;
        bool brought_new = false;
    };

    Task<Result<void>> read_answer(Journey& journey, const crawler::PoliteAnswer& answer);
    Task<Result<void>> read_page(Journey& journey, const Fetched& answer, Document document);
    Task<Result<void>> judge_picture(Journey& journey, const crawler::PoliteAnswer& answer, Document document);
    Task<Result<std::vector<Match>>> compare(Journey& journey, std::shared_ptr<const matcher::ReferenceSet> references,
                                             Document document);
    Task<std::vector<Match>> matches_on_record(const Sha256& content);
    Task<Result<void>> record(Journey& journey, const crawler::PoliteAnswer& answer, std::vector<Match> matches);
    struct SecondLook {
        PageState state = PageState::none;
        std::vector<Fetched> fetched;
        std::string error;
    };
    Task<Result<SecondLook>> look_again(Journey& journey, Url page);
    Task<Result<void>> record_occurrence(Journey& journey, Finding finding, evidence::Capture capture);

    Services services_;
    std::shared_ptr<const PipelineSettings> settings_;
};

} // namespace stillwatch::daemon
