#pragma once

#include "store/frontier_tables.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::crawler {

// The bound under which is counted that the same bytes come for nearly all addresses of a host.
inline constexpr const char* stand_in_bound = "one_answer_for_many_addresses";

// All known addresses with what is due when: the rules of crawler/policy over the rows of a store. One
// object, one thread (the store thread). What may be lost and rebuilt by crawling: addresses, hosts,
// contents, verdicts, robots. Claims and reads throw std::runtime_error when the store refuses; functions
// with a Result return Errc::io then, and nothing was changed.
class UrlFrontier {
public:
    explicit UrlFrontier(std::unique_ptr<store::FrontierTables> tables);
    ~UrlFrontier();
    UrlFrontier(UrlFrontier&&) noexcept;

    // Makes the watch list the given one: adds sites and seeds; hosts that no site lists any more are not
    // visited. Hosts of seeds count as listed. Pages of a site with a host more, or that is asked with other
    // cookies or headers than before, are read again.
    Result<void> set_sites(const std::vector<store::SiteRow>& sites);
    // Pages that were read by a reader of another version are read again, whether their bytes changed or not:
    // the newer one finds more.
    Result<void> set_reader_version(int version);
    // Every lease of an earlier run ends; call once at start.
    Result<void> release_leases();
    // Makes all pages due at `now`: the start of a full pass.
    Result<void> start_pass(Timestamp now);

    // By site; counts every address that is due, so not for every second.
    std::map<std::string, store::PassSize> pass_sizes(Timestamp now, std::int64_t generation) const;

    // Hosts of enabled sites that have something due by `now`, or pictures compared before `generation`
    // (0: none are stale), and whose back-off is over.
    std::vector<store::HostRow> ready_hosts(Timestamp now, std::int64_t generation) const;
    // The next moment at which some host becomes ready without anybody doing anything.
    std::optional<Timestamp> next_due(Timestamp now) const;
    // Up to `limit` visits of a host, leased until `lease_until`: what is new, stale pictures, what is due
    // for a revisit; each has its share of a window that not all fit in.
    // Addresses of families that bring nothing new are put aside meanwhile, and stale ones whose bytes were
    // compared under another address are marked as current: a bounded number of them in one call.
    store::Claim claim_some(HostId host, Timestamp now, std::int64_t generation, Timestamp lease_until,
                            std::size_t limit);
    // The same until there is something or nothing is left to look at.
    std::vector<store::Visit> claim(HostId host, Timestamp now, std::int64_t generation,
                                    Timestamp lease_until, std::size_t limit);
    // Whether the address is one of a watched host that is visited under its own name sooner or later.
    bool is_visited_anyway(const Url& url) const;
    // A redirect led from `from` to an address nobody knew, and its answer is here already: takes the address
    // up, leased until `lease_until`, so that this answer is its visit. Nothing where it cannot be taken up
    // or is known by now.
    std::optional<store::Visit> arrive(const store::Visit& from, const Url& url, Timestamp now,
                                       Timestamp lease_until);
    // Applies the results and what they discovered, in one transaction. Addresses on hosts that no site lists
    // are dropped. A page that names a picture whose verdict is `matched` for the first time makes it due at
    // once.
    Result<void> apply(const std::vector<store::VisitResult>& results);
    // Makes an address due at `at` or sooner, whatever its revisit would be; one that is not known is taken
    // up as `kind`. False where no host of the watch list has it.
    Result<bool> look_again(const Url& url, Timestamp at, LinkKind kind = LinkKind::image);
    // The same of what was last answered with these bytes at that origin; at most 10,000 addresses.
    Result<void> look_again_at(const Sha256& content, const std::string& origin, Timestamp at);
    // Addresses of a site behind which its gates open (pipeline/ways_in.hpp), as they were last set.
    std::vector<Url> ways_in(const std::string& site) const;
    Result<void> set_ways_in(const std::string& site, const std::vector<Url>& ways);
    // That one address, leased; nothing where it is not known, leased already, or its host gets no request.
    // Throws as claim does.
    std::optional<store::Visit> claim_one(const Url& url, Timestamp now, Timestamp lease_until);
    // Gives claimed visits back unvisited.
    Result<void> release(const std::vector<UrlId>& ids);
    Result<void> set_backoff(HostId host, Timestamp until, int errors_in_a_row);

    // No visit of these is claimed, of others it is again. CaseDatabase is where they are kept.
    Result<void> set_stopped_hosts(const std::vector<store::StoppedHost>& hosts);
    store::SiteHealth site_health(const std::string& site, std::int64_t generation, Timestamp now) const;
    // The addresses of a site that would be visited next, in about that order, without claiming them.
    std::vector<store::Visit> next_visits(const std::string& site, Timestamp now, std::int64_t generation,
                                          std::size_t limit) const;

    // How many of these, which a page names, are pictures whose address is not known yet, by whatever
    // signature.
    std::int64_t new_images(const std::vector<store::Discovered>& links, UrlId page = {}) const;
    // Pages of a site by the level of their rate.
    std::vector<store::RateCount> page_rates(const std::string& site) const;

    std::optional<store::Verdict> verdict(const Sha256& content) const;
    Result<void> set_verdict(const store::Verdict& verdict);
    // Nothing where no picture was compared yet. The state is 0 where an older program compared.
    std::optional<store::ComparedUnder> compared_under() const;
    Result<void> set_compared_under(const store::ComparedUnder& under);
    // Erases, with overwriting, what ties pictures to a case whose findings are gone: every verdict of a
    // match that is not of `still_matched`, and what is known of addresses that showed these pictures or were
    // of `images`; the addresses themselves are as if they had just been named. Rebuilds the file, up to a
    // minute for ten million addresses. Errors: io, also when all is forgotten but its bytes may stand in the
    // file until the next start or try.
    Result<void> forget_matches(const std::vector<Sha256>& still_matched, const std::vector<Url>& images);
    std::optional<store::Unread> unread(const Sha256& content) const;
    struct Known {
        std::optional<store::Verdict> verdict{};
        std::optional<store::Unread> unread{};
    };
    Known known_of(const Sha256& content) const; // both
    // Pages that name this picture, or an address that redirects to it, first seen first.
    std::vector<Url> pages_naming(UrlId image, std::size_t limit) const;
    // The address itself and those that redirect to it.
    std::vector<Url> addresses_of(UrlId image, std::size_t limit) const;
    // Whether this page, when it was read last, tied both pictures to one item: themselves, or addresses that
    // redirect to them. False where any of the three is unknown.
    bool is_same_item(const Url& one, const Url& other, const Url& page) const;

    std::optional<store::RobotsRow> robots(const std::string& origin) const;
    Result<void> set_robots(const store::RobotsRow& row);

    // How often bounds were reached since the last call, by name.
    std::map<std::string, std::int64_t> take_bounds();

    store::Coverage coverage(std::int64_t generation) const;
    store::FrontierCounts counts(Timestamp now) const;
    std::string integrity() const;

    // `file` must not exist. Errors: exists, io.
    Result<store::DatabaseCopy> begin_copy(const std::filesystem::path& file);
    // The highest generation that any verdict or picture here was compared with; 0 without one. Reads every
    // row.
    std::int64_t newest_generation() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace stillwatch::crawler
