#pragma once

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/id.hpp"
#include "core/links.hpp"
#include "core/result.hpp"
#include "core/url.hpp"
#include "crawler/policy/wall_history.hpp"
#include "store/sqlite/database_copy.hpp"
#include "store/stopped_host.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
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
};

// One politeness unit: scheme, host and port.
struct HostRow {
    HostId id;
    std::string site;
    std::string origin; // "https://board.example"
    Timestamp backoff_until{};
    int errors_in_a_row = 0;
};

// What became of an address at its last visit.
enum class Outcome : std::uint8_t {
    unvisited,
    page,        // a document; its links were read
    compared,    // a picture; its verdict is current for `generation`
    unchanged,   // 304, or bytes that are known with a current verdict
    undecodable, // a picture or page that no decoder reads, or no more of than our limits let through
    too_small,   // a picture below the smallest side compared
    other,       // neither page nor picture
    gone,        // 404 or 410
    unreachable, // network or server failed; tried again with growing pauses
    refused,     // scope, guard
    moved,       // redirects to another address of the frontier, which is visited in its place
    disallowed,  // robots.txt forbids it
    waiting, // it came, and we could not judge it yet (a worker was lost); tried again with growing pauses
};
std::string_view name_of(Outcome outcome) noexcept;

// What is known of how often a page brings new pictures: decaying sums (crawler/revisit.hpp).
struct PageRate {
    double news = 0; // pictures found by revisits
    double days = 0; // that they came in
    int level = 0;   // of its rate; pages are counted by it. 0: not counted

    friend bool operator==(const PageRate&, const PageRate&) = default;
};

struct RateCount {
    int level = 0;
    std::int64_t pages = 0;

    friend bool operator==(const RateCount&, const RateCount&) = default;
};

// An address that is to be visited now.
struct Visit {
    UrlId id;
    HostId host;
    std::string site;
    Url url;
    LinkKind kind = LinkKind::page;
    int depth = 0;
    int tries = 0;      // failed visits in a row
    std::string etag{}; // validators of the last full answer, empty when none
    std::string last_modified{};
    std::optional<Sha256> content{}; // of the last full answer
    std::int64_t generation = 0;     // of the reference set at the last comparison
    Outcome last_outcome = Outcome::unvisited;
    Timestamp last_visit{};
    int unchanged_in_a_row = 0; // visits that brought nothing new
    PageRate rate{};
    UrlId parent{};                // what named it first; none: a seed
    std::optional<Url> named_by{}; // the same, or the page whose link was redirected
};

struct Discovered {
    Url url;
    LinkKind kind = LinkKind::page;
    Mechanism mechanism = Mechanism::a_href;
    std::string site{};
    int item = 0; // as Link has it: counts within one result
    bool is_next =
        false; // in a series with the page that names it (crawler/series.hpp): no step further from a seed

    // Links from a seed, given those of the page that names it. A series that a seed begins is no operator's
    // choice.
    int depth_from(int page_depth) const noexcept
    {
        return is_next ? std::max(1, page_depth) : page_depth + 1;
    }
};

// What comparing known bytes gave; valid only for its reference generation and extractor version.
struct Verdict {
    Sha256 content; // what it was known by on the way: see pipeline/answers.hpp
    std::int64_t generation = 0;
    int extractor_version = 0;
    bool matched = false;     // which references: CaseDatabase::occurrences_of_content, by file_digest()
    bool undecodable = false; // by the decoder's own refusal; not tried again while the extractor is the same
    bool too_small = false;   // to compare; likewise
    std::optional<Sha256> file{}; // of the picture file, where that is something else than `content`

    bool is_unreadable() const noexcept { return undecodable || too_small; }
    const Sha256& file_digest() const noexcept { return file ? *file : content; }
};

// Bytes that cost every worker which had them. No verdict: they are tried again at growing pauses.
struct Unread {
    Sha256 content;
    int losses = 0;    // visits that ended so
    Timestamp retry{}; // not before
};

// What a claim gave. `goes_on`: nothing so far, but there are candidates left to look at.
struct Claim {
    std::vector<Visit> visits{};
    bool goes_on = false;
};

// The end of one visit; applied in batches, each batch one transaction.
struct VisitResult {
    UrlId id;
    HostId host;
    Timestamp at{};
    Outcome outcome = Outcome::unreachable;
    LinkKind kind = LinkKind::page; // as the bytes said
    int http_status = 0;            // 0: no answer
    std::int64_t wire_bytes = 0;
    std::string etag{};
    std::string last_modified{};
    std::optional<Sha256> content{};
    // At which the picture was compared or found impossible to compare, whatever the outcome: an older one
    // than the current makes the address stale at once. Not looked at when unreachable.
    std::int64_t generation = 0;
    Timestamp due{}; // next visit
    int tries = 0;
    int unchanged_in_a_row = 0;
    PageRate rate{};
    std::int64_t news = 0; // pictures named for the first time by anybody
    int depth = 0;         // of the visited address
    std::vector<Discovered> discovered{};
    std::optional<Verdict> verdict{};
    std::vector<ReferenceId>
        matched{}; // what the verdict's match is with: it counts only while one of them is there
    std::optional<Unread> unread{}; // a worker was lost over these bytes once more
    std::optional<Wall> wall{};     // what was in the way, or none; nothing where the visit does not tell
    bool is_stand_in = false;       // the same bytes come for nearly all addresses there
    std::vector<VisitResult>
        led_here{}; // of addresses whose redirects led to this one in the same visit; without any
};

// What keeps a host of a site from being looked at.
enum class HostTrouble : std::uint8_t { none, stopped, blocked, unreachable, disallowed };
std::string_view name_of(HostTrouble trouble) noexcept;

// One host of a site that is not being looked at.
struct HostHealth {
    std::string host; // HOST or HOST:PORT
    HostTrouble trouble = HostTrouble::none;
    std::int64_t pages = 0; // known addresses there
    std::int64_t images = 0;

    friend bool operator==(const HostHealth&, const HostHealth&) = default;
};

// How a site is doing, for its operator.
struct SiteHealth {
    std::int64_t pages = 0;  // known addresses
    std::int64_t images = 0; // known or likely
    std::int64_t pages_read = 0;
    std::int64_t images_compared = 0; // at the generation asked for
    std::int64_t unvisited = 0;
    std::int64_t undecodable = 0;
    std::int64_t too_small = 0;
    std::int64_t waiting = 0; // came, and are still to be judged
    std::int64_t gone = 0;
    std::int64_t unreachable = 0;
    std::int64_t refused = 0;    // scope, guard
    std::int64_t disallowed = 0; // by robots.txt
    std::int64_t moved = 0;      // redirect to another known address
    std::int64_t set_aside =
        0; // among those unvisited: of families that bring nothing new, asked for a sample
    // How often each bound on what a site may make without end was reached.
    std::map<std::string, std::int64_t> bounds{};
    std::vector<std::string> idle_families{}; // with most addresses set aside, at most 10
    std::int64_t pages_that_day = 0;
    std::int64_t bytes_that_day = 0;
    // Of the last visits that told whether something is in the way, at most max_recent_visits.
    static constexpr int max_recent_visits = crawler::WallHistory::most_visits;
    int recent_visits = 0;
    int recent_walls = 0; // log-ins and age gates among them
    Wall last_wall = Wall::none;
    std::vector<std::string> challenged{}; // origins whose last answer of use was before their last challenge
    std::optional<Timestamp> last_success{}; // a page or picture was read
    std::optional<Timestamp> last_failure{};
    int last_failure_status = 0;         // HTTP; 0: no answer
    std::map<std::string, int> robots{}; // HTTP status of robots.txt by origin; 0: unreachable
    std::vector<HostHealth> in_trouble{};
};

// What a pass over a site begins with.
struct PassSize {
    std::int64_t due = 0;   // addresses to visit
    std::int64_t known = 0; // addresses that are visited at all: what was set aside is not
};

struct RobotsRow {
    std::string origin;
    Timestamp fetched_at{};
    int http_status = 0; // 0: unreachable
    std::string body;    // at most 500 KiB, as served
};

// How much of what is known was compared with references up to a generation.
struct Coverage {
    std::int64_t images = 0;      // addresses known to be or likely to be pictures
    std::int64_t compared = 0;    // compared at that generation or a later one
    std::int64_t undecodable = 0; // seen at that generation, but no decoder reads them
    std::int64_t too_small = 0;   // seen at that generation: nothing to compare
    std::int64_t waiting = 0;     // came, and are still to be judged
    std::int64_t gone = 0;
    std::int64_t unreachable = 0; // tried, and failed or refused
    std::int64_t pending = 0;     // still to do
};

// Which references pictures were last compared with: CaseDatabase's generation and references_state().
struct ComparedUnder {
    std::int64_t generation = 0; // no picture was compared at a higher one
    std::int64_t state = 0;

    friend bool operator==(const ComparedUnder&, const ComparedUnder&) = default;
};

struct FrontierCounts {
    std::int64_t pages = 0;
    std::int64_t images = 0;
    std::int64_t contents = 0;
    std::int64_t due = 0;
};

// The large database that may be lost and rebuilt by crawling: addresses, hosts, contents, verdicts, robots.
// synchronous=NORMAL, WAL. One object, one thread (the store thread). Opening throws std::runtime_error as
// CaseDatabase does; so do claim and the reads when the disk refuses. Result functions return Errc::io then.
class FrontierDatabase {
public:
    explicit FrontierDatabase(const std::filesystem::path& file);
    ~FrontierDatabase();
    FrontierDatabase(FrontierDatabase&&) noexcept;

    // Makes the watch list the given one: adds sites and seeds; hosts that no site lists any more are not
    // visited. Hosts of seeds count as listed. Pages of a site with a host more, or that is asked with other
    // cookies or headers than before, are read again.
    Result<void> set_sites(const std::vector<SiteRow>& sites);
    // Pages that were read by a reader of another version are read again, whether their bytes changed or not:
    // the newer one finds more.
    Result<void> set_reader_version(int version);
    // Every lease of an earlier run ends; call once at start.
    Result<void> release_leases();
    // Makes all pages due at `now`: the start of a full pass.
    Result<void> start_pass(Timestamp now);

    // By site; counts every address that is due, so not for every second.
    std::map<std::string, PassSize> pass_sizes(Timestamp now, std::int64_t generation) const;

    // Hosts of enabled sites that have something due by `now`, or pictures compared before `generation`
    // (0: none are stale), and whose back-off is over.
    std::vector<HostRow> ready_hosts(Timestamp now, std::int64_t generation) const;
    // The next moment at which some host becomes ready without anybody doing anything.
    std::optional<Timestamp> next_due(Timestamp now) const;
    // Up to `limit` visits of a host, leased until `lease_until`: what is new, stale pictures, what is due
    // for a revisit; each has its share of a window that not all fit in.
    // Addresses of families that bring nothing new are put aside meanwhile, and stale ones whose bytes were
    // compared under another address are marked as current: a bounded number of them in one call.
    Claim claim_some(HostId host, Timestamp now, std::int64_t generation, Timestamp lease_until,
                     std::size_t limit);
    // The same until there is something or nothing is left to look at.
    std::vector<Visit> claim(HostId host, Timestamp now, std::int64_t generation, Timestamp lease_until,
                             std::size_t limit);
    // Whether the address is one of a watched host that is visited under its own name sooner or later.
    bool is_visited_anyway(const Url& url) const;
    // A redirect led from `from` to an address nobody knew, and its answer is here already: takes the address
    // up, leased until `lease_until`, so that this answer is its visit. Nothing where it cannot be taken up
    // or is known by now.
    std::optional<Visit> arrive(const Visit& from, const Url& url, Timestamp now, Timestamp lease_until);
    // Applies the results and what they discovered, in one transaction. Addresses on hosts that no site lists
    // are dropped. A page that names a picture whose verdict is `matched` for the first time makes it due at
    // once.
    Result<void> apply(const std::vector<VisitResult>& results);
    // Makes a picture due at `at` or sooner, whatever its revisit would be; one that is not known is taken
    // up. False where no host of the watch list has it.
    Result<bool> look_again(const Url& url, Timestamp at);
    // The same of what was last answered with these bytes at that origin; at most 10,000 addresses.
    Result<void> look_again_at(const Sha256& content, const std::string& origin, Timestamp at);
    // Addresses of a site behind which its gates open (pipeline/ways_in.hpp), as they were last set.
    std::vector<Url> ways_in(const std::string& site) const;
    Result<void> set_ways_in(const std::string& site, const std::vector<Url>& ways);
    // That one address, leased; nothing where it is not known, leased already, or its host gets no request.
    // Throws as claim does.
    std::optional<Visit> claim_one(const Url& url, Timestamp now, Timestamp lease_until);
    // Gives claimed visits back unvisited.
    Result<void> release(const std::vector<UrlId>& ids);
    Result<void> set_backoff(HostId host, Timestamp until, int errors_in_a_row);

    // No visit of these is claimed, of others it is again. CaseDatabase is where they are kept.
    Result<void> set_stopped_hosts(const std::vector<StoppedHost>& hosts);
    SiteHealth site_health(const std::string& site, std::int64_t generation, Timestamp now) const;
    // The addresses of a site that would be visited next, in about that order, without claiming them.
    std::vector<Visit> next_visits(const std::string& site, Timestamp now, std::int64_t generation,
                                   std::size_t limit) const;

    // How many of these are pictures whose address is not known yet.
    std::int64_t new_images(const std::vector<Discovered>& links) const;
    // Pages of a site by the level of their rate.
    std::vector<RateCount> page_rates(const std::string& site) const;

    std::optional<Verdict> verdict(const Sha256& content) const;
    Result<void> set_verdict(const Verdict& verdict);
    // Nothing where no picture was compared yet. The state is 0 where an older program compared.
    std::optional<ComparedUnder> compared_under() const;
    Result<void> set_compared_under(const ComparedUnder& under);
    // Erases, with overwriting, what ties pictures to a case whose findings are gone: every verdict of a
    // match that is not of `still_matched`, and what is known of addresses that showed these pictures or were
    // of `images`; the addresses themselves are as if they had just been named. Rebuilds the file, up to a
    // minute for ten million addresses. Errors: io, also when all is forgotten but its bytes may stand in the
    // file until the next start or try.
    Result<void> forget_matches(const std::vector<Sha256>& still_matched, const std::vector<Url>& images);
    std::optional<Unread> unread(const Sha256& content) const;
    // Pages that name this picture, or an address that redirects to it, first seen first.
    std::vector<Url> pages_naming(UrlId image, std::size_t limit) const;
    // The address itself and those that redirect to it.
    std::vector<Url> addresses_of(UrlId image, std::size_t limit) const;
    // Whether this page, when it was read last, tied both pictures to one item: themselves, or addresses that
    // redirect to them. False where any of the three is unknown.
    bool is_same_item(const Url& one, const Url& other, const Url& page) const;

    std::optional<RobotsRow> robots(const std::string& origin) const;
    Result<void> set_robots(const RobotsRow& row);

    // How often bounds were reached since the last call, by name.
    std::map<std::string, std::int64_t> take_bounds();

    Coverage coverage(std::int64_t generation) const;
    FrontierCounts counts(Timestamp now) const;
    std::string integrity() const;

    // `file` must not exist. Errors: exists, io.
    Result<DatabaseCopy> begin_copy(const std::filesystem::path& file);
    // The highest generation that any verdict or picture here was compared with; 0 without one. Reads every
    // row.
    std::int64_t newest_generation() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace stillwatch::store
