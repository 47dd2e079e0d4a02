// Compares the product's revisit rule (the very functions of crawler/revisit.hpp) with those of other
// crawlers at equal numbers of fetches: how long a new picture stays unseen, on simulated pages.
// Deterministic by seed. Usage: bench_revisit [SEED] [PAGES]

#include "crawler/revisit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <queue>
#include <random>
#include <string>
#include <vector>

namespace stillwatch::bench {
namespace {

constexpr double warm_up = 30; // days before anything is scored
constexpr double scored_until = 60;
constexpr double horizon = 75; // so that the longest interval sees what came before
constexpr double least = 1.0 / 24;
constexpr double most = 14;

using Random = std::mt19937_64;
// When new pictures come to one page: days, ascending.
using Arrivals = std::vector<double>;
struct Page {
    Arrivals arrivals{};
    double known_from = 0; // when somebody came to name it
};

double uniform(Random& random)
{
    return std::uniform_real_distribution<double>(0, 1)(random);
}

// A Poisson process whose rate is `peak` times `shape(day)`, which is at most 1 (thinning).
Arrivals arrivals(Random& random, double peak, const std::function<double(double)>& shape)
{
    Arrivals result;
    for (double day = 0; peak > 0;) {
        day -= std::log(1 - uniform(random)) / peak;
        if (day >= horizon) break;
        if (uniform(random) < shape(day)) result.push_back(day);
    }
    return result;
}

double log_normal(Random& random, double sigma) // of mean 1
{
    return std::exp(sigma * std::normal_distribution<double>(0, 1)(random) - sigma * sigma / 2);
}

double steady(double)
{
    return 1;
}

struct World {
    std::string name;
    std::function<Page(Random&)> page;
};

std::vector<World> worlds()
{
    return {
        {"log-normal, sigma 2", [](Random& r) { return Page{arrivals(r, log_normal(r, 2), steady)}; }},
        {"log-normal, sigma 1.5", [](Random& r) { return Page{arrivals(r, log_normal(r, 1.5), steady)}; }},
        {"one busy page in twenty",
         [](Random& r) { return Page{arrivals(r, uniform(r) < 0.05 ? 16 : 0.2, steady)}; }},
        {"Pareto, alpha 1.2",
         [](Random& r) {
             const double rate = std::min(0.17 * std::pow(1 - uniform(r), -1 / 1.2), 300.0);
             return Page{arrivals(r, rate, steady)};
         }},
        {"bursts of ten",
         [](Random& r) { // uploads of one to nineteen pictures within an hour
             Arrivals result;
             for (const double at : arrivals(r, log_normal(r, 2) / 10, steady))
                 for (int n = 1 + static_cast<int>(uniform(r) * 19); n > 0; --n)
                     result.push_back(at + uniform(r) / 24);
             std::ranges::sort(result);
             return Page{std::move(result)};
         }},
        {"daily rhythm",
         [](Random& r) { // nearly nothing at night, most in the evening
             const auto shape = [](double day) { return std::pow(std::sin(3.14159265358979 * day), 4); };
             return Page{arrivals(r, log_normal(r, 2) / 0.375, shape)};
         }},
        {"daily rhythm and bursts",
         [](Random& r) {
             const auto shape = [](double day) { return std::pow(std::sin(3.14159265358979 * day), 4); };
             Arrivals result;
             for (const double at : arrivals(r, log_normal(r, 2) / 0.375 / 5, shape))
                 for (int n = 1 + static_cast<int>(uniform(r) * 9); n > 0; --n)
                     result.push_back(at + uniform(r) / 24);
             std::ranges::sort(result);
             return Page{std::move(result)};
         }},
        {"threads that fade",
         [](Random&
                r) { // new ones all the time; half as much every three days, and one in ten wakes up again
             const double born = uniform(r) * horizon;
             const double woken = uniform(r) < 0.1 ? born + uniform(r) * 20 : 2 * horizon;
             const auto shape = [born, woken](double day) {
                 const double since = day >= woken ? day - woken : day - born;
                 return day < born ? 0 : std::exp2(-since / 3);
             };
             return Page{arrivals(r, 5 * log_normal(r, 1.5), shape), born};
         }},
    };
}

// What a rule keeps of a page, and what it says after a visit. `news`: pictures since the last visit.
struct PageState {
    double interval = 1;
    store::Visit visit{.id = {}, .host = {}, .site = {}, .url = Url::parse("https://board.example/").value()};
};
struct Rule {
    std::string name;
    std::function<double(PageState&, double day, double elapsed, int news)> next; // interval in days
    std::function<void(double day)> hourly = [](double) {};
};

Rule stormcrawler()
{
    return {"StormCrawler's", [](PageState& page, double, double, int news) {
                page.interval = std::clamp(page.interval * (news > 0 ? 0.5 : 1.5), least, most);
                return page.interval;
            }};
}

Rule nutch() // without its optional shift to the time of change; bounds: its defaults
{
    return {"Nutch's", [](PageState& page, double, double, int news) {
                page.interval = std::clamp(page.interval * (news > 0 ? 0.8 : 1.2), 1.0 / 1'440, 365.0);
                return page.interval;
            }};
}

Rule same_for_all(double visits_a_day)
{
    return {"uniform", [visits_a_day](PageState&, double, double, int) { return 1 / visits_a_day; }};
}

// The product: next_visit() with a scale from the tally of levels, worked out anew each hour.
class Ours {
public:
    explicit Ours(double visits_a_day) : visits_a_day_(visits_a_day), levels_(crawler::max_rate_level + 1)
    {
        rescale();
    }
    Rule rule()
    {
        return {"ours",
                [this](PageState& page, double day, double, int news) { return next(page, day, news); },
                [this](double) { rescale(); }};
    }

private:
    static Timestamp at(double day)
    {
        return Timestamp{std::chrono::milliseconds(std::llround(day * 86'400'000))};
    }

    double next(PageState& page, double day, int news)
    {
        const auto now = at(day);
        const bool is_first = page.visit.last_outcome == store::Outcome::unvisited;
        const auto revisit =
            crawler::next_visit(page.visit, store::Outcome::page, news, now, settings_, scale_);
        if (!is_first) --levels_[static_cast<std::size_t>(page.visit.rate.level)];
        ++levels_[static_cast<std::size_t>(revisit.rate.level)];
        page.visit.rate = revisit.rate;
        page.visit.last_outcome = store::Outcome::page;
        page.visit.last_visit = now;
        return static_cast<double>((revisit.due - now).count()) / 86'400'000;
    }
    void rescale()
    {
        std::vector<store::RateCount> pages;
        for (std::size_t level = 1; level < levels_.size(); ++level)
            if (levels_[level] > 0) pages.push_back({static_cast<int>(level), levels_[level]});
        scale_ = crawler::revisit_scale(pages, visits_a_day_, settings_);
    }

    double visits_a_day_;
    std::vector<std::int64_t> levels_;
    crawler::RevisitSettings settings_{};
    double scale_ = 1;
};

struct Score {
    double fetches = 0; // a page and day, scored days only
    double mean_hours = 0;
    double median_hours = 0;
    double p90_hours = 0;
};

Score run(const std::vector<Page>& pages, Rule rule, std::uint64_t seed)
{
    Random random(seed);
    std::vector<PageState> states(pages.size());
    std::vector<std::size_t> seen(pages.size());
    std::vector<double> last(pages.size());
    using Due = std::pair<double, std::size_t>;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
    for (std::size_t i = 0; i < pages.size(); ++i)
        due.emplace(pages[i].known_from + uniform(random), i); // first visits spread over a day
    std::vector<double> delays;
    std::int64_t fetches = 0;
    double hour = 0;
    while (!due.empty() && due.top().first < horizon) {
        const auto [day, page] = due.top();
        due.pop();
        for (; hour <= day; hour += 1.0 / 24)
            rule.hourly(hour);
        int news = 0;
        const auto& arrivals = pages[page].arrivals;
        for (auto& next = seen[page]; next < arrivals.size() && arrivals[next] <= day; ++next, ++news)
            if (arrivals[next] >= warm_up && arrivals[next] < scored_until)
                delays.push_back((day - arrivals[next]) * 24);
        if (day >= warm_up && day < scored_until) ++fetches;
        due.emplace(day + rule.next(states[page], day, day - last[page], news), page);
        last[page] = day;
    }
    // What a rule never came to see counts as unseen until the end: a rule cannot win by looking away.
    for (std::size_t page = 0; page < pages.size(); ++page)
        for (auto next = seen[page]; next < pages[page].arrivals.size(); ++next)
            if (const double at = pages[page].arrivals[next]; at >= warm_up && at < scored_until)
                delays.push_back((horizon - at) * 24);
    std::ranges::sort(delays);
    Score score;
    score.fetches =
        static_cast<double>(fetches) / (scored_until - warm_up) / static_cast<double>(pages.size());
    for (const double delay : delays)
        score.mean_hours += delay / static_cast<double>(delays.size());
    score.median_hours = delays[delays.size() / 2];
    score.p90_hours = delays[delays.size() * 9 / 10];
    return score;
}

// The largest budget at which ours fetches no more than `fetches` a page and day.
Score ours_at(double fetches, const std::vector<Page>& pages, std::uint64_t seed)
{
    const auto count = static_cast<double>(pages.size());
    double low = fetches / 2;
    double high = fetches * 2;
    Score best{};
    for (int step = 0; step < 14; ++step) {
        const double budget = (low + high) / 2;
        Ours ours(budget * count);
        const auto score = run(pages, ours.rule(), seed);
        if (score.fetches <= fetches) {
            best = score;
            low = budget;
        } else {
            high = budget;
        }
        if (best.fetches > 0.999 * fetches) break;
    }
    return best;
}

void print(const std::string& who, const Score& score, double against)
{
    fmt::print("  {:<28} {:>6.3f} {:>8.2f} {:>8.2f} {:>8.2f} {:>7.2f}\n", who, score.fetches,
               score.mean_hours, score.median_hours, score.p90_hours, score.mean_hours / against);
}

} // namespace
} // namespace stillwatch::bench

int main(int count, char** words)
{
    using namespace stillwatch::bench;
    const std::uint64_t seed = count > 1 ? std::strtoull(words[1], nullptr, 10) : 1;
    const std::size_t size = count > 2 ? std::strtoull(words[2], nullptr, 10) : 2'000;
    double worst = 0;
    for (const auto& world : worlds()) {
        Random random(seed);
        std::vector<Page> pages(size);
        for (auto& page : pages)
            page = world.page(random);
        fmt::print("{}\n  {:<28} {:>6} {:>8} {:>8} {:>8} {:>7}\n", world.name, "fetches a page and day", "",
                   "mean h", "median", "p90", "ratio");
        const auto storm = run(pages, stormcrawler(), seed);
        const auto ours = ours_at(storm.fetches, pages, seed);
        print("StormCrawler's rule", storm, storm.mean_hours);
        print("uniform", run(pages, same_for_all(storm.fetches), seed), storm.mean_hours);
        print("ours", ours, storm.mean_hours);
        worst = std::max(worst, ours.mean_hours / storm.mean_hours);
        const auto other = run(pages, nutch(), seed);
        print("Nutch's rule", other, other.mean_hours);
        print("ours at that", ours_at(other.fetches, pages, seed), other.mean_hours);
    }
    fmt::print("largest ratio to StormCrawler's rule: {:.3f}\n", worst);
}
