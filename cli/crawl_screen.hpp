#pragma once

#include "core/json.hpp"
#include "crawler/progress.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace stillwatch::cli {

// Shows on a terminal how a pass goes: a line for each site, drawn over and over at the same place. Standard
// error, so that standard output holds the summary alone.
class CrawlScreen {
public:
    // Whether standard error is a terminal that can be drawn on.
    static bool is_there();

    // `sites`: the rows of the command site.health; `pass`: what the pass began with.
    void draw(const crawler::CrawlProgress& progress, const json::value& sites,
              const std::map<std::string, store::PassSize>& pass);

private:
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::size_t lines_ = 0; // drawn last time
};

// How many visits the pass has on a site as far as is known: what was due at its beginning and what was found
// since. It grows while pages name addresses nobody knew. `row`: of site.health.
std::int64_t visits_of_pass(const json::object& row, const store::PassSize& begun);

// One line: name, bar, how many of so many visits were made, rate, errors, what robots.txt forbade. `width`
// columns at most.
std::string crawl_line(const std::string& site, const crawler::SiteProgress& done, std::int64_t whole,
                       double seconds, std::size_t width);

} // namespace stillwatch::cli
