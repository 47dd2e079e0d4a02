#include "daemon/settings.hpp"

#include "cases/consented_place.hpp"
#include "cases/notes.hpp"
#include "config/checks.hpp"
#include "config/secret.hpp"
#include "crawler/robots/robots_pattern.hpp"
#include "daemon/installation.hpp"
#include "followup/sealed_notice.hpp"
#include "pipeline/guard.hpp"
#include "sandbox/worker_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace stillwatch::daemon {

namespace {

Result<void> add_networks(const std::vector<std::string>& texts, std::vector<net::Cidr>& out)
{
    for (const auto& text : texts) {
        const auto network = net::Cidr::parse(text);
        if (!network) return Error{Errc::invalid_argument, network.error().detail};
        out.push_back(*network);
    }
    return {};
}

std::string robots_policy(const config::Config& config)
{
    std::string policy = "obey";
    for (const auto& site : config.sites)
        if (site.robots == config::RobotsPolicy::ignore)
            policy += fmt::format("; ignored for {}: {} (decided by {}, before {})", site.name,
                                  site.robots_reason, site.robots_decided_by, format_utc(site.robots_until));
    return policy;
}

// What the site is sent beside the usual: its headers, its cookies, and a User-Agent of its own where one is
// noted.
Result<std::vector<HeaderField>> headers_of(const config::Config& config, const config::Site& site)
{
    std::vector<HeaderField> headers;
    for (const auto& line : site.headers) {
        const auto colon = line.find(": ");
        headers.push_back({line.substr(0, colon), line.substr(colon + 2)});
    }
    auto cookies = site.cookies;
    if (!site.cookies_file.empty()) {
        const auto secret = config::read_secret(site.cookies_file);
        if (!secret)
            return Error{secret.error().code, fmt::format("site {}: {}", site.name, secret.error().detail)};
        std::istringstream lines(*secret);
        for (std::string line; std::getline(lines, line);) {
            if (line.ends_with('\r')) line.pop_back();
            if (line.empty()) continue;
            if (!config::is_cookie(line))
                return Error{Errc::malformed, fmt::format("site {}: {}: a line is no \"name=value\"",
                                                          site.name, site.cookies_file)};
            cookies.push_back(line);
        }
    }
    if (!cookies.empty()) headers.push_back({"Cookie", fmt::format("{}", fmt::join(cookies, "; "))});
    if (!site.contact_note.empty())
        headers.push_back({"User-Agent", user_agent(config.organisation, site.contact_note)});
    return headers;
}

Sha256 digest_of(const std::vector<HeaderField>& headers, const std::vector<std::string>& opened)
{
    std::string lines;
    for (const auto& [name, value] : headers)
        lines += name + ": " + value + "\n";
    for (const auto& network : opened)
        lines += "opened " + network + "\n";
    return Sha256::of(as_bytes(lines));
}

} // namespace

Result<net::HttpSettings> http_settings(const config::Config& config)
{
    net::HttpSettings settings;
    settings.user_agent = user_agent(config.organisation);
    settings.ca_file = config.network.ca_file.string();
    // Four times what is in flight: fewer kept connections thrash (measured with 64 connections and 9 hosts).
    settings.max_connections = static_cast<std::size_t>(config.network.max_connections) * 4;
    const auto allowed =
        add_networks(config.network.allowed_private_networks, settings.guard.allowed_private_networks);
    if (!allowed) return allowed.error();
    const auto denied = add_networks(config.network.denied_networks, settings.guard.denied_networks);
    if (!denied) return denied.error();
    return settings;
}

Result<net::HttpSettings> http_settings(const config::Config& config, const config::Channel& channel)
{
    auto settings = http_settings(config);
    if (!settings) return settings;
    if (!channel.ca_file.empty()) settings->ca_file = channel.ca_file.string();
    settings->max_connections = 4;
    const auto allowed = add_networks(channel.allowed_private_networks, settings->guard.exempted_networks);
    if (!allowed) return allowed.error();
    return settings;
}

std::vector<std::string> closed_seeds(const config::Config& config, const config::Site& site)
{
    std::vector<std::string> closed;
    const auto settings = http_settings(config);
    if (!settings) return closed; // told where the settings are used
    for (const auto& seed : site.seeds) {
        const auto url = Url::parse(seed);
        if (!url) continue;
        std::string host(url->host());
        if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
        boost::system::error_code is_name;
        const auto address = boost::asio::ip::make_address(host, is_name);
        if (!is_name && !settings->guard.allows(address)) closed.push_back(std::move(host));
    }
    return closed;
}

ByteBudget::Limits body_limits(const config::Config& config)
{
    const auto all = static_cast<std::size_t>(config.fetch.max_bytes_in_flight);
    const auto connections = static_cast<std::size_t>(config.network.max_connections);
    constexpr std::size_t most_free = 1U << 20U;
    const auto free = std::min(most_free, all / 4 / connections);
    return {all - free * connections, free};
}

FetchLimits fetch_limits(const config::Config& config, LinkKind kind)
{
    const auto& fetch = config.fetch;
    FetchLimits limits;
    const auto most = kind == LinkKind::video   ? fetch.max_video_bytes
                      : kind == LinkKind::image ? fetch.max_image_bytes
                                                : fetch.max_page_bytes;
    limits.max_body_bytes = static_cast<std::size_t>(most);
    limits.max_header_bytes = static_cast<std::size_t>(fetch.max_header_bytes);
    limits.max_header_lines = static_cast<std::size_t>(fetch.max_header_lines);
    limits.connect = fetch.connect;
    limits.first_byte = fetch.first_byte;
    limits.total = fetch.total;
    limits.low_speed_bytes_per_second = static_cast<std::size_t>(fetch.low_speed_bytes_per_second);
    limits.low_speed_time = std::chrono::ceil<std::chrono::seconds>(fetch.low_speed_time);
    return limits;
}

pipeline::VideoFetchLimits video_limits(const config::Config& config)
{
    pipeline::VideoFetchLimits limits;
    limits.transfer = fetch_limits(config, LinkKind::video);
    limits.max_bytes = static_cast<std::uint64_t>(config.fetch.max_video_bytes);
    return limits;
}

std::vector<store::SiteRow> site_rows(const config::Config& config)
{
    std::vector<store::SiteRow> rows;
    for (const auto& site : config.sites) {
        if (!site.enabled) continue;
        store::SiteRow row{
            site.name, {}, site.hosts, site.max_pages, site.max_pages_per_day, site.max_bytes_per_day};
        for (const auto& seed : site.seeds)
            if (const auto url = Url::parse(seed)) row.seeds.push_back(*url);
        row.looks_at_videos = sandbox::find_video_program().has_value() &&
                              site.videos != config::Videos::off && site.videos != config::Videos::posters;
        // What cannot be read is told where the settings of crawling are made.
        // What the guard opens is among it: a host that was closed before is asked at once.
        if (const auto headers = headers_of(config, site))
            row.sent = digest_of(*headers, config.network.allowed_private_networks);
        rows.push_back(std::move(row));
    }
    return rows;
}

namespace {

crawler::VideoUse video_use(config::Videos videos)
{
    switch (videos) {
    case config::Videos::off: return crawler::VideoUse::off;
    case config::Videos::posters: return crawler::VideoUse::posters;
    case config::Videos::glance: return crawler::VideoUse::glance;
    case config::Videos::look: break;
    }
    return crawler::VideoUse::look;
}

} // namespace

Result<std::shared_ptr<const crawler::CrawlSettings>> crawl_settings(const config::Config& config)
{
    auto settings = std::make_shared<crawler::CrawlSettings>();
    settings->max_visits = config.network.max_connections;
    for (const auto& site : config.sites) {
        if (!site.enabled) continue;
        auto rules = std::make_shared<crawler::SiteRules>();
        rules->name = site.name;
        rules->hosts = site.hosts;
        for (const auto& path : site.paths)
            rules->paths.push_back(crawler::comparable_pattern(path));
        for (const auto& path : site.excluded_paths)
            rules->excluded_paths.push_back(crawler::comparable_pattern(path));
        rules->pace = {site.delay, site.concurrency, site.address_delay};
        rules->robots = site.robots == config::RobotsPolicy::obey ? crawler::RobotsPolicy::obey
                                                                  : crawler::RobotsPolicy::ignore;
        if (site.robots == config::RobotsPolicy::ignore) rules->robots_until = site.robots_until;
        rules->max_depth = site.max_depth;
        rules->max_pages_per_day = site.max_pages_per_day;
        rules->revisit = {site.revisit_min, site.revisit_max};
        rules->cookie_jar = site.cookie_jar == config::CookieUse::session ? crawler::CookieUse::session
                                                                          : crawler::CookieUse::none;
        rules->referer =
            site.referer == config::RefererUse::send ? crawler::RefererUse::send : crawler::RefererUse::none;
        rules->videos = video_use(site.videos);
        auto headers = headers_of(config, site);
        if (!headers) return headers.error();
        rules->headers = *std::move(headers);
        for (const auto& seed : site.seeds)
            if (const auto url = Url::parse(seed)) rules->seeds.push_back(*url);
        rules->route = {site.proxy,
                        site.tls_errors == config::TlsErrors::record ? TlsErrors::record : TlsErrors::refuse,
                        site.proxy_resolves_names};
        settings->sites.emplace(site.name, std::move(rules));
    }
    return std::shared_ptr<const crawler::CrawlSettings>(std::move(settings));
}

namespace {

pipeline::ZeroView zero_view(const config::Config& config)
{
    switch (config.findings.zero_view) {
    case config::ZeroView::off: return pipeline::ZeroView::off;
    case config::ZeroView::near: return pipeline::ZeroView::near;
    case config::ZeroView::exact: break;
    }
    return pipeline::ZeroView::exact;
}

} // namespace

pipeline::RecordSettings record_settings(const config::Config& config)
{
    pipeline::RecordSettings settings;
    settings.page = fetch_limits(config, LinkKind::page);
    settings.evidence = evidence_settings(config);
    settings.channels = channel_rules(config);
    settings.link = config.alerts.link;
    settings.room = {static_cast<std::uintmax_t>(config.evidence.max_bytes),
                     static_cast<std::uintmax_t>(config.evidence.min_free_bytes)};
    settings.max_findings_per_site_and_day = config.crawl.max_findings_per_site_and_day;
    settings.max_face_leads_per_case_and_day = config.faces.max_leads_per_day;
    settings.zero_view = zero_view(config);
    settings.guard_channels = guard_channels(config);
    return settings;
}

Result<std::shared_ptr<const cases::GuardList>> guard_list(const config::Config& config)
{
    if (config.guard.lists.empty()) return std::shared_ptr<const cases::GuardList>();
    auto list = std::make_shared<cases::GuardList>();
    for (const auto& path : config.guard.lists) {
        std::ifstream file(path, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        if (!file && !file.eof()) return Error{Errc::io, path.string() + " cannot be read"};
        if (!file.is_open()) return Error{Errc::io, path.string() + " cannot be read"};
        const auto added = list->add(text);
        if (!added)
            return Error{added.error().code, fmt::format("{}: {}", path.string(), added.error().detail)};
    }
    list->finish();
    return std::shared_ptr<const cases::GuardList>(std::move(list));
}

std::vector<std::string> guard_channels(const config::Config& config)
{
    if (config.guard.channel.empty()) return channel_names(config);
    return {config.guard.channel};
}

evidence::EvidenceSettings evidence_settings(const config::Config& config)
{
    evidence::EvidenceSettings settings;
    settings.directory = config.evidence.directory;
    settings.recipients = config.evidence.recipients;
    settings.organisation = config.organisation.name;
    settings.user_agent = user_agent(config.organisation);
    settings.robots = robots_policy(config);
    settings.software = "stillwatch " STILLWATCH_VERSION;
    return settings;
}

KeepSettings keep_settings(const config::Config& config)
{
    const auto days = [](std::chrono::milliseconds kept) {
        return std::int64_t{std::chrono::floor<std::chrono::days>(kept).count()};
    };
    const auto& evidence = config.evidence;
    return {evidence.directory,
            {{store::EvidenceKind::open, days(evidence.keep_open)},
             {store::EvidenceKind::dismissed, days(evidence.keep_dismissed)},
             {store::EvidenceKind::down, days(evidence.keep_down)},
             {store::EvidenceKind::earlier, days(evidence.keep_earlier)}}};
}

Result<StampSettings> stamp_settings(const config::Config& config)
{
    StampSettings settings{config.evidence.directory, {}, config.evidence.stamp_every};
    for (const auto& authority : config.evidence.time_authorities) {
        const auto url = Url::parse(authority.url);
        if (!url) return Error{Errc::invalid_argument, "evidence.time_authority.url"};
        std::ifstream file(authority.roots, std::ios::binary);
        const std::string pem{std::istreambuf_iterator<char>(file), {}};
        if (!file.is_open()) return Error{Errc::io, authority.roots.string() + " cannot be read"};
        auto roots = net::TimeStampRoots::from_pem(pem);
        if (!roots)
            return Error{roots.error().code,
                         fmt::format("{}: {}", authority.roots.string(), roots.error().detail)};
        settings.authorities.push_back({*url, *std::move(roots)});
    }
    return settings;
}

std::vector<std::string> channel_names(const config::Config& config)
{
    std::vector<std::string> names;
    for (const auto& channel : config.channels)
        if (channel.enabled) names.push_back(channel.name);
    return names;
}

std::vector<alerts::ChannelRules> channel_rules(const config::Config& config)
{
    std::vector<alerts::ChannelRules> all;
    for (const auto& channel : config.channels) {
        if (!channel.enabled) continue;
        alerts::ChannelRules rules;
        rules.channel = channel.name;
        rules.group_wait = channel.group_wait;
        rules.group_interval = channel.group_interval;
        rules.repeat_interval = channel.repeat_interval;
        rules.digest = static_cast<alerts::DigestEvery>(channel.digest);
        rules.digest_minute = channel.digest_at;
        rules.digest_day = std::chrono::weekday(static_cast<unsigned>(channel.digest_day));
        if (channel.quiet_hours)
            rules.quiet = alerts::QuietHours{channel.quiet_hours->first, channel.quiet_hours->second};
        // Checked when the configuration was loaded.
        if (const auto zone = TimeZone::load(channel.time_zone)) rules.zone = *zone;
        rules.max_per_hour = channel.max_per_hour;
        rules.escalate_after = channel.escalate_after;
        rules.escalate_to = channel.escalate_to;
        rules.disclosure = static_cast<alerts::Disclosure>(channel.disclosure);
        rules.events = channel.events;
        rules.cases = channel.cases;
        all.push_back(std::move(rules));
    }
    return all;
}

RoundSettings round_settings(const config::Config& config)
{
    RoundSettings settings;
    settings.channels = channel_rules(config);
    settings.link = config.alerts.link;
    if (const auto zone = TimeZone::load(config.alerts.time_zone)) settings.zone = *zone;
    settings.heartbeat_at = config.alerts.heartbeat_at;
    settings.every = std::min(settings.every, config.health.check_every);
    settings.warn_before = config.notices.warn_before;
    return settings;
}

HealthSettings health_settings(const config::Config& config)
{
    const auto& health = config.health;
    HealthSettings settings;
    settings.check_every = health.check_every;
    settings.site_grace = health.site_grace;
    settings.compare_within = health.compare_within;
    settings.approve_within = health.approve_within;
    settings.alert_after = health.alert_after;
    settings.min_free_bytes = static_cast<std::uintmax_t>(health.min_free_mb) << 20U;
    settings.folders = {{"storage", config.storage.directory}, {"evidence", config.evidence.directory}};
    for (const auto& site : config.sites)
        if (site.enabled) settings.sites.insert(site.name);
    settings.channels = channel_names(config);
    settings.rules = channel_rules(config);
    settings.link = config.alerts.link;
    return settings;
}

control::CommandSettings command_settings(const config::Config& config, const vault::InstallationKeys& keys)
{
    control::CommandSettings settings;
    settings.signing = &keys.signing;
    settings.open_place = [&keys](const Case& c, ByteView sealed) -> Result<std::string> {
        const auto place = cases::open_place(c, keys.sealing, sealed);
        if (!place) return place.error();
        return place->text();
    };
    settings.open_note = [&keys](const Case& c, FindingId finding, ByteView sealed) {
        return cases::open_note(c, keys.sealing, finding, sealed);
    };
    settings.open_notice = [&keys](const Case& c, store::NoticeId notice, ByteView sealed) {
        return followup::open_notice(c, keys.sealing, notice, sealed);
    };
    settings.notices = notice_settings(config);
    settings.storage = config.storage.directory;
    settings.evidence_directory = config.evidence.directory;
    settings.has_time_authority = !config.evidence.time_authorities.empty();
    settings.retention = keep_settings(config).usual;
    settings.channels = channel_names(config);
    settings.rules = channel_rules(config);
    settings.link = config.alerts.link;
    settings.sites = site_rows(config);
    settings.require_second_approver = config.organisation.require_second_approver;
    settings.under_18_services = config.organisation.under_18_services;
    settings.guard_alerts = [channels = guard_channels(config), link = config.alerts.link](Timestamp now) {
        return pipeline::guard_alerts(channels, link, now);
    };
    settings.test_alert = [pattern = config.alerts.link](std::string_view channel, Timestamp now) {
        const auto event = alerts::test_event(channel, now, pattern);
        return store::NewAlert{event.alert_id, std::string(channel), alerts::write_event(event)};
    };
    return settings;
}

} // namespace stillwatch::daemon
