#pragma once

#include "core/async.hpp"
#include "core/inspector.hpp"
#include "crawler/settings.hpp"
#include "daemon/recorder.hpp"
#include "daemon/revisit_scales.hpp"
#include "daemon/services.hpp"
#include "matcher/template_memory.hpp"
#include "store/frontier_database.hpp"

#include <map>
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
    RecordSettings record;
    bool compares = true;   // false: `crawl --no-match`
    std::set<Tier> tiers{}; // only these; empty: all. As CaseDatabase::compare_tiers was told
};

// The way of a picture, top to bottom: fetch, read, compare, record. Loop thread; any number of visits at
// once.
class Pipeline {
public:
    Pipeline(const Services& services, std::shared_ptr<const PipelineSettings> settings)
        : services_(services), recorder_(services), scales_(services.stores, services.clock),
          settings_(std::move(settings))
    {
    }

    // Visits that begin from now on follow these settings.
    void use(std::shared_ptr<const PipelineSettings> settings) { settings_ = std::move(settings); }

    const std::shared_ptr<const PipelineSettings>& settings() const { return settings_; }

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
        std::shared_ptr<crawler::PoliteAnswer> answer{}; // kept until the visit ends; documents share its body
        std::int64_t news = 0;       // as next_visit() takes it
        bool is_conditional = false; // asked whether it changed
        bool broke_off = false;      // the answer did, and may yet come whole
        // Of a picture that matches, as the comparison or an earlier one of the same bytes told them.
        std::optional<Fingerprint> fingerprint{};
        std::int64_t pixels = 0;
        bool was_match = false; // at its last visit
        bool is_capped = false; // a match was counted only: it is compared again tomorrow
    };

    Task<Result<void>> read_answer(Journey& journey, crawler::PoliteAnswer& answer);
    Task<Result<void>> look_for_challenge(Journey& journey, Fetched& answer);
    void challenged(Journey& journey, const Fetched& answer);
    Task<Result<void>> read_page(Journey& journey, const Fetched& answer, Document document);
    void discover(Journey& journey, const Link& link);
    Task<void> discover_sitemaps(Journey& journey);
    Task<Result<void>> judge_picture(Journey& journey, const crawler::PoliteAnswer& answer,
                                     Document document);
    Task<Result<std::vector<Match>>> compare(Journey& journey, Document document);
    Task<std::vector<Occurrence>> on_record(const Sha256& content);
    static void leave_for_later(Journey& journey);
    Task<std::vector<Fetched>> chain_in_pool(const crawler::PoliteAnswer& answer);
    Task<> note_look(const Journey& journey);
    Task<Result<void>> record(Journey& journey, const crawler::PoliteAnswer& answer,
                              std::vector<Match> matches);

    Services services_;
    Recorder recorder_;
    RevisitScales scales_;
    std::shared_ptr<const PipelineSettings> settings_;
    static constexpr std::size_t max_origins_told = 10'000;
    std::set<std::string> sitemaps_told_;                      // origins whose sitemaps are in the frontier
    std::map<std::string, matcher::TemplateMemory> templates_; // by site, learnt as it is crawled
};

} // namespace stillwatch::daemon
