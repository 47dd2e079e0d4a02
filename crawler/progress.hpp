#pragma once

#include "core/clock.hpp"
#include "store/site_health.hpp"
#include "store/visit.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>

namespace stillwatch::crawler {

// What a crawl did on one site.
struct SiteProgress {
    std::int64_t pages = 0; // as in CrawlProgress
    std::int64_t images = 0;
    std::int64_t bytes = 0;
    std::int64_t moved = 0;      // visits that were sent on to another known address
    std::int64_t disallowed = 0; // visits that robots.txt forbade: no errors
    std::int64_t errors = 0;     // visits that found the address unreachable, refused or gone
    std::int64_t visits = 0;     // all of them
};

// What a crawl did since it began.
struct CrawlProgress {
    static constexpr std::size_t outcomes = static_cast<std::size_t>(store::Outcome::waiting) + 1;

    Timestamp started{};
    std::int64_t visits = 0; // ended, with a result
    std::int64_t pages = 0;  // visits of documents, also unchanged ones
    std::int64_t images = 0; // visits of pictures, also unchanged ones
    std::int64_t wire_bytes = 0;
    std::int64_t failed = 0; // visits that ended without a result: an error of ours
    std::array<std::int64_t, outcomes> by_outcome{};
    int in_flight = 0;   // visits now
    int host_queues = 0; // hosts being visited now
    std::map<std::string, SiteProgress> sites{};

    std::int64_t count(store::Outcome outcome) const { return by_outcome[static_cast<std::size_t>(outcome)]; }
    void add(const store::VisitResult& result, const std::string& site);
};

} // namespace stillwatch::crawler
