#include "crawler/frontier/url_frontier.hpp"

#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <unistd.h>

// How fast the frontier takes addresses in and gives them out, and what memory it needs for it.
// Usage: bench_store [known URLs, default 1000000] [directory, default a temporary one]
namespace {

using namespace stillwatch;
using namespace stillwatch::store;
using crawler::UrlFrontier;
using Seconds = std::chrono::duration<double>;

constexpr int sites = 100;
constexpr int links_of_a_page = 60;
constexpr std::size_t pages_of_a_batch = 16; // about 1 000 offers a transaction

long resident_mib()
{
    std::ifstream status("/proc/self/statm");
    long pages = 0;
    status >> pages >> pages;
    return pages * ::sysconf(_SC_PAGESIZE) / (1L << 20);
}

// Wall and processor time; the second is what compares between machines with other work to do.
class Stopwatch {
public:
    double seconds() const { return Seconds(std::chrono::steady_clock::now() - begin_).count(); }
    double cpu_seconds() const { return static_cast<double>(std::clock() - cpu_begin_) / CLOCKS_PER_SEC; }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    std::clock_t cpu_begin_ = std::clock();
};

Timestamp moment(std::int64_t seconds)
{
    return Timestamp{std::chrono::seconds{1'790'000'000 + seconds}};
}

std::string host_name(std::size_t site)
{
    return fmt::format("site{}.example", site);
}

Url address(std::size_t site, const char* kind, std::uint64_t number)
{
    return Url::parse(fmt::format("https://{}/{}/{}/view.html", host_name(site), kind, number)).value();
}

void report(const char* what, const Stopwatch& watch, std::int64_t done, const std::filesystem::path& file)
{
    const double seconds = watch.seconds();
    const double cpu = watch.cpu_seconds();
    fmt::print(
        "{:<34} {:>9} in {:>6.2f} s = {:>7.0f}/s; cpu {:>6.2f} s = {:>7.0f}/s; rss {:>4} MiB, db {:>6} MiB\n",
        what, done, seconds, static_cast<double>(done) / seconds, cpu, static_cast<double>(done) / cpu,
        resident_mib(), std::filesystem::file_size(file) >> 20U);
}

// Pages of random sites, each naming 60 addresses of its site: a third pictures, a quarter known already.
std::int64_t offer(UrlFrontier& frontier, std::int64_t wanted, std::vector<std::uint64_t>& next)
{
    std::minstd_rand random(1);
    std::int64_t offered = 0;
    while (offered < wanted) {
        std::vector<VisitResult> batch;
        for (std::size_t page = 0; page < pages_of_a_batch; ++page) {
            const std::size_t site = random() % sites;
            const HostId host{static_cast<std::int64_t>(site) + 1}; // made in the order of the seeds
            const auto visits = frontier.claim(host, moment(0), 0, moment(60), 1);
            if (visits.empty()) continue;
            VisitResult result;
            result.id = visits[0].id;
            result.host = host;
            result.at = moment(0);
            result.outcome = visits[0].kind == LinkKind::image ? Outcome::compared : Outcome::page;
            result.kind = visits[0].kind;
            result.generation = 1;
            result.due = moment(86'400);
            for (int link = 0; link < links_of_a_page; ++link) {
                const bool repeat = random() % 4 == 0 && next[site] > 0;
                const std::uint64_t number = repeat ? random() % next[site] : next[site]++;
                const bool image = number % 3 == 0;
                result.discovered.push_back({address(site, image ? "image" : "page", number),
                                             image ? LinkKind::image : LinkKind::page,
                                             image ? Mechanism::img_src : Mechanism::a_href,
                                             host_name(site)});
            }
            offered += links_of_a_page;
            batch.push_back(std::move(result));
        }
        if (const auto applied = frontier.apply(batch); !applied) {
            fmt::print(stderr, "{}\n", to_string(applied.error()));
            std::exit(1);
        }
    }
    return offered;
}

// Claims 32 addresses of one host after the other and ends each visit with a verdict.
std::int64_t visit(UrlFrontier& frontier, std::int64_t wanted, Timestamp now, std::int64_t generation)
{
    std::int64_t visited = 0;
    std::vector<VisitResult> batch;
    while (visited < wanted) {
        const auto before = visited;
        for (std::int64_t host = 1; host <= sites && visited < wanted; ++host) {
            for (auto& claimed :
                 frontier.claim(HostId{host}, now, generation, now + std::chrono::minutes{5}, 32)) {
                VisitResult result;
                result.id = claimed.id;
                result.host = claimed.host;
                result.at = now;
                result.outcome = claimed.kind == LinkKind::image ? Outcome::compared : Outcome::page;
                result.kind = claimed.kind;
                result.generation = generation;
                result.due = now + std::chrono::hours{24};
                result.etag = "\"5f3759df-1c8\"";
                result.content = Sha256::of(as_bytes(claimed.url.text()));
                if (claimed.kind == LinkKind::image)
                    result.verdict = Verdict{*result.content, generation, 1, false, false};
                batch.push_back(std::move(result));
                ++visited;
            }
            if (batch.size() < 1000) continue;
            if (!frontier.apply(batch)) std::exit(1);
            batch.clear();
        }
        if (visited == before) break;
    }
    if (!frontier.apply(batch)) std::exit(1);
    return visited;
}

} // namespace

int main(int argc, char** argv)
{
    const std::int64_t known = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
    const std::filesystem::path directory =
        argc > 2 ? argv[2]
                 : std::filesystem::temp_directory_path() / fmt::format("store-bench-{}", ::getpid());
    std::filesystem::create_directories(directory);
    const auto file = directory / "frontier.db";
    {
        UrlFrontier frontier(frontier_in_file(file));
        std::vector<SiteRow> rows;
        for (std::size_t site = 0; site < sites; ++site)
            rows.push_back({host_name(site), {address(site, "seed", 0)}, {host_name(site)}});
        if (!frontier.set_sites(rows)) return 1;
        std::vector<std::uint64_t> next(sites, 0);

        const Stopwatch offering;
        const auto offered = offer(frontier, known * 4 / 3, next);
        report("offered (25 % repeats)", offering, offered, file);
        const Stopwatch claiming;
        const auto claimed = visit(frontier, known / 4, moment(10), 1);
        report("claimed and visited, new", claiming, claimed, file);
        const Stopwatch again;
        const auto stale = visit(frontier, known / 10, moment(20), 2);
        report("claimed and visited, new or stale", again, stale, file);

        const Stopwatch ready;
        for (int i = 0; i < 100; ++i)
            if (frontier.ready_hosts(moment(30), 2).size() != sites) return 1;
        fmt::print("ready_hosts of {} hosts: {:.2f} ms\n", sites, ready.seconds() * 10);
        const Stopwatch next_due;
        for (int i = 0; i < 100; ++i)
            if (!frontier.next_due(moment(30))) return 1;
        fmt::print("next_due: {:.2f} ms\n", next_due.seconds() * 10);
        const Stopwatch coverage;
        const auto covered = frontier.coverage(2);
        fmt::print("coverage: {:.2f} ms ({} of {} pictures)\n", coverage.seconds() * 1000, covered.compared,
                   covered.images);
        const Stopwatch counting;
        const auto counts = frontier.counts(moment(30));
        fmt::print("counts: {:.2f} ms ({} pages, {} images, {} due)\n", counting.seconds() * 1000,
                   counts.pages, counts.images, counts.due);
        const Stopwatch pass;
        if (!frontier.start_pass(moment(40))) return 1;
        fmt::print("start_pass: {:.2f} s, rss {} MiB\n", pass.seconds(), resident_mib());
    }
    if (argc <= 2) std::filesystem::remove_all(directory);
}
