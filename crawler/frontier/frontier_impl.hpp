#pragma once

#include "crawler/frontier/account.hpp"
#include "crawler/frontier/url_frontier.hpp"
#include "crawler/policy/naming.hpp"

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace stillwatch::crawler {

class UrlFrontier::Impl {
public:
    explicit Impl(std::unique_ptr<store::FrontierTables> rows) : tables(std::move(rows)) {}

    // An address as `offer` found or made it.
    struct Known : store::KnownAddress {
        bool is_fresh = false; // made just now
    };

    // Runs `work` as one transaction and writes with it what memory gathered; forgets that when it failed.
    Result<void> change(const std::function<Result<void>()>& work);
    // The same of what has no result to tell it in. Throws std::runtime_error.
    void change_or_throw(const std::function<void()>& work);
    void write_tally();
    void write_accounts();
    void write_trails();
    void write_families();
    void write_bounds();

    Key128 key_of(std::string_view text) const;
    // The host of an address, made if the watch list names it; 0 when it does not.
    HostId host_of(const Url& url);
    // The address whose visit shows it: an entry of a package has none of its own.
    static Url visited_as(const Url& url) { return url.entry_inside().empty() ? url : url.document(); }
    // 0 where it is not known, as below.
    HostId known_host(const std::string& origin);
    UrlId find(const Url& url);
    // Adds the address unless it is known; nothing when its host is not on the watch list. `parent`: the page
    // that names it; 0: the watch list does.
    std::optional<Known> offer(const Url& url, LinkKind kind, int depth, Timestamp at, UrlId parent);
    std::optional<Known> known(HostId host, const Key128& key, LinkKind kind, int depth);
    // A video that nobody visited waits while the videos of its site are not looked at.
    void hold_video(HostId host, UrlId video);

    // What each site may still get; one for all its hosts. Null where there is no such host.
    struct SiteRoom : Room {
        std::int64_t site = 0;
        bool looks_at_videos = false;
    };
    SiteRoom* room_of(HostId host);
    // Whether there is room for one more of `kind` on the host's site; takes the place.
    bool takes_up(HostId host, LinkKind kind);
    std::int64_t pages_left(HostId host);

    // --- claims (claim.cpp) ---
    struct Lease {
        Timestamp now{};
        Timestamp until{};
        std::int64_t generation = 0;
        int* passed_over; // addresses that were put aside or needed no visit, of this transaction
    };
    // Leases up to `limit` visits that are due for that reason; how many rows there were. Less than that:
    // there are no more.
    std::size_t lease(Due why, const store::HostRow& host, const Lease& lease, std::size_t limit,
                      std::vector<store::Visit>& visits);
    // Leases the samples of families that bring nothing.
    std::size_t lease_samples(const store::HostRow& host, const Lease& lease, std::size_t limit,
                              std::vector<store::Visit>& visits);
    // Pages by their number, as one claim met them: many addresses are named by the same.
    struct Namers {
        std::map<UrlId, std::optional<Url>> urls;
        std::map<HostId, std::string> origins; // of their hosts; empty where there is none
    };
    // Nothing when the stored address cannot be read any more (a stricter parser since).
    std::optional<store::Visit> visit_of(const store::AddressRow& row, const store::HostRow& host,
                                         Namers& namers);
    std::optional<Url> namer_of(UrlId parent, Namers& namers);
    void lease_row(const store::AddressRow& row, Timestamp until);
    // Whether an address that is stale need not be visited. Marks it.
    bool is_settled(const store::AddressRow& row, std::int64_t generation);

    // --- results (apply.cpp) ---
    void visited(const store::VisitResult& result);
    void note_outside(HostId named_by, const std::vector<store::OutsideHost>& named);
    void learn(const store::AddressRow& before, const store::VisitResult& result);
    void count_rate(HostId host, int before, int after);
    void credit_parent(UrlId page, std::int64_t news);
    void keep_verdict(const store::Verdict& verdict);
    void keep_unread(const store::Unread& unread);
    void forget_verdict(const Sha256& content); // unless an address still has these bytes

    // --- who names what (naming.cpp) ---
    // What one result ties together so far.
    struct Items {
        std::map<int, UrlId> first;       // address of each item, by its number in the result
        std::map<UrlId, UrlId> of_target; // the first address of its item; 0: alone
        std::set<UrlId> as_written;       // signed addresses that are known as this result writes them
        std::map<std::string, int> turns; // of what is signed anew: how many so far
    };
    // --- addresses that are signed anew at each view (signed.cpp) ---
    void know_as_written(const std::vector<store::Discovered>& links, Items& items);
    // Where a page names what is signed, and the address that it named there before, with another signature.
    struct PlaceOnPage {
        Key128 key{};
        bool is_sure = false;
        std::optional<store::KnownAddress> before{};
    };
    // Nothing where nothing signs it, or it is known as it is written.
    std::optional<PlaceOnPage> place_on_page(UrlId page, HostId host, const store::Discovered& link,
                                             Items& items);
    // As offer(): an address that the page named before with another signature is asked for with this one
    // from now on.
    std::optional<Known> offer_on_page(const store::VisitResult& page, const store::Discovered& link,
                                       Items& items);
    void take_signature(const store::AddressRow& before, const store::NewTarget& moved, bool is_sure,
                        Timestamp at);
    // A signature ran out: the pages that name the picture have a new one.
    void ask_for_signature(const store::AddressRow& before, const store::VisitResult& result);
    void names(const store::VisitResult& page, const store::Discovered& link, Items& items);
    // A page came to name a known address, which may lead on to others.
    void name_again(UrlId target, Timestamp at);
    // Remembers that the page names the target, unless enough pages are known that do. Whether that is news.
    bool remember_naming(const Known& target, HostId host, const store::Naming& naming);
    void count_namings(HostId host, std::int64_t more);
    void forget_namings(UrlId target, HostId host);
    // The address and those that redirect to it, at most so many.
    std::vector<UrlId> led_from(UrlId target, std::size_t most);
    std::vector<Url> urls_of(const std::vector<UrlId>& ids);

    // --- what addresses are alike (families.cpp) ---
    struct CachedTrail : Trail {
        HostId host{};
        Key128 key{};
        bool is_changed = false; // then it stands in `changed_trails`
    };
    struct CachedFamily : store::FamilyRow {
        bool is_changed = false; // then it stands in `changed_families`
    };
    // What this transaction changed is written at its end.
    void will_write(CachedTrail& trail);
    void will_write(CachedFamily& family);
    std::vector<CachedTrail*> trails_of(HostId host, std::string_view target);
    std::array<CachedFamily*, 2> families_of(HostId host, std::string_view target, LinkKind kind);
    CachedFamily* family_at(std::int64_t id); // null where there is none
    // The family for whose sake an address nobody visited waits, or null.
    CachedFamily* asleep(HostId host, std::string_view target, LinkKind kind);
    // After the first visit of a page that named `news` pictures nobody knew, or of a picture.
    void learn_of_page(HostId host, std::string_view target, std::int64_t news, UrlId parent);
    void learn_of_picture(HostId host, std::string_view target, const Sha256& content);
    void set_aside(UrlId address, CachedFamily& family, Timestamp now, Timestamp::duration pause);
    void no_longer_aside(std::int64_t family);
    // Addresses that were set aside and have their turn now. Those of families that woke are set free.
    std::vector<UrlId> samples(HostId host, Timestamp now, std::size_t limit);
    Timestamp::duration pause_of_samples(HostId host);
    void release_aside(CachedFamily& family);
    void write_family(CachedFamily& family);
    // Forgets those that are remembered where they became many. Only what is written already may be.
    void bound_families();

    // Counts that a bound was reached, for people. `bound` is a literal.
    void reached(HostId host, std::string_view bound, std::int64_t times = 1);
    // Counts it no more: what made it is over.
    void forget_bound(HostId host, std::string_view bound);
    // Where a site is asked with other cookies or headers than before, what stood in the way may be open now.
    void look_again_if_sent_otherwise(const store::SiteRow& site);

    std::unique_ptr<store::FrontierTables> tables;
    std::unordered_map<std::string, HostId> hosts;        // by origin; bounded by the watch list
    store::Tally moves;                                   // of this transaction
    std::map<HostId, Account> accounts;                   // of this transaction
    static constexpr std::size_t most_remembered = 4'096; // trails, families: a few hundred bytes each
    using KeyOfHost = std::pair<HostId, Key128>;
    std::map<KeyOfHost, CachedTrail> trails;    // those met of late, as they are written
    std::map<KeyOfHost, CachedFamily> families; // likewise
    std::vector<CachedTrail*> changed_trails;   // of this transaction
    std::vector<CachedFamily*> changed_families;
    std::map<std::pair<HostId, std::string_view>, std::int64_t> bounds; // reached in this transaction
    std::map<std::string, std::int64_t> untold;                         // reached since take_bounds()
    bool left_out_unproven =
        false; // a page of a trail that may yet bring pictures, since names() was called first
    std::map<HostId, std::shared_ptr<SiteRoom>> rooms; // one for all hosts of a site
};

} // namespace stillwatch::crawler
