#pragma once

#include "core/async.hpp"
#include "core/inspector.hpp"
#include "crawler/settings.hpp"
#include "daemon/answers.hpp"
#include "daemon/comparison.hpp"
#include "daemon/not_compared.hpp"
#include "daemon/recorder.hpp"
#include "daemon/revisit_scales.hpp"
#include "daemon/services.hpp"
#include "daemon/worker_trouble.hpp"
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
    Pipeline(const Services& services, std::shared_ptr<const PipelineSettings> settings);

    // Visits that begin from now on follow these settings.
    void use(std::shared_ptr<const PipelineSettings> settings) { settings_ = std::move(settings); }

    const std::shared_ptr<const PipelineSettings>& settings() const { return settings_; }

    // Visits one address and does everything that follows from it; findings are committed when it returns.
    // Errors: cancelled (we are stopping: the visit counts as not done).
    Task<Result<store::VisitResult>> visit(store::Visit visit);

private:
    // What is known of some bytes.
    struct Knowledge {
        std::optional<store::Verdict> verdict; // of this extractor
        std::optional<store::Unread> unread;
    };
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
        bool is_unseen = false;      // the answer may be a page as well as a picture
        Sha256 digest{};             // of the payload as it came
        Knowledge known{};           // of the bytes before, then of those that came
        Timestamp not_before{};      // of the next visit
        // Of a picture that matches, as the comparison or an earlier one of the same bytes told them.
        std::optional<Fingerprint> fingerprint{};
        std::int64_t pixels = 0;
        bool was_match = false; // at its last visit
        bool is_capped = false; // a match was counted only: it is compared again tomorrow
    };

    void count(const Ending& ending);
    static void begin(Journey& journey, store::Visit visit);
    Task<bool> is_visited_anyway(Url from, Url to);
    Ending moved(Journey& journey, const crawler::PoliteAnswer& answer);
    Task<> arrive(Journey& journey, const crawler::PoliteAnswer& answer);
    Task<Result<Ending>> read_answer(Journey& journey, crawler::PoliteAnswer& answer);
    Task<Payload> payload_in(const Fetched& answer);
    static void take_content(Journey& journey, const crawler::PoliteAnswer& answer, const Payload& payload);
    Task<Result<Ending>> read_page(Journey& journey, const crawler::PoliteAnswer& answer,
                                   std::shared_ptr<const Bytes> body);
    void discover(Journey& journey, const Link& link);
    Task<void> discover_sitemaps(Journey& journey);

    Task<Knowledge> knowledge_of(const Sha256& content);
    bool is_settled(const Knowledge& knowledge) const;
    Task<Result<Ending>> judge_picture(Journey& journey, const crawler::PoliteAnswer& answer, Document document);
    Task<Result<Ending>> judge_anew(Journey& journey, const crawler::PoliteAnswer& answer, Document document);
    Task<Result<Ending>> keep(Journey& journey, const crawler::PoliteAnswer& answer, std::vector<Match> matches,
                              Sha256 file);
    Task<Result<Compared>> compare(Journey& journey, Document document);
    Task<std::vector<Occurrence>> on_record(const Sha256& file);
    Task<std::vector<Fetched>> chain_in_pool(const crawler::PoliteAnswer& answer);
    Task<> note_look(const Journey& journey);
    Task<Result<void>> record(Journey& journey, const crawler::PoliteAnswer& answer, std::vector<Match> matches,
                              Sha256 file);

    static Ending not_modified(Journey& journey);
    Task<Result<Ending>> read_refusal(Journey& journey, Fetched& answer);
    Ending challenged(Journey& journey, const Fetched& answer);
    Ending page_not_read(Journey& journey, const Error& error);
    Ending picture_not_read(Journey& journey, const Fetched& answer, const Error& error);
    static Ending unreadable(Journey& journey, const Fetched& answer, NotCompared reason);
    static store::Outcome outcome_with(const Fetched& answer, store::Outcome outcome);
    static void leave_for_later(Journey& journey, store::Outcome outcome = store::Outcome::unreachable);

    Services services_;
    Recorder recorder_;
    RevisitScales scales_;
    WorkerTrouble trouble_;
    std::shared_ptr<const PipelineSettings> settings_;
    static constexpr std::size_t max_origins_told = 10'000;
    std::set<std::string> sitemaps_told_;                      // origins whose sitemaps are in the frontier
    std::map<std::string, matcher::TemplateMemory> templates_; // by site, learnt as it is crawled
};

} // namespace stillwatch::daemon
