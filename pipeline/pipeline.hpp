#pragma once

#include "core/async.hpp"
#include "core/inspector.hpp"
#include "crawler/policy/control_yield.hpp"
#include "crawler/settings.hpp"
#include "matcher/template_memory.hpp"
#include "pipeline/classify.hpp"
#include "pipeline/comparison.hpp"
#include "pipeline/fetched_video.hpp"
#include "pipeline/finish.hpp"
#include "pipeline/guard.hpp"
#include "pipeline/inside.hpp"
#include "pipeline/introductions.hpp"
#include "pipeline/intros.hpp"
#include "pipeline/look_budget.hpp"
#include "pipeline/recorder.hpp"
#include "pipeline/revisit_scales.hpp"
#include "pipeline/services.hpp"
#include "pipeline/stand_ins.hpp"
#include "pipeline/state.hpp"
#include "pipeline/turns.hpp"
#include "pipeline/video_comparison.hpp"
#include "pipeline/ways_in.hpp"
#include "pipeline/worker_trouble.hpp"
#include "store/still_up_check.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace stillwatch::pipeline {

// What the pipeline is told; a reload gives another.
struct PipelineSettings {
    std::shared_ptr<const crawler::CrawlSettings> crawl;
    FetchLimits page;
    FetchLimits image;
    VideoFetchLimits video;
    std::chrono::seconds look_time_a_day{4 * 3'600}; // for videos, beyond their key frames
    RecordSettings record;
    bool compares = true;                            // false: `crawl --no-match`
    std::shared_ptr<const cases::GuardList> guard{}; // pictures that nobody may look at
    std::set<Tier> tiers{}; // only these; empty: all. As CaseDatabase::compare_tiers was told
};

// The way of a picture, top to bottom: fetch, read, compare, record. Loop thread; any number of visits at
// once.
class Pipeline {
public:
    Pipeline(const Services& services, std::shared_ptr<const PipelineSettings> settings);

    // Visits that begin from now on follow these settings.
    void use(std::shared_ptr<const PipelineSettings> settings) { settings_ = std::move(settings); }

    // Addresses were guarded by somebody else.
    void read_guard_again() { guard_.read_again(); }

    const std::shared_ptr<const PipelineSettings>& settings() const { return settings_; }

    // Visits one address and does everything that follows from it; findings are committed when it returns.
    // Errors: cancelled (we are stopping: the visit counts as not done).
    Task<Result<store::VisitResult>> visit(store::Visit visit);

private:
    // What a picture matches, as a comparison or an earlier one of the same bytes told it.
    struct Matched {
        std::vector<Match> matches{};
        Sha256 file{};
        std::optional<Fingerprint> fingerprint{};
        std::int64_t pixels = 0;
        evidence::PictureSize size{};  // where it was compared just now
        std::int64_t generation = 0;   // of the references it was compared with
        bool is_in_part = false;       // a bound left out some of what it shows
        bool has_unread_faces = false; // a worker was lost over them
        std::optional<cases::GuardReason> guarded{};
        std::vector<json::object> videos{}; // of a video: what video_json() tells of each match
        std::vector<Fetched> parts{};       // of a video, beside the answer
        LeadFaces faces{};                  // that leads of tier resemblance rest on
    };

    Task<VisitState> prepare(store::Visit visit);
    Task<Result<Came>> fetch(const VisitState& state);
    Task<Result<Came>> ask_otherwise(const VisitState& state, Came refusal, Introductions::Pair pair);
    bool is_stand_in(const VisitState& state, const Came& came) const;
    Task<> look_behind(const VisitState& state, Sha256 content);
    void note_stand_in(const VisitState& state, const Came& came, Seen& seen);
    Task<Result<Came>> fetch_inside(const VisitState& state);
    Task<> take_inside(const crawler::PoliteAnswer& answer, PageLinks& page);
    Task<Came> receive(crawler::PoliteAnswer answer);
    Task<bool> is_visited_anyway(Url from, Url to);
    Task<VisitState> arrive(VisitState state, const Came& came);
    Task<Result<Seen>> look(const VisitState& state, const Came& came);
    Task<> go_in(const VisitState& state, const Came& came, const Seen& seen);
    bool is_looked_after(const VisitState& state) const;
    Task<VisitEnd> end(const VisitState& state, store::Visited visited,
                       std::vector<store::CheckPackage> packages);
    void count_arrival(const Came& came);
    void count(const Seen& seen, const Came& came);
    void count(NotCompared reason);
    void note_failure(const VisitState& state, const Error& error);
    void note_trouble(const Error& error);
    Task<> note_look(const VisitState& state, store::Visited visited,
                     std::vector<store::CheckPackage> packages);

    Task<Result<Seen>> read_page(const VisitState& state, const Came& came, bool is_unseen);
    Task<Result<Seen>> take_page(const VisitState& state, const Came& came, Seen seen, const PageLinks& page);
    Task<Result<Seen>> read_refusal(const VisitState& state, const Came& came, Shown shown);
    static void note_outside(const VisitState& state, const Link& link, Seen& seen);
    std::optional<store::Discovered> discover(const VisitState& state, const Link& link);
    void discover_headers(const VisitState& state, const Came& came, Seen& seen);
    Task<std::vector<store::Discovered>> discover_sitemaps(const VisitState& state, const Came& came);

    Task<Knowledge> knowledge_of(Sha256 content);
    bool is_settled(const Knowledge& knowledge) const;
    Task<Result<Seen>> judge_picture(const VisitState& state, const Came& came, Show show);
    Task<Result<Seen>> judge_anew(const VisitState& state, const Came& came, Seen seen,
                                  const Knowledge& known);
    // --- packages (package.cpp) ---
    struct PackageRead {
        std::uint32_t next_picture = 0; // 0: none is left
        std::size_t compared = 0;
        std::optional<Error> failed{}; // of a picture in it: passing, so that the package is looked at again
    };
    Task<Result<Seen>> judge_package(const VisitState& state, const Came& came, Seen seen,
                                     const Knowledge& known);
    Task<Result<Ending>> judge_entry(const VisitState& state, const Came& came, Seen& seen,
                                     PackageRead& read);
    // --- videos (video.cpp) ---
    struct OpenVideo {
        std::unique_ptr<FetchedVideo> video{};
        std::vector<Fetched> parts{}; // of a playlist's, in order
        bool is_whole = false;        // the answer is the whole file
        bool is_in_part = false;
        std::optional<Error> trouble{}; // why not all came that was asked for, and may come another day
    };
    Task<Result<Came>> fetch_video(const VisitState& state);
    Task<Result<crawler::PoliteAnswer>> fetch_beginning(const VisitState& state, Url url,
                                                        crawler::Conditions conditions);
    Result<std::unique_ptr<FetchedVideo>> open_file(const VisitState& state, const Fetched& answer,
                                                    const Bytes& body, Url url);
    Task<Result<OpenVideo>> open_video(const VisitState& state, const Came& came, VideoPass pass);
    void leave_out_intros(const VisitState& state, ComparedVideo& compared);
    VideoPass pass_for(const VisitState& state, const Came& came);
    Task<Result<Seen>> judge_video(const VisitState& state, const Came& came, Seen seen,
                                   const Knowledge& known);
    Task<Result<void>> confirm_frames(const VisitState& state, VideoReader& reader,
                                      const ComparisonTerms& terms, ComparedVideo& compared,
                                      Matched& matched);
    Seen video_not_read(const VisitState& state, const Came& came, Seen seen, const Knowledge& known,
                        const Error& error);
    void count_video(const ComparedVideo& compared, VideoPass pass, std::chrono::nanoseconds spent);

    Seen picture_not_read(const VisitState& state, const Came& came, Seen seen, const Knowledge& known,
                          const Error& error);
    Task<Result<Matched>> compare(const VisitState& state, const Came& came, bool is_unseen);
    Task<Result<Compared>> compare_twice(const VisitState& state, Document document, ComparisonTerms terms);
    Task<Matched> matched_before(Sha256 file);
    Task<Result<Seen>> keep(const VisitState& state, const Came& came, Seen seen, Matched matched);
    Task<std::vector<Occurrence>> on_record(Sha256 file);
    Task<bool> is_on_record(const Matched& matched);
    Task<std::vector<Fetched>> chain_in_pool(const Came& came);
    Task<Result<Recorder::Outcome>> record(const VisitState& state, const Came& came, Matched& matched);

    // Each is a process that holds its video, and a host may take its time: one site holds up no other.
    static constexpr std::size_t videos_at_once = 4;
    static constexpr std::size_t videos_at_once_a_site = 1;

    Services services_;
    Recorder recorder_;
    Guard guard_;
    RevisitScales scales_;
    WorkerTrouble trouble_;
    // One in so many matches that workers of the site alone told is asked of a fresh worker.
    static constexpr std::size_t a_sampled_match = 8;
    std::size_t matches_of_own_workers_ = 0;
    bool are_workers_doubted_ = false; // a match was refuted: from now on each is asked again
    Introductions introductions_;
    StandIns stand_ins_;
    std::map<std::string, WaysIn> ways_in_; // by site
    PicturesInside inside_;
    Turns video_turns_{videos_at_once};
    std::map<std::string, Turns> turns_of_sites_;
    LookBudget look_budget_;
    static constexpr std::size_t max_pages_with_findings = 10'000;
    std::set<std::string> pages_with_findings_; // since the start; then it begins anew
    std::shared_ptr<const PipelineSettings> settings_;
    static constexpr std::size_t max_origins_told = 10'000;
    std::set<std::string> sitemaps_told_;                      // origins whose sitemaps are in the frontier
    std::map<std::string, crawler::ControlYield> controls_;    // by site
    std::map<std::string, matcher::TemplateMemory> templates_; // by site, learnt as it is crawled
    std::map<std::string, Intros> intros_;                     // likewise
};

} // namespace stillwatch::pipeline
