#pragma once

#include "config/config.hpp"
#include "config/section.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace stillwatch::config {

// Reads a whole parsed document: every section, then what sections say about each other.
class Document {
public:
    // `base`: the directory from which paths count.
    Document(const Table& root, std::filesystem::path base, const LoadOptions& options);

    // Complete only when there are no complaints. Call once.
    Config read();

    const std::vector<Complaint>& complaints() const noexcept { return complaints_; }
    // What is no fault, or cannot be looked at, and a person should know.
    const std::vector<Complaint>& notes() const noexcept { return notes_; }
    const std::vector<std::string>& known_keys() const noexcept { return known_keys_; }

private:
    // The table of that name with its place; complains when it is something else.
    std::pair<const Table*, Place> table(const std::string& name);
    // The tables of [[name]]; complains when it is something else.
    std::vector<std::pair<const Table*, Place>> tables(const std::string& name);
    void complain_of_unknown_sections();

    void read_organisation(Organisation& out);
    void read_sender(Section& section, Organisation& out); // what stands in notices
    void read_network(Network& out);
    void read_fetch(Fetch& out);
    void read_workers(Workers& out);
    void read_crawl(Crawl& out);
    void read_evidence(Evidence& out, const Storage& storage);
    void read_time_authorities(Section& evidence, std::vector<TimeAuthority>& out);
    void read_storage(Storage& out);
    void read_control(Control& out);
    void read_metrics(Metrics& out);
    void read_health(Health& out);
    void read_log(Log& out);
    void read_alerts(Alerts& out);
    void read_findings(Findings& out);
    void read_notices(Notices& out);
    void read_guard(Guard& out, const std::vector<Channel>& channels);
    void read_faces(Faces& out, const Storage& storage);
    void read_channels(std::vector<Channel>& out, const Network& network, const Alerts& alerts);
    void read_sites(std::vector<Site>& out, const Crawl& crawl);

    // When a channel tells, and of what.
    void read_rules(Section& section, Channel& channel, const Alerts& alerts);
    void read_time_zone(Section& section, std::string& out);
    // Channels that escalate name others that there are.
    void check_escalations(const std::vector<Channel>& channels);
    void read_email(Section& section, Channel& channel);
    void read_chat(Section& section, Channel& channel, const Network& network);
    void read_url(Section& section, Channel& channel, const Network& network);
    void read_webhook(Section& section, Channel& channel, const Network& network);
    void read_scope(Section& section, Site& site);
    void read_paths(Section& section, std::string_view key, std::vector<std::string>& out);
    void read_robots(Section& section, Site& site);
    void read_visitor(Section& section, Site& site);
    void read_proxy(Section& section, Site& site);
    // How the site is asked: cookies, headers, proxy, certificates, contact.
    void read_manner(Section& section, Site& site);

    // `widest_v4`, `widest_v6`: the shortest prefixes that may stand there.
    void read_networks(Section& section, std::string_view key, int widest_v4, int widest_v6,
                       std::vector<std::string>& out);
    void read_allowed_networks(Section& section, std::vector<std::string>& out);
    // Makes a path absolute; an empty one stays empty.
    std::filesystem::path from_base(const std::filesystem::path& path) const;
    void read_file(Section& section, std::string_view key, std::filesystem::path& out);
    void read_secret_source(Section& section, std::string_view key, std::string& out);
    // Notes that this user may not open the file; then it is not looked at.
    bool is_passed_over(Section& section, std::string_view key, const std::string& source);
    // A name for a site or channel that no other of its kind has.
    void read_name(Section& section, std::string& out, std::map<std::string, Place>& taken, Place place);

    const Table& root_;
    std::filesystem::path base_;
    const LoadOptions& options_;
    std::vector<std::string> sections_; // names asked for
    std::vector<Complaint> complaints_;
    std::vector<Complaint> notes_;
    std::vector<std::string> known_keys_;
    std::map<std::string, std::string> host_owner_; // host of a scope to its site
};

} // namespace stillwatch::config
