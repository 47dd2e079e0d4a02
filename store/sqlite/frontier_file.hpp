#pragma once

#include "store/frontier_tables.hpp"
#include "store/sqlite/sqlite_handle.hpp"

namespace stillwatch::store {

// The tables of the frontier in one SQLite file (docs/formats/databases.md).
class FrontierFile final : public FrontierTables {
public:
    explicit FrontierFile(const std::filesystem::path& file);

    // frontier_file.cpp
    Result<void> change(const std::function<Result<void>()>& work) override;
    const Key128& hash_key() const override { return hash_key_; }
    void owe_erasure() override;
    Result<void> erase() override;
    std::string integrity() override;
    std::int64_t newest_generation() override;
    Result<DatabaseCopy> begin_copy(const std::filesystem::path& file) override;
    std::optional<ComparedUnder> compared_under() override;
    void put_compared_under(const ComparedUnder& under) override;
    std::optional<int> reader_version() override;
    void put_reader_version(int version) override;

    // frontier_sites.cpp
    std::set<std::string> put_sites(const std::vector<ListedSite>& sites) override;
    std::optional<SiteState> site_of(HostId host) override;
    std::optional<SiteState> site_named(const std::string& name) override;
    void put_site(const SiteState& site) override;
    HostId watched_host(const std::string& origin) override;
    HostId add_host(const std::string& origin, const std::string& host_port) override;
    std::optional<HostState> host(HostId id) override;
    std::optional<HostState> host_at(const std::string& origin) override;
    std::vector<HostState> hosts_of(const std::string& site) override;
    void put_host(const HostState& host) override;
    void put_stopped_hosts(const std::vector<StoppedHost>& hosts) override;
    std::optional<RobotsRow> robots(const std::string& origin) override;
    std::optional<int> robots_status(const std::string& origin) override;
    void put_robots(const RobotsRow& row) override;
    void add_to_bound(HostId host, std::string_view bound, std::int64_t times) override;
    std::map<std::string, std::int64_t> bounds_of(const std::string& site) override;
    std::vector<std::string> ways_in(const std::string& site) override;
    void put_ways_in(const std::string& site, const std::vector<std::string>& addresses) override;
    void add_outside(std::int64_t site, const OutsideHost& host) override;
    void forget_outside(const std::string& host) override;
    std::vector<OutsideHost> outside_of(const std::string& site) override;

    // frontier_addresses.cpp
    std::optional<KnownAddress> find(HostId host, const Key128& key) override;
    UrlId add_address(const NewAddress& address) override;
    std::optional<AddressRow> address(UrlId id) override;
    void put_address(const AddressRow& row) override;
    void set_depth(UrlId id, int depth) override;
    void add_key(HostId host, const Key128& key, UrlId id) override;
    void set_target(UrlId id, const NewTarget& moved) override;
    void set_likely(UrlId id, LinkKind kind) override;
    void set_named_often(UrlId id, bool is_so) override;
    void set_aside(UrlId id, std::int64_t family) override;
    void put_videos_aside(const std::string& site, bool wait) override;
    void set_generation(UrlId id, std::int64_t generation) override;
    void set_redirect(UrlId id, UrlId to) override;
    void set_news(UrlId id, double news) override;
    void set_due(UrlId id, Timestamp due, crawler::NamedAgain named_again) override;
    void lease(UrlId id, Timestamp until, crawler::NamedAgain named_again) override;
    void forget_answer(UrlId id) override;
    void end_leases() override;
    void make_pages_due(Timestamp now) override;
    void read_again(ReadAgain which, const std::optional<std::string>& site) override;
    UrlId first_page_with(const Sha256& content, HostId host, UrlId before) override;
    bool is_content_used(const Sha256& content) override;
    std::vector<UrlId> addresses_with(const Sha256& content, HostId host, std::size_t limit) override;
    std::vector<UrlId> pictures_with(const std::vector<Sha256>& contents) override;

    // frontier_due.cpp
    std::vector<AddressRow> due(crawler::Due why, HostId host, Timestamp now, std::int64_t generation,
                                std::size_t limit) override;
    std::vector<HostRow> ready_hosts(Timestamp now, std::int64_t generation) override;
    std::optional<Timestamp> next_moment(Timestamp now) override;
    std::map<std::string, PassSize> pass_sizes(Timestamp now, std::int64_t generation) override;
    std::int64_t count_revisits(Timestamp now) override;
    std::int64_t pages_under_way(HostId host) override;

    // frontier_tally.cpp
    void add_to_tally(const Shelf& shelf, std::int64_t addresses) override;
    Tally tally_of(std::optional<std::string> site) override;
    std::map<LinkKind, std::int64_t> addresses_of(std::int64_t site) override;
    std::int64_t highest_generation() override;
    void add_to_rates(HostId host, int level, std::int64_t pages) override;
    std::vector<RateCount> rates_of(const std::string& site) override;

    // frontier_links.cpp
    bool add_naming(UrlId target, const Naming& naming) override;
    void set_item(UrlId target, UrlId page, UrlId item) override;
    std::size_t count_namings(UrlId target, std::size_t most) override;
    std::vector<Naming> namings_of(UrlId target) override;
    std::int64_t forget_namings(UrlId target) override;
    UrlId page_that_came_to_name(UrlId target) override;

    // frontier_families.cpp
    std::optional<crawler::Trail> trail(HostId host, const Key128& key) override;
    void put_trail(HostId host, const Key128& key, const crawler::Trail& trail) override;
    std::optional<FamilyRow> family(HostId host, const Key128& key) override;
    std::optional<FamilyRow> family(std::int64_t id) override;
    std::int64_t add_family(const FamilyRow& family) override;
    void put_family(const FamilyRow& family) override;
    void forget_marks() override;
    std::vector<std::int64_t> due_families(HostId host, Timestamp now, std::size_t limit) override;
    std::vector<UrlId> waiting_for(const FamilyRow& family, Timestamp now, bool newest_first,
                                   std::size_t limit) override;
    std::int64_t release_waiting(const FamilyRow& family, std::int64_t most) override;
    std::vector<std::pair<std::string, std::int64_t>> idle_families(const std::string& site) override;

    // frontier_contents.cpp
    std::optional<Verdict> verdict(const Sha256& content) override;
    void put_verdict(const Verdict& verdict) override;
    void remove_verdict(const Sha256& content) override;
    std::vector<Verdict> matched_verdicts() override;
    std::int64_t count_verdicts() override;
    std::optional<Unread> unread(const Sha256& content) override;
    void put_unread(const Unread& unread) override;
    void remove_unread(const Sha256& content) override;
    void remove_unread_before(Timestamp retry) override;

private:
    std::optional<Bytes> meta(std::string_view name);
    void set_meta(std::string_view name, ByteView value);
    void overwrite();

    Connection connection_;
    Key128 hash_key_{};
};

} // namespace stillwatch::store
