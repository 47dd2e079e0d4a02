#pragma once

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/id.hpp"
#include "core/url.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::store {

// A site of the watch list as the frontier needs it.
struct SiteRow {
    std::string name;
    std::vector<Url> seeds;
    std::vector<std::string> hosts; // HOST or HOST:PORT
    // Addresses beyond these are not taken up: an endless site must not fill the disk.
    std::int64_t max_pages = 100'000;
    std::int64_t max_images() const noexcept { return 50 * max_pages; }
    // Of a day (UTC). Visits of pages; bytes of bodies.
    std::int64_t max_pages_per_day = std::numeric_limits<std::int64_t>::max();
    std::int64_t max_bytes_per_day = std::numeric_limits<std::int64_t>::max();
    // Of the cookies and header lines sent with each request. With others the site may show what it did not.
    std::optional<Sha256> sent{};
    bool looks_at_videos = false; // false: they are known, and wait
};

// One politeness unit: scheme, host and port.
struct HostRow {
    HostId id;
    std::string site;
    std::string origin; // "https://board.example"
    Timestamp backoff_until{};
    int errors_in_a_row = 0;
};

struct RobotsRow {
    std::string origin;
    Timestamp fetched_at{};
    int http_status = 0; // 0: unreachable
    std::string body;    // at most 500 KiB, as served
};

} // namespace stillwatch::store
