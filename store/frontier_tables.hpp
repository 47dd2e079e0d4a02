#pragma once

#include "core/keyed_hash.hpp"
#include "core/result.hpp"
#include "crawler/policy/due.hpp"
#include "crawler/policy/family.hpp"
#include "crawler/policy/trail.hpp"
#include "crawler/policy/wall_history.hpp"
#include "crawler/policy/window.hpp"
#include "store/site.hpp"
#include "store/site_health.hpp"
#include "store/sqlite/database_copy.hpp"
#include "store/stopped_host.hpp"
#include "store/visit.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// What is kept of the crawl, as rows that are read and written. What becomes of them is decided above
// (crawler/frontier/); a database is no more than these operations.
namespace stillwatch::store {

// What a site may have and what came of it so far.
struct SiteState {
    std::int64_t id = 0;
    std::string name{};
    std::int64_t max_pages = 0; // addresses
    std::int64_t max_images = 0;
    crawler::SiteDay day{};
    crawler::WallHistory walls{};
    std::int64_t namings = 0; // rows of who names what, beyond the first of each address
    Bytes sent{};             // keyed digest of what requests carry; empty: not known
    bool looks_at_videos = false;
};

struct HostState {
    HostRow host;
    std::string host_port{};
    bool is_watched = false; // a site lists it
    bool is_stopped = false; // a person stopped it
    Timestamp last_success{};
    Timestamp last_failure{};
    int last_failure_status = 0;
    Timestamp last_challenge{};
};

// A site with all hosts that it lists.
struct ListedSite {
    const SiteRow& site;
    std::vector<std::string> hosts; // HOST or HOST:PORT, those of seeds too
};

class SiteTable {
public:
    virtual ~SiteTable() = default;

    // Makes the watch list the given one; a host is the first site's that lists it. Gives the names of the
    // sites that have a host which they did not have before.
    virtual std::set<std::string> put_sites(const std::vector<ListedSite>& sites) = 0;
    virtual std::optional<SiteState> site_of(HostId host) = 0;
    virtual std::optional<SiteState> site_named(const std::string& name) = 0;
    virtual void put_site(const SiteState& site) = 0; // its bounds stay

    // Of a host that is watched; 0: there is none.
    virtual HostId watched_host(const std::string& origin) = 0;
    // A host more, where a site lists `host_port`; 0: none does.
    virtual HostId add_host(const std::string& origin, const std::string& host_port) = 0;
    virtual std::optional<HostState> host(HostId id) = 0;
    virtual std::optional<HostState> host_at(const std::string& origin) = 0; // watched or not
    virtual std::vector<HostState> hosts_of(const std::string& site) = 0;    // those watched, by id
    virtual void put_host(const HostState& host) = 0; // back-off and what was last seen of it
    virtual void put_stopped_hosts(const std::vector<StoppedHost>& hosts) = 0;

    virtual std::optional<RobotsRow> robots(const std::string& origin) = 0;
    virtual std::optional<int> robots_status(const std::string& origin) = 0;
    virtual void put_robots(const RobotsRow& row) = 0;
    virtual void add_to_bound(HostId host, std::string_view bound, std::int64_t times) = 0;
    virtual std::map<std::string, std::int64_t> bounds_of(const std::string& site) = 0;
    // Adds to what pages of a site name on a host of nobody's.
    // Addresses behind which its gates open (pipeline/ways_in.hpp).
    virtual std::vector<std::string> ways_in(const std::string& site) = 0;
    virtual void put_ways_in(const std::string& site, const std::vector<std::string>& addresses) = 0;
    virtual void add_outside(std::int64_t site, const OutsideHost& host) = 0;
    virtual void forget_outside(const std::string& host) = 0;                 // of all sites
    virtual std::vector<OutsideHost> outside_of(const std::string& site) = 0; // by host
};

// What of an address is asked about each link that names it.
struct KnownAddress {
    UrlId id;
    LinkKind kind = LinkKind::page;
    Outcome outcome = Outcome::unvisited;
    int depth = 0;
    bool redirects = false;
    bool is_named_often = false; // no more pages that name it are remembered
};

struct NewAddress {
    HostId host;
    Key128 key{}; // of its target
    std::string_view target;
    LinkKind kind = LinkKind::page;
    int depth = 0;
    Timestamp due{};
    bool is_barren = false;
    UrlId parent; // the page that named it; 0: the watch list did
};

struct NewTarget {
    HostId host;
    Key128 before{};
    Key128 after{};
    std::string_view target;
};

struct AddressRow {
    UrlId id;
    HostId host;
    std::string target; // path and query
    int depth = 0;
    UrlId parent;
    crawler::Standing standing{};
    int tries = 0;
    int unchanged_in_a_row = 0;
    int http_status = 0;
    Timestamp last_visit{};
    std::int64_t wire_bytes = 0;
    UrlId redirect_to; // 0: nowhere
    std::optional<Sha256> content{};
    std::string etag{};
    std::string last_modified{};
    PageRate rate{};
    UrlId same_as; // the page known first that has the same bytes; 0: none
};

// The kinds of address that counts and coverage tell apart.
struct Shelf {
    HostId host;
    LinkKind kind = LinkKind::page;
    Outcome outcome = Outcome::unvisited;
    std::int64_t generation = 0;
    friend auto operator<=>(const Shelf&, const Shelf&) = default;
};
using Tally = std::map<Shelf, std::int64_t>;

// What another setting has read once more, whether its bytes changed or not.
enum class ReadAgain : std::uint8_t { pages, pages_and_unreachable };

class AddressTable {
public:
    virtual ~AddressTable() = default;

    virtual std::optional<KnownAddress> find(HostId host, const Key128& key) = 0;
    virtual UrlId add_address(const NewAddress& address) = 0;
    virtual std::optional<AddressRow> address(UrlId id) = 0;
    virtual void put_address(const AddressRow& row) = 0; // all but host, target, depth and parent
    // Another key that it is found by.
    virtual void add_key(HostId host, const Key128& key, UrlId id) = 0;
    // From now on it is asked for so, and found by one key in place of the other.
    virtual void set_target(UrlId id, const NewTarget& moved) = 0;
    virtual void set_depth(UrlId id, int depth) = 0;
    // Of one that was never visited: what it is likely to be, and not barren.
    virtual void set_likely(UrlId id, LinkKind kind) = 0;
    virtual void set_named_often(UrlId id, bool is_so) = 0;
    virtual void set_aside(UrlId id, std::int64_t family) = 0;
    // Videos of a site that nobody looked at wait (crawler::not_looked_at), or wait no longer: those that
    // were met under another kind of address are due at once, too.
    virtual void put_videos_aside(const std::string& site, bool wait) = 0;
    virtual void set_generation(UrlId id, std::int64_t generation) = 0;
    virtual void set_redirect(UrlId id, UrlId to) = 0;
    virtual void set_news(UrlId id, double news) = 0; // of its rate
    virtual void set_due(UrlId id, Timestamp due, crawler::NamedAgain named_again) = 0;
    virtual void lease(UrlId id, Timestamp until, crawler::NamedAgain named_again) = 0;
    virtual void forget_answer(UrlId id) = 0; // bytes and validators: the next one is read whatever it is
    virtual void end_leases() = 0;            // all of them, as crawler::when_given_back() says

    // Addresses of a host that are due for this reason, in their turn (crawler/policy/due.hpp).
    virtual std::vector<AddressRow> due(crawler::Due why, HostId host, Timestamp now, std::int64_t generation,
                                        std::size_t limit) = 0;
    // Watched hosts that do not back off, with an address that makes_ready() or a family whose sample is due.
    virtual std::vector<HostRow> ready_hosts(Timestamp now, std::int64_t generation) = 0;
    // The earliest next_moment() of addresses of watched hosts and the samples of their families, none before
    // its host's back-off ends.
    virtual std::optional<Timestamp> next_moment(Timestamp now) = 0;
    // Of each site of the watch list: addresses that a visit is_owed() and those that are visited at all.
    virtual std::map<std::string, PassSize> pass_sizes(Timestamp now, std::int64_t generation) = 0;
    virtual std::int64_t count_revisits(Timestamp now) = 0; // due on watched hosts
    virtual std::int64_t pages_under_way(HostId host) = 0;  // leased, of its whole site
    virtual void make_pages_due(Timestamp now) = 0;         // that were visited
    // Takes their validators and makes them due; of one site or of all.
    virtual void read_again(ReadAgain which, const std::optional<std::string>& site) = 0;

    // The page of the host that was known first, before this one, and has these bytes; 0: none.
    virtual UrlId first_page_with(const Sha256& content, HostId host, UrlId before) = 0;
    virtual bool is_content_used(const Sha256& content) = 0;
    // Visited addresses of a host that last had these bytes.
    virtual std::vector<UrlId> addresses_with(const Sha256& content, HostId host, std::size_t limit) = 0;
    // Pictures that last had one of these, which are sorted.
    virtual std::vector<UrlId> pictures_with(const std::vector<Sha256>& contents) = 0;

    virtual void add_to_tally(const Shelf& shelf, std::int64_t addresses) = 0;
    virtual Tally tally_of(std::optional<std::string> site) = 0; // of watched hosts, of one site or all
    // Of all hosts of a site: how many addresses of each kind.
    virtual std::map<LinkKind, std::int64_t> addresses_of(std::int64_t site) = 0;
    virtual std::int64_t highest_generation() = 0; // that any picture was compared at, by the tally
    virtual void add_to_rates(HostId host, int level, std::int64_t pages) = 0;
    virtual std::vector<RateCount> rates_of(const std::string& site) = 0;
};

// A page that names an address.
struct Naming {
    UrlId page;
    Mechanism mechanism = Mechanism::a_href;
    Timestamp seen{};
    UrlId item; // the address of the item's first picture on that page; 0: alone
};

class LinkTable {
public:
    virtual ~LinkTable() = default;

    // Whether it was not there yet.
    virtual bool add_naming(UrlId target, const Naming& naming) = 0;
    virtual void set_item(UrlId target, UrlId page, UrlId item) = 0;
    virtual std::size_t count_namings(UrlId target, std::size_t most) = 0;
    virtual std::vector<Naming> namings_of(UrlId target) = 0; // by page
    virtual std::int64_t forget_namings(UrlId target) = 0;    // how many there were
    // The page whose latest visit was the first to name the target, the one known first of several; 0: none.
    virtual UrlId page_that_came_to_name(UrlId target) = 0;
};

// A family with what the store knows it by.
struct FamilyRow : crawler::Family {
    std::int64_t id = 0; // 0: not written yet
    HostId host;
    Key128 key{};
    std::string pattern{}; // read for people only: see idle_families()
};

class FamilyTable {
public:
    virtual ~FamilyTable() = default;

    virtual std::optional<crawler::Trail> trail(HostId host, const Key128& key) = 0;
    virtual void put_trail(HostId host, const Key128& key, const crawler::Trail& trail) = 0;

    virtual std::optional<FamilyRow> family(HostId host, const Key128& key) = 0;
    virtual std::optional<FamilyRow> family(std::int64_t id) = 0;
    virtual std::int64_t add_family(const FamilyRow& family) = 0; // gives its number
    virtual void put_family(const FamilyRow& family) = 0;
    virtual void forget_marks() = 0; // of contents, in all families
    // Families of a host for which something waits and whose next sample is due, that first which waits
    // longest.
    virtual std::vector<std::int64_t> due_families(HostId host, Timestamp now, std::size_t limit) = 0;
    // Addresses that wait for its sake and are not leased, newest or oldest first.
    virtual std::vector<UrlId> waiting_for(const FamilyRow& family, Timestamp now, bool newest_first,
                                           std::size_t limit) = 0;
    // The newest of them wait no longer; how many.
    virtual std::int64_t release_waiting(const FamilyRow& family, std::int64_t most) = 0;
    // Of a site: origin and pattern, and for how many addresses; the most first.
    virtual std::vector<std::pair<std::string, std::int64_t>> idle_families(const std::string& site) = 0;
};

class ContentTable {
public:
    virtual ~ContentTable() = default;

    virtual std::optional<Verdict> verdict(const Sha256& content) = 0;
    virtual void put_verdict(const Verdict& verdict) = 0;
    virtual void remove_verdict(const Sha256& content) = 0;
    virtual std::vector<Verdict> matched_verdicts() = 0;
    virtual std::int64_t count_verdicts() = 0;
    virtual std::optional<Unread> unread(const Sha256& content) = 0;
    virtual void put_unread(const Unread& unread) = 0;
    virtual void remove_unread(const Sha256& content) = 0;
    virtual void remove_unread_before(Timestamp retry) = 0;

    virtual std::optional<ComparedUnder> compared_under() = 0;
    virtual void put_compared_under(const ComparedUnder& under) = 0;
    virtual std::optional<int> reader_version() = 0;
    virtual void put_reader_version(int version) = 0;
};

// All of it. One object, one thread. Its operations throw std::runtime_error when they cannot be done; inside
// change() that ends the transaction.
class FrontierTables : public SiteTable,
                       public AddressTable,
                       public LinkTable,
                       public FamilyTable,
                       public ContentTable {
public:
    // Runs `work` as one transaction: kept when it gives a value, undone when it gives an error or an
    // operation fails, which becomes the error.
    virtual Result<void> change(const std::function<Result<void>()>& work) = 0;
    // Addresses and patterns are found by their digest under this key, which was made with the store: a site
    // cannot find two that collide, and so cannot hide one.
    virtual const Key128& hash_key() const = 0;

    // Part of a transaction that removes what must not be found again; then erase() overwrites it.
    virtual void owe_erasure() = 0;
    virtual Result<void> erase() = 0;
    // "ok" or the first problems.
    virtual std::string integrity() = 0;
    // The highest generation that any verdict or picture was compared with; 0 without one. Reads every row.
    virtual std::int64_t newest_generation() = 0;
    // `file` must not exist. Errors: exists, io; refused, where nothing is kept in files.
    virtual Result<DatabaseCopy> begin_copy(const std::filesystem::path& file) = 0;
};

// In a database file: synchronous=NORMAL, WAL. The large one that may be lost and rebuilt by crawling. Throws
// std::runtime_error as CaseDatabase does.
std::unique_ptr<FrontierTables> frontier_in_file(const std::filesystem::path& file);

// In memory, for as long as the object lives: for tests, which run the contract of the frontier against both.
// Nothing here fails, so nothing is undone.
std::unique_ptr<FrontierTables> frontier_in_memory(); // for tests: stillwatch_store_memory

} // namespace stillwatch::store
