#pragma once

#include "store/frontier_tables.hpp"

namespace stillwatch::store {

// The tables of the frontier as maps.
class FrontierMemory final : public FrontierTables {
public:
    Result<void> change(const std::function<Result<void>()>& work) override { return work(); }
    const Key128& hash_key() const override { return hash_key_; }
    void owe_erasure() override {}
    Result<void> erase() override { return {}; }
    std::string integrity() override { return "ok"; }
    std::int64_t newest_generation() override;
    Result<DatabaseCopy> begin_copy(const std::filesystem::path& file) override;
    std::optional<ComparedUnder> compared_under() override { return compared_under_; }
    void put_compared_under(const ComparedUnder& under) override { compared_under_ = under; }
    std::optional<int> reader_version() override { return reader_version_; }
    void put_reader_version(int version) override { reader_version_ = version; }

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
    void put_robots(const RobotsRow& row) override { robots_[row.origin] = row; }
    void add_to_bound(HostId host, std::string_view bound, std::int64_t times) override;
    std::map<std::string, std::int64_t> bounds_of(const std::string& site) override;
    std::vector<std::string> ways_in(const std::string& site) override;
    void put_ways_in(const std::string& site, const std::vector<std::string>& addresses) override;
    void add_outside(std::int64_t site, const OutsideHost& host) override;
    void forget_outside(const std::string& host) override;
    std::vector<OutsideHost> outside_of(const std::string& site) override;

    std::optional<KnownAddress> find(HostId host, const Key128& key) override;
    UrlId add_address(const NewAddress& address) override;
    std::optional<AddressRow> address(UrlId id) override;
    void put_address(const AddressRow& row) override;
    void set_depth(UrlId id, int depth) override { at(id).depth = depth; }
    void add_key(HostId host, const Key128& key, UrlId id) override;
    void set_target(UrlId id, const NewTarget& moved) override;
    void set_likely(UrlId id, LinkKind kind) override;
    void set_named_often(UrlId id, bool is_so) override { at(id).is_named_often = is_so; }
    void set_aside(UrlId id, std::int64_t family) override { at(id).standing.aside = family; }
    void put_videos_aside(const std::string& site, bool wait) override;
    void set_generation(UrlId id, std::int64_t generation) override
    {
        at(id).standing.generation = generation;
    }
    void set_redirect(UrlId id, UrlId to) override { at(id).redirect_to = to; }
    void set_news(UrlId id, double news) override { at(id).rate.news = news; }
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

    std::vector<AddressRow> due(crawler::Due why, HostId host, Timestamp now, std::int64_t generation,
                                std::size_t limit) override;
    std::vector<HostRow> ready_hosts(Timestamp now, std::int64_t generation) override;
    std::optional<Timestamp> next_moment(Timestamp now) override;
    std::map<std::string, PassSize> pass_sizes(Timestamp now, std::int64_t generation) override;
    std::int64_t count_revisits(Timestamp now) override;
    std::int64_t pages_under_way(HostId host) override;

    void add_to_tally(const Shelf& shelf, std::int64_t addresses) override;
    Tally tally_of(std::optional<std::string> site) override;
    std::map<LinkKind, std::int64_t> addresses_of(std::int64_t site) override;
    std::int64_t highest_generation() override;
    void add_to_rates(HostId host, int level, std::int64_t pages) override { rates_[{level, host}] += pages; }
    std::vector<RateCount> rates_of(const std::string& site) override;

    bool add_naming(UrlId target, const Naming& naming) override;
    void set_item(UrlId target, UrlId page, UrlId item) override;
    std::size_t count_namings(UrlId target, std::size_t most) override;
    std::vector<Naming> namings_of(UrlId target) override;
    std::int64_t forget_namings(UrlId target) override;
    UrlId page_that_came_to_name(UrlId target) override;

    std::optional<crawler::Trail> trail(HostId host, const Key128& key) override;
    void put_trail(HostId host, const Key128& key, const crawler::Trail& trail) override;
    std::optional<FamilyRow> family(HostId host, const Key128& key) override;
    std::optional<FamilyRow> family(std::int64_t id) override;
    std::int64_t add_family(const FamilyRow& family) override;
    void put_family(const FamilyRow& family) override { families_[family.id] = family; }
    void forget_marks() override;
    std::vector<std::int64_t> due_families(HostId host, Timestamp now, std::size_t limit) override;
    std::vector<UrlId> waiting_for(const FamilyRow& family, Timestamp now, bool newest_first,
                                   std::size_t limit) override;
    std::int64_t release_waiting(const FamilyRow& family, std::int64_t most) override;
    std::vector<std::pair<std::string, std::int64_t>> idle_families(const std::string& site) override;

    std::optional<Verdict> verdict(const Sha256& content) override;
    void put_verdict(const Verdict& verdict) override { verdicts_[verdict.content] = verdict; }
    void remove_verdict(const Sha256& content) override { verdicts_.erase(content); }
    std::vector<Verdict> matched_verdicts() override;
    std::int64_t count_verdicts() override { return std::ssize(verdicts_); }
    std::optional<Unread> unread(const Sha256& content) override;
    void put_unread(const Unread& unread) override { unread_[unread.content] = unread; }
    void remove_unread(const Sha256& content) override { unread_.erase(content); }
    void remove_unread_before(Timestamp retry) override;

private:
    struct Site : SiteState {
        bool is_listed = false;
    };
    struct Host : HostState {
        std::int64_t site = 0;
    };
    struct Address : AddressRow {
        bool is_named_often = false;
    };
    using KeyOfHost = std::pair<HostId, Key128>;

    // Numbers are places, from 1: nothing here is ever removed.
    Address& at(UrlId id) { return addresses_.at(static_cast<std::size_t>(id.value - 1)); }
    Host& at(HostId id) { return hosts_.at(static_cast<std::size_t>(id.value - 1)); }
    Site& site_at(std::int64_t id) { return sites_.at(static_cast<std::size_t>(id - 1)); }
    bool is_known(UrlId id) const { return id.value > 0 && id.value <= std::ssize(addresses_); }
    bool is_known(HostId id) const { return id.value > 0 && id.value <= std::ssize(hosts_); }
    HostState told(const Host& host); // with the name of its site, and whether it is stopped
    bool is_of(const Host& host, const std::string& site);

    Key128 hash_key_ = random_key();
    std::vector<Site> sites_;
    std::map<std::string, std::int64_t> listed_; // site by HOST or HOST:PORT
    std::vector<Host> hosts_;
    std::set<std::string> stopped_;
    std::map<std::string, RobotsRow> robots_;
    std::map<std::pair<HostId, std::string>, std::int64_t> bounds_;
    std::map<std::string, std::vector<std::string>> ways_in_;            // by site
    std::map<std::pair<std::string, std::string>, OutsideHost> outside_; // by site and host
    std::vector<Address> addresses_;
    std::map<HostId, std::vector<UrlId>> of_host_;
    std::map<KeyOfHost, UrlId> by_key_;
    Tally tally_;
    std::map<std::pair<int, HostId>, std::int64_t> rates_;
    std::map<std::pair<UrlId, UrlId>, Naming> namings_; // by target and page
    std::map<KeyOfHost, crawler::Trail> trails_;
    std::map<std::int64_t, FamilyRow> families_;
    std::map<Sha256, Verdict> verdicts_;
    std::map<Sha256, Unread> unread_;
    std::optional<ComparedUnder> compared_under_;
    std::optional<int> reader_version_;
};

} // namespace stillwatch::store
