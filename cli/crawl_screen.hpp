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

    // `sites`: the rows of the command site.health.
    void draw(const crawler::CrawlProgress& progress, const json::value& sites);

private:
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::size_t lines_ = 0; // drawn last time
};

// One line: name, bar, how much of what is known was visited, rate, errors. `width` columns at most.
std::string crawl_line(const std::string& site, const crawler::SiteProgress& done, std::int64_t waiting,
                       double seconds, std::size_t width);

} // namespace stillwatch::cli
