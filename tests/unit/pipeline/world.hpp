#pragma once

#include "cases/case_book.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/under_check.hpp"
#include "tests/support/run.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/crawler/scripted_fetcher.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::pipeline::test {

using crawler::test::ScriptedFetcher;
using stillwatch::test::at;
using stillwatch::test::url;

// Stands where it is put, but for a millisecond that each look at it takes: no two moments are the same.
class TickingClock final : public Clock {
public:
    void set(Timestamp time) { milliseconds_ = time.time_since_epoch().count(); }
    void pass(std::chrono::milliseconds duration) { milliseconds_ += duration.count(); }
    Timestamp now() const override { return Timestamp(std::chrono::milliseconds(++milliseconds_)); }

private:
    mutable std::atomic<std::int64_t> milliseconds_{at(10).time_since_epoch().count()};
};

// A picture file that FakeInspector reads: the motif decides what it resembles, the variant which bytes it
// has. A variant with "large" in it has four times the pixels; one with "far" differs by 16 bits: still near,
// of another class. One with "moves" is an animation: frame 0 shows another thing, 1 and 3 the motif, 2
// nothing of either.
std::string picture_file(const std::string& motif, const std::string& variant = "");

// Cells of which nothing is clear.
SignGrid empty_sign_grid(int tile_columns, int tile_rows);

// Features of such a file: pictures of one motif are near, others are not. There is nothing local in them.
PictureFeatures features_of(const std::string& file, Detail detail = Detail::reference);

// Reads pages of lines, "a ADDRESS", "control ADDRESS", "style ADDRESS", "img ADDRESS", "img:ITEM ADDRESS",
// "inline MOTIF" (a picture that stands in the page) or "wall NAME", and pictures of picture_file().
class FakeInspector final : public Inspector {
public:
    int pages_read = 0;
    int pictures_read = 0; // not counting those that were only confirmed
    int views_read = 0;    // how often views were asked for
    std::optional<Error> page_error{};
    std::optional<Error> picture_error{};
    std::function<std::optional<Error>(const Document&)> refusal{}; // of a picture
    std::string pretends{};      // a picture that those tell of who served others, whatever they have
    std::vector<Trust> trusts{}; // that pictures were asked with
    // Whether those that tell of pictures served others, answer by answer, the last for all that follow;
    // empty: nobody knows.
    std::vector<bool> workers_are_shared{};
    FrameTimes times{};                       // of pictures that move
    std::function<Task<>()> before_page{};    // runs while a page is with the worker
    std::function<Task<>()> before_picture{}; // runs while a picture is with the worker

    Task<Result<PageLinks>> links(Document document, std::string base) override;
    Task<Result<PictureFeatures>> features(Document document, Detail detail) override;
    Task<Result<std::vector<SignGrid>>> views(Document, Sha256, std::vector<View> views) override;
    Task<Result<Playlist>> playlist(Document document, std::string base) override;
    Task<Result<FrameTimes>> frame_times(Document document) override;

private:
    void count(const Document& document);
};

// Everything around a pipeline: databases and evidence in a directory of their own, a web that is a table,
// workers that read what the tests write. The watch list is https://board.example/.
class World {
public:
    World();
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // --- running ---
    template <class T>
    T run(Task<T> task)
    {
        return stillwatch::test::run(loop, std::move(task));
    }
    void reload();
    void use_settings();

    // --- the web ---
    void serve(const std::string& address, std::string body, std::vector<HeaderField> headers = {});
    // Serves `body` under that validator: whoever has it gets a 304.
    void serve_with_etag(const std::string& address, const std::string& body, const std::string& etag);
    // What it was asked with last, beside which page led there.
    std::vector<HeaderField> last_headers(const std::string& address) const;

    // --- cases ---
    Case open_case(std::int64_t expires = 20'000'000);
    ReferenceId enrol(const Case& c, const std::string& file, const std::string& name = "R-01");
    // A person withdraws while something else waits.
    Task<> withdraw(std::string pseudonym);

    // --- visits ---
    std::vector<store::Visit> claim();
    // Visits all that is due, and what comes of it, as the scheduler does; the last result of each address.
    std::map<std::string, store::VisitResult> crawl();
    // The same a month later, when everything is due.
    std::map<std::string, store::VisitResult> crawl_later();

    // --- what there is ---
    std::vector<Finding> findings();
    // Every place of every finding, in the order in which they were recorded.
    std::vector<Occurrence> occurrences();
    std::vector<std::string> evidence_files() const;

    stillwatch::test::TemporaryDirectory directory;
    std::filesystem::path evidence = directory / "evidence";
    TickingClock clock;
    asio::io_context loop{1};
    asio::thread_pool cpu{1};
    Stores stores{directory.path()};
    vault::KeyPair installation = vault::make_key_pair();
    vault::SigningKey signing = vault::SigningKey::generate();
    cases::CaseBook book{stores.cases(), installation.public_key};
    Problems problems{clock};
    ReferenceKeeper references{loop, stores, cpu, installation, clock, problems};
    crawler::SteadyTimekeeper time{loop.get_executor()};
    ScriptedFetcher web{time};
    crawler::test::MemoryRobots robots;
    crawler::PoliteFetcher fetcher{web, robots, time, clock};
    FakeInspector inspector;
    Counters counters;
    int told = 0; // how often the outbox was woken
    PipelineSettings settings;
    UnderCheck under_check;
    Services services{stores,   fetcher,  inspector,          references, cpu,     signing,     clock,
                      counters, problems, [this] { ++told; }, nullptr,    nullptr, &under_check};
    Pipeline pipeline{services, nullptr};
};

inline const std::string start = "https://board.example/";
inline const std::string image = "https://img.board.example/1.jpg";

} // namespace stillwatch::pipeline::test
