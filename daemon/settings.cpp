#include "daemon/settings.hpp"

#include "daemon/installation.hpp"

#include <fmt/format.h>

namespace stillwatch::daemon {

namespace {

Result<void> allow(net::GuardPolicy& guard, const std::vector<std::string>& networks)
{
    for (const auto& text : networks) {
        const auto network = net::Cidr::parse(text);
        if (!network) return Error{Errc::invalid_argument, network.error().detail};
        guard.allowed_private_networks.push_back(*network);
    }
    return {};
}

std::string robots_policy(const config::Config& config)
{
    std::string policy = "obey";
    for (const auto& site : config.sites)
        if (site.robots == config::RobotsPolicy::ignore)
            policy += fmt::format("; ignored for {}: {}", site.name, site.robots_reason);
    return policy;
}

} // namespace

Result<net::HttpSettings> http_settings(const config::Config& config)
{
    net::HttpSettings settings;
    settings.user_agent = user_agent(config.organisation);
    settings.ca_file = config.network.ca_file.string();
    // Four times what is in flight: fewer kept connections thrash (measured with 64 connections and 9 hosts).
    settings.max_connections = static_cast<std::size_t>(config.network.max_connections) * 4;
    const auto allowed = allow(settings.guard, config.network.allowed_private_networks);
    if (!allowed) return allowed.error();
    return settings;
}

Result<net::HttpSettings> http_settings(const config::Config& config, const config::Channel& channel)
{
    auto settings = http_settings(config);
    if (!settings) return settings;
    if (!channel.ca_file.empty()) settings->ca_file = channel.ca_file.string();
    settings->max_connections = 4;
    const auto allowed = allow(settings->guard, channel.allowed_private_networks);
    if (!allowed) return allowed.error();
    return settings;
}

FetchLimits fetch_limits(const config::Config& config, LinkKind kind)
{
    const auto& fetch = config.fetch;
    FetchLimits limits;
    limits.max_body_bytes =
        static_cast<std::size_t>(kind == LinkKind::image ? fetch.max_image_bytes : fetch.max_page_bytes);
    limits.max_header_bytes = static_cast<std::size_t>(fetch.max_header_bytes);
    limits.max_header_lines = static_cast<std::size_t>(fetch.max_header_lines);
    limits.connect = fetch.connect;
    limits.first_byte = fetch.first_byte;
    limits.total = fetch.total;
    limits.low_speed_bytes_per_second = static_cast<std::size_t>(fetch.low_speed_bytes_per_second);
    limits.low_speed_time = std::chrono::ceil<std::chrono::seconds>(fetch.low_speed_time);
    return limits;
}

std::vector<store::SiteRow> site_rows(const config::Config& config)
{
    std::vector<store::SiteRow> rows;
    for (const auto& site : config.sites) {
        if (!site.enabled) continue;
        store::SiteRow row{site.name, {}, site.hosts, site.max_pages};
        for (const auto& seed : site.seeds)
            if (const auto url = Url::parse(seed)) row.seeds.push_back(*url);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::shared_ptr<const crawler::CrawlSettings> crawl_settings(const config::Config& config)
{
    auto settings = std::make_shared<crawler::CrawlSettings>();
    settings->max_visits = config.network.max_connections;
    for (const auto& site : config.sites) {
        if (!site.enabled) continue;
        auto rules = std::make_shared<crawler::SiteRules>();
        rules->name = site.name;
        rules->hosts = site.hosts;
        rules->pace = {site.delay, site.concurrency};
        rules->robots = site.robots == config::RobotsPolicy::obey ? crawler::RobotsPolicy::obey
                                                                  : crawler::RobotsPolicy::ignore;
        rules->max_depth = site.max_depth;
        rules->revisit = {config.crawl.revisit_min, config.crawl.revisit_max};
        settings->sites.emplace(site.name, std::move(rules));
    }
    return settings;
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

std::vector<std::string> channel_names(const config::Config& config)
{
    std::vector<std::string> names;
    for (const auto& channel : config.channels)
        if (channel.enabled) names.push_back(channel.name);
    return names;
}

control::CommandSettings command_settings(const config::Config& config)
{
    control::CommandSettings settings;
    settings.evidence_directory = config.evidence.directory;
    settings.channels = channel_names(config);
    settings.sites = site_rows(config);
    settings.test_alert = [pattern = config.alerts.link](std::string_view channel, Timestamp now) {
        const auto event = alerts::test_event(channel, now, pattern);
        return store::NewAlert{event.alert_id, std::string(channel), alerts::write_event(event)};
    };
    return settings;
}

} // namespace stillwatch::daemon
