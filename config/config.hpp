#pragma once

#include "core/clock.hpp"
#include "core/digest.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What an installation is told, read from one TOML file into plain structs. Every key, its default and its
// meaning stand in config/stillwatch.toml. Only daemon/ and cli/ include this; they copy into each feature's
// own settings.
namespace stillwatch::config {

struct Organisation {
    std::string name;                    // required
    std::string contact;                 // required: https address or mail address; stands in the User-Agent
    bool require_second_approver = true; // of a consent; false: one person alone may open cases
    std::vector<std::string> under_18_services{// told to whoever asks for a person under 18
                                               "Take It Down (https://takeitdown.ncmec.org)",
                                               "Report Remove (https://www.childline.org.uk/remove)"};
    // What stands in notices; empty: a notice that needs it is refused.
    std::string postal_address; // in one line
    std::string signatory;      // who signs, authorised to act for the people of the cases
    std::string notice_email;   // where recipients answer

    friend bool operator==(const Organisation&, const Organisation&) = default;
};

struct Network {
    std::vector<std::string> allowed_private_networks; // "10.1.0.0/16", "fd00::/8": checked, as written
    std::vector<std::string> denied_networks;          // never connected to, whatever opens them
    std::filesystem::path ca_file; // PEM, beside the system's authorities; empty: only those
    int max_connections = 64;      // requests under way at a time, over all hosts

    friend bool operator==(const Network&, const Network&) = default;
};

// Bounds of one transfer; sizes are bytes on the wire.
struct Fetch {
    std::int64_t max_page_bytes = 8 << 20;
    std::int64_t max_image_bytes = 32 << 20;
    std::int64_t max_video_bytes = 64 << 20;      // fetched of one video, in all
    std::int64_t max_bytes_in_flight = 256 << 20; // of all bodies together, until they are read and compared
    std::int64_t max_header_bytes = 128 << 10;
    int max_header_lines = 256;
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds first_byte{20'000};
    std::chrono::milliseconds total{120'000};
    std::int64_t low_speed_bytes_per_second = 1024;
    std::chrono::milliseconds low_speed_time{15'000};

    friend bool operator==(const Fetch&, const Fetch&) = default;
};

struct Workers {
    int count = 0;                              // 0: one for each processor
    std::chrono::milliseconds deadline{20'000}; // for one document or picture, then the worker is killed
    int memory_mb = 1024;                       // for one worker
    std::int64_t max_pixels = 64 << 20;         // of one picture, from its header

    friend bool operator==(const Workers&, const Workers&) = default;
};

struct Crawl {
    std::chrono::milliseconds revisit_min{std::chrono::hours(1)};
    std::chrono::milliseconds revisit_max{std::chrono::hours(14 * 24)};
    std::int64_t max_pages_per_site = 100'000;
    int max_depth = 20;
    int max_links_per_page = 10'000;
    std::chrono::milliseconds look_time_per_day{std::chrono::hours(4)}; // for videos, beyond their key frames
    std::int64_t max_findings_per_site_and_day = 300;

    friend bool operator==(const Crawl&, const Crawl&) = default;
};

// Who stamps the time of evidence (RFC 3161).
struct TimeAuthority {
    std::string url;
    std::filesystem::path roots; // certificates in PEM that its own leads to

    friend bool operator==(const TimeAuthority&, const TimeAuthority&) = default;
};

struct Evidence {
    std::vector<std::string> recipients;     // age public keys, at least one
    std::filesystem::path directory;         // after loading never empty: "evidence" in the storage directory
    std::int64_t max_bytes = 0;              // of all packages; 0: no bound
    std::int64_t min_free_bytes = 512 << 20; // of the file system, below which no evidence is written
    // For how long packages are kept, by what became of their finding; whole days, 0: without end.
    std::chrono::milliseconds keep_open{0};
    std::chrono::milliseconds keep_dismissed{0};
    std::chrono::milliseconds keep_down{0};
    std::chrono::milliseconds keep_earlier{0};
    std::chrono::milliseconds stamp_every{
        std::chrono::hours(1)};                  // time authorities are asked at most so often
    std::vector<TimeAuthority> time_authorities; // [[evidence.time_authority]], at most two

    friend bool operator==(const Evidence&, const Evidence&) = default;
};

struct Storage {
    std::filesystem::path directory = "/var/lib/stillwatch";

    friend bool operator==(const Storage&, const Storage&) = default;
};

struct Control {
    std::filesystem::path socket = "/run/stillwatch/control.sock";

    friend bool operator==(const Control&, const Control&) = default;
};

struct Metrics {
    std::string listen = "127.0.0.1:9464"; // loopback address and port; empty: no metrics

    friend bool operator==(const Metrics&, const Metrics&) = default;
};

// When something that is wrong is told, and how much is enough.
struct Health {
    std::chrono::milliseconds check_every{30'000};
    std::chrono::milliseconds site_grace{std::chrono::hours(1)};      // a site may be not fine for so long
    std::chrono::milliseconds compare_within{std::chrono::hours(24)}; // something is compared or looked at
    std::chrono::milliseconds approve_within{std::chrono::hours(72)}; // a consent waits for so long
    std::chrono::milliseconds alert_after{600'000}; // a problem lasts so long: an alert is sent
    int min_free_mb = 1024;                         // on the disks of storage and evidence

    friend bool operator==(const Health&, const Health&) = default;
};

struct Log {
    std::string level = "info"; // debug, info, warn, error

    friend bool operator==(const Log&, const Log&) = default;
};

struct Alerts {
    // Address that an alert points to; "{alert}" in it becomes the alert's id. Empty: alerts hold no address.
    std::string link;
    std::string time_zone = "UTC";            // IANA name, of the heartbeat and of channels that name none
    std::optional<int> heartbeat_at = 7 * 60; // minutes since midnight there; nothing: no heartbeat

    friend bool operator==(const Alerts&, const Alerts&) = default;
};

// Which copies of a picture class that a person confirmed for a case are confirmed without a look.
enum class ZeroView : std::uint8_t { off, exact, near };

struct Findings {
    ZeroView zero_view = ZeroView::exact;

    friend bool operator==(const Findings&, const Findings&) = default;
};

// How pictures are asked to be taken down.
struct Notices {
    std::filesystem::path templates; // directory with LANGUAGE/ROUTE.txt of one's own; empty: those that ship
    std::string language = "en";
    std::filesystem::path laws; // directory of *.toml of one's own; empty: those that ship
    std::string country;        // for reports to the police; empty: it is named with each
    std::chrono::milliseconds follow_up{std::chrono::hours(7 * 24)}; // where no law names a time; 0: never
    std::chrono::milliseconds warn_before{std::chrono::hours(12)};   // the end of the time
    std::filesystem::path
        rdap_bootstrap; // directory of dns.json, ipv4.json, ipv6.json; empty: those that ship

    friend bool operator==(const Notices&, const Notices&) = default;
};

// Pictures that nobody here may look at.
struct Guard {
    std::vector<std::filesystem::path> lists; // of hashes, a line each
    std::string channel;                      // that is told; empty: all

    friend bool operator==(const Guard&, const Guard&) = default;
};

// Looking for faces; only for people whose consent covers them.
struct Faces {
    std::filesystem::path profile; // of models (config/faces/*.toml); empty: no face is looked for
    std::filesystem::path models;  // directory; after loading never empty: "models" in the storage directory
    int false_leads_per_week = 5;  // that caseworkers can bear, over all people
    std::int64_t faces_per_week = 100'000; // seen on the watched sites
    int max_leads_per_day = 20;            // of one person

    friend bool operator==(const Faces&, const Faces&) = default;
};

enum class ChannelKind : std::uint8_t { email, webhook, slack, teams, matrix, ntfy };
enum class Disclosure : std::uint8_t { none, host, url };
enum class Digest : std::uint8_t { never, daily, weekly };

// One way to tell caseworkers. Secrets are named, never written here: read them with read_secret().
struct Channel {
    std::string name;
    ChannelKind kind = ChannelKind::email;
    bool enabled = true;
    std::filesystem::path ca_file;                     // PEM for the server; empty: the system's authorities
    std::vector<std::string> allowed_private_networks; // for this channel, in spite of [network]

    std::vector<std::string> events; // names of docs/formats/alerts.md; empty: all
    std::vector<std::string> cases;  // pseudonyms; empty: all
    Disclosure disclosure = Disclosure::none;
    std::chrono::milliseconds group_wait{0};
    std::chrono::milliseconds group_interval{0};
    std::chrono::milliseconds repeat_interval{std::chrono::hours(24)}; // 0: never
    Digest digest = Digest::never;
    int digest_at = 8 * 60;                         // minutes since midnight
    int digest_day = 1;                             // of a weekly one: 0 is Sunday
    std::optional<std::pair<int, int>> quiet_hours; // minutes since midnight
    std::string time_zone = "UTC";                  // as alerts.time_zone when absent
    int max_per_hour = 0;                           // messages; 0: no bound
    std::chrono::milliseconds escalate_after{0};    // 0: never
    std::vector<std::string> escalate_to;           // names of other channels

    std::vector<std::string> to; // e-mail: bare addresses, at least one
    std::string from;            // after loading never empty: "stillwatch@" the first recipient's domain
    std::string server;          // "smtps://host[:port]" or "smtp://host[:port]"
    std::string user;            // empty: no authentication
    std::string password_file;   // a path (made absolute) or "credential:NAME"

    std::vector<std::filesystem::path> smime_certificates; // PEM; for the recipients they name
    std::vector<std::filesystem::path> openpgp_keys;       // one key a file; likewise

    std::string room;        // matrix
    std::string url;         // webhook, matrix, ntfy: as written, checked
    std::string secret_file; // a path (made absolute) or "credential:NAME"

    friend bool operator==(const Channel&, const Channel&) = default;
};

enum class RobotsPolicy : std::uint8_t { obey, ignore };
// What comes of a certificate that proves nothing: refuse takes no answer, record takes it and writes down
// why.
enum class TlsErrors : std::uint8_t { refuse, record };

// What becomes of the cookies that a site hands out itself: kept in memory and sent back, or not.
enum class CookieUse : std::uint8_t { none, session };
// Whether requests tell which page led to them.
enum class RefererUse : std::uint8_t { none, send };

// One entry of the watch list.
// How much of a site's videos is looked at; each word includes those before it.
enum class Videos : std::uint8_t { off, posters, glance, look };

struct Site {
    std::string name;
    bool enabled = true;
    std::vector<std::string> seeds;          // normalised addresses, each on one of `hosts`
    std::vector<std::string> hosts;          // the scope: lower-case HOST (any default port) or HOST:PORT
    std::vector<std::string> paths;          // pages looked at, as robots.txt writes paths; empty: all
    std::vector<std::string> excluded_paths; // neither pages nor pictures there
    std::chrono::milliseconds delay{2'000};
    std::chrono::milliseconds address_delay{2'000}; // as delay when absent
    int concurrency = 2;
    RobotsPolicy robots = RobotsPolicy::obey;
    // Required where robots.txt is ignored: why, who decided so, and the first moment at which it counts
    // again.
    std::string robots_reason;
    std::string robots_decided_by;
    Timestamp robots_until{};         // written as the last day, "2027-01-31"
    int max_depth = 20;               // as crawl.max_depth when absent
    std::int64_t max_pages = 100'000; // as crawl.max_pages_per_site when absent
    std::int64_t max_pages_per_day = 50'000;
    std::int64_t max_bytes_per_day = 50'000'000'000;              // of answers' bodies
    std::chrono::milliseconds revisit_min{std::chrono::hours(1)}; // as in crawl when absent
    std::chrono::milliseconds revisit_max{std::chrono::hours(14 * 24)};
    std::vector<std::string> cookies; // "name=value", sent to the site's hosts
    std::string cookies_file;         // a path (made absolute) or "credential:NAME"; a cookie a line
    std::vector<std::string> headers; // "Name: value"
    CookieUse cookie_jar = CookieUse::session;
    RefererUse referer = RefererUse::send;
    Videos videos = Videos::look;
    std::string proxy;                 // "socks5h://host:port"; empty: none
    bool proxy_resolves_names = false; // false: the proxy is asked for onion services only
    TlsErrors tls_errors = TlsErrors::refuse;
    std::string contact_note;  // stands in the User-Agent for this site
    std::string abuse_contact; // where its operator takes notices: a mail address or an https address

    friend bool operator==(const Site&, const Site&) = default;
};

struct Config {
    Organisation organisation;
    Network network;
    Fetch fetch;
    Workers workers;
    Crawl crawl;
    Evidence evidence;
    Storage storage;
    Control control;
    Metrics metrics;
    Health health;
    Log log;
    Alerts alerts;
    Findings findings;
    Notices notices;
    Guard guard;
    Faces faces;
    std::vector<Channel> channels; // [[channel]]
    std::vector<Site> sites;       // [[site]]
    Sha256 digest{};               // of the text it was read from

    friend bool operator==(const Config&, const Config&) = default;
};

// One thing wrong; line and column count from 1, 0 where the file as a whole is meant.
struct ConfigProblem {
    std::string file;
    int line = 0;
    int column = 0;
    std::string message;

    friend bool operator==(const ConfigProblem&, const ConfigProblem&) = default;
};

// "file:line: message", one line.
std::string to_string(const ConfigProblem& problem);

// Whether the files that keys name are looked at. An operator whose daemon runs as another user cannot see
// that user's secrets and loads with `no`; `where_allowed` looks at what this user may open and notes the
// rest.
enum class FileChecks : std::uint8_t { no, where_allowed, yes };

struct LoadOptions {
    FileChecks files = FileChecks::yes;
    // Says what is wrong with an age recipient, or nothing. Without it only the "age1" in front is looked at.
    std::function<std::optional<std::string>(std::string_view)> recipient_problem{};
    // Where given, days that have passed or are far are noted.
    std::optional<Timestamp> now{};
};

// Either a configuration or every problem found, by line; and what a person should know all the same.
struct LoadOutcome {
    std::optional<Config> config;
    std::vector<ConfigProblem> problems;
    std::vector<ConfigProblem> notes{};
};

// Reads a file. Paths in it count from its directory.
LoadOutcome load_config(const std::filesystem::path& file, const LoadOptions& options = {});

// The same from text; `file` names it in problems and gives the directory.
LoadOutcome parse_config(std::string_view text, const std::filesystem::path& file,
                         const LoadOptions& options = {});

// Every key of the format, "fetch.connect" or "site.delay", in the order of the structs.
std::vector<std::string> config_keys();

} // namespace stillwatch::config
