#pragma once

#include "core/keyed_hash.hpp"
#include "crawler/policy/family.hpp"
#include "crawler/policy/trail.hpp"
#include "store/frontier_database.hpp"
#include "store/sqlite/sqlite_handle.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

// Conditions on `url u`; they repeat those of the partial indexes (frontier_schema.cpp) word for word, since
// SQLite uses an index only where it sees that.
#define IS_NEW "u.outcome = 0 AND u.aside = 0"
// A picture that was judged, by whatever references: neither unvisited nor a page, unreachable, moved or
// waiting.
#define MAY_BE_STALE "u.kind = 1 AND u.outcome NOT IN (0, 1, 8, 10, 12)"

namespace stillwatch::store {

// What `named_again` of an address holds: whether a page came to name it since its pictures were last
// recorded. A claim makes `due` `served`, so that a page that comes during the visit is told from one before
// it.
enum class NamedAgain : std::uint8_t { no, due, served };

// A family with what the database knows it by.
struct StoredFamily : crawler::Family {
    std::int64_t id = 0; // 0: not written yet
    Key128 key{};
    std::string pattern{}; // of one that is not written yet
    bool is_changed = false;
};

struct ClaimClass; // one kind of what a claim gives (frontier_claim.cpp)

class FrontierDatabase::Impl {
public:
    explicit Impl(const std::filesystem::path& file);

    // The kinds of address that counts and coverage tell apart; `tally` holds how many there are of each.
    struct Shelf {
        HostId host;
        LinkKind kind = LinkKind::page;
        Outcome outcome = Outcome::unvisited;
        std::int64_t generation = 0;
        friend auto operator<=>(const Shelf&, const Shelf&) = default;
    };
    // An address as `offer` found or made it.
    struct Known {
        UrlId id;
        bool fresh = false; // made just now
        LinkKind kind = LinkKind::page;
        Outcome outcome = Outcome::unvisited;
        bool redirects = false;
        bool is_named_often = false; // no more pages that name it are remembered
    };

    // Runs `work` as one transaction and writes the tally with it; forgets what memory holds when it failed.
    template <class Work>
    Result<void> change(Work work)
    {
        auto done = in_transaction(connection, [&] {
            Result<void> result = work();
            if (result) {
                write_tally();
                write_accounts();
                write_trails();
                write_families();
                write_bounds();
            }
            return result;
        });
        if (!done) {
            hosts.clear();
            moves.clear();
            accounts.clear();
            trails.clear();
            families.clear();
            bounds.clear();
            rooms.clear();
        }
        return done;
    }
    void write_tally();
    static std::int64_t day_of(Timestamp at) noexcept { return at.time_since_epoch().count() / 86'400'000; }
    // One page less at one level of its host, one more at another; 0 is none.
    void count_rate(HostId host, int before, int after);
    // A page that was read for the first time named `news` pictures nobody knew: they count for the page that
    // came to name this one at its latest visit, unless that was its first.
    void credit_parent(UrlId page, std::int64_t news);

    // The host of an address, made if the watch list names it; 0 when it does not.
    HostId host_of(const Url& url);
    // Adds the address unless it is known; nothing when its host is not on the watch list. `parent`: the page
    // that names it; 0: the watch list does.
    std::optional<Known> offer(const Url& url, LinkKind kind, int depth, Timestamp at, UrlId parent);

    // How many addresses of each kind a site may still get, by its number.
    struct Room {
        std::int64_t site = 0;
        std::int64_t pages = 0;
        std::int64_t images = 0;
        std::int64_t namings = 0; // rows of `link` beyond the first of each address
    };
    // Whether there is room for one more of `kind` on the host's site; takes the place.
    bool takes_up(HostId host, LinkKind kind);
    // How many more pages the host's site may get.
    std::int64_t pages_left(HostId host);
    Room* room_of(HostId host);

    struct Lease {
        Timestamp now{};
        Timestamp until{};
        std::int64_t generation = 0;
        int* passed_over; // addresses that were put aside or needed no visit, of this transaction
    };
    std::int64_t pages_under_way(HostId host); // of its whole site
    std::size_t lease(const ClaimClass& one, const HostRow& host, const Lease& lease, std::size_t limit,
                      std::vector<Visit>& visits);
    // Leases the samples of families that bring nothing.
    std::size_t lease_samples(const HostRow& host, const Lease& lease, std::size_t limit,
                              std::vector<Visit>& visits);
    void lease_rows(const std::vector<UrlId>& ids, Timestamp until);
    // Whether an address that is stale need not be visited: its bytes were compared meanwhile under another.
    // Marks it.
    bool is_settled(const Visit& visit, std::int64_t generation);

    // What a host's visits of one transaction came to, for its site's day and its health.
    struct Account {
        Timestamp at{};
        std::int64_t pages = 0;
        std::int64_t bytes = 0;
        Timestamp last_success{};
        Timestamp last_failure{};
        int last_failure_status = 0;
        Timestamp last_challenge{};
        std::vector<Wall> walls;  // of the visits that tell, in order
        std::int64_t namings = 0; // rows of `link` more
    };
    void account(const VisitResult& result);
    void write_accounts();
    // Where a site is asked with other cookies or headers than before, what stood in the way may be open now.
    void look_again_if_sent_otherwise(const SiteRow& site);
    void write_walls(HostId host, const std::vector<Wall>& walls);

    struct StoredTrail : crawler::Trail {
        bool is_changed = false;
    };
    using TrailKey = std::pair<HostId, Key128>;
    std::vector<StoredTrail*> trails_of(HostId host, std::string_view target);
    void write_trails();

    using FamilyKey = std::pair<HostId, Key128>;
    std::array<StoredFamily*, 2> families_of(HostId host, std::string_view target, LinkKind kind);
    StoredFamily* family_at(std::int64_t id); // null where there is none
    // The family for whose sake an address nobody visited waits, or null.
    StoredFamily* asleep(HostId host, std::string_view target, LinkKind kind);
    // After the first visit of a page that named `news` pictures nobody knew, or of a picture.
    void learn_of_page(HostId host, std::string_view target, std::int64_t news, UrlId parent);
    void learn_of_picture(HostId host, std::string_view target, const Sha256& content);
    void set_aside(UrlId address, HostId host, StoredFamily& family, Timestamp now,
                   Timestamp::duration pause);
    void no_longer_aside(std::int64_t family);
    // Addresses that were set aside and have their turn now. Those of families that woke are set free.
    std::vector<UrlId> samples(HostId host, Timestamp now, std::size_t limit);
    Timestamp::duration pause_of_samples(HostId host);
    void release_aside(HostId host, StoredFamily& family);
    void write_family(HostId host, StoredFamily& family);
    void write_families();

    // Counts that a bound was reached, for people. `bound` is a literal.
    void reached(HostId host, std::string_view bound, std::int64_t times = 1);
    void write_bounds();
    void read_bounds(const std::string& site, SiteHealth& health);
    void read_hosts(const std::string& site, SiteHealth& health);

    // The end of one visit: the row, its verdict, and what it names.
    void visited(const VisitResult& result);
    // What one result ties together so far.
    struct Items {
        std::map<int, UrlId> first;       // address of each item, by its number in the result
        std::map<UrlId, UrlId> of_target; // the first address of its item; 0: alone
    };
    void names(const VisitResult& page, const Discovered& link, Items& items);
    // 0 where it is not known.
    UrlId find(const Url& url);
    // A page came to name a known address. If pictures there are known to match, or are being fetched, they
    // are to be visited (again), so that the new occurrence is recorded.
    void name_again(UrlId target, Timestamp at);
    // Remembers that the page names the target, unless enough pages are known that do. Whether that is news.
    bool remember_naming(const Known& target, const VisitResult& page, Mechanism mechanism, UrlId item);
    void find_twin(const VisitResult& page, HostId host);
    void count_namings(HostId host, std::int64_t more);
    void forget_namings(UrlId target, HostId host);
    void forget_verdict(const Sha256& content); // unless an address still has these bytes
    void keep_verdict(const Verdict& verdict);
    void keep_unread(const Unread& unread);
    // As if the address had just been named.
    void forget_visits(UrlId id);
    // Overwrites what deleted and changed rows left behind; owed from the transaction on that changed them.
    void erase();

    std::optional<Bytes> meta(std::string_view name);
    void set_meta(std::string_view name, ByteView value);

    Connection connection;
    Key128 hash_key{};
    std::unordered_map<std::string, HostId> hosts;        // by origin; bounded by the watch list
    std::map<Shelf, std::int64_t> moves;                  // of this transaction
    std::map<HostId, Account> accounts;                   // of this transaction
    static constexpr std::size_t most_remembered = 4'096; // trails, families: a few hundred bytes each
    std::map<TrailKey, StoredTrail> trails;               // those met of late, as they are written
    std::map<FamilyKey, StoredFamily> families;           // likewise
    std::map<std::pair<HostId, std::string_view>, std::int64_t> bounds; // reached in this transaction
    std::map<std::string, std::int64_t> untold;                         // reached since take_bounds()
    bool left_out_unproven =
        false; // a page of a trail that may yet bring pictures, since names() was called first
    std::map<HostId, std::shared_ptr<Room>> rooms; // one for all hosts of a site
};

} // namespace stillwatch::store
