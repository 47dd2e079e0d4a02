#include "config/document.hpp"

#include "config/checks.hpp"
#include "config/nearest.hpp"
#include "config/secret.hpp"
#include "core/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unistd.h>

namespace stillwatch::config {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

Document::Document(const Table& root, std::filesystem::path base, const LoadOptions& options)
    : root_(root), base_(std::move(base)), options_(options)
{
}

Config Document::read()
{
    Config config;
    read_organisation(config.organisation);
    read_network(config.network);
    read_fetch(config.fetch);
    read_workers(config.workers);
    read_crawl(config.crawl);
    read_storage(config.storage);
    read_evidence(config.evidence, config.storage);
    read_control(config.control);
    read_metrics(config.metrics);
    read_health(config.health);
    read_log(config.log);
    read_alerts(config.alerts);
    read_findings(config.findings);
    read_notices(config.notices);
    read_channels(config.channels, config.network, config.alerts);
    read_guard(config.guard, config.channels);
    read_faces(config.faces, config.storage);
    read_sites(config.sites, config.crawl);
    complain_of_unknown_sections();
    return config;
}

std::pair<const Table*, Place> Document::table(const std::string& name)
{
    sections_.push_back(name);
    const auto entry = std::ranges::find(root_.entries, name, &Entry::key);
    if (entry == root_.entries.end()) return {nullptr, Place{}};
    if (const auto* found = std::get_if<Table>(&entry->value.content)) return {found, entry->place};
    complaints_.push_back({entry->place, fmt::format("{}: expected a section [{}], found {}", name, name,
                                                     kind_of(entry->value))});
    return {nullptr, entry->place};
}

std::vector<std::pair<const Table*, Place>> Document::tables(const std::string& name)
{
    sections_.push_back(name);
    std::vector<std::pair<const Table*, Place>> result;
    const auto entry = std::ranges::find(root_.entries, name, &Entry::key);
    if (entry == root_.entries.end()) return result;
    const auto complain = [&](Place place, const Value& value) {
        complaints_.push_back({place, fmt::format("{}: expected sections [[{}]], with two brackets; found {}",
                                                  name, name, kind_of(value))});
    };
    const auto* items = std::get_if<Array>(&entry->value.content);
    if (!items) {
        complain(entry->place, entry->value);
        return result;
    }
    for (const auto& item : *items) {
        if (const auto* found = std::get_if<Table>(&item.content))
            result.emplace_back(found, item.place);
        else
            complain(item.place, item);
    }
    return result;
}

void Document::complain_of_unknown_sections()
{
    for (const auto& entry : root_.entries) {
        if (std::ranges::find(sections_, entry.key) != sections_.end()) continue;
        const bool is_key = !std::holds_alternative<Table>(entry.value.content) &&
                            !std::holds_alternative<Array>(entry.value.content);
        auto what = is_key ? fmt::format("key \"{}\" stands outside any section", shown(entry.key))
                           : fmt::format("unknown section [{}]", shown(entry.key));
        if (const auto meant = nearest(entry.key, sections_); meant && !is_key)
            what += fmt::format(", did you mean [{}]?", *meant);
        complaints_.push_back({entry.place, std::move(what)});
    }
}

void Document::read_organisation(Organisation& out)
{
    const auto [found, place] = table("organisation");
    Section section("organisation", found, place, complaints_, known_keys_);
    section.get("name", out.name);
    section.get("contact", out.contact);
    section.get("require_second_approver", out.require_second_approver);
    std::vector<PlacedText> services;
    section.get("under_18_services", services);
    if (section.has("under_18_services")) {
        out.under_18_services.clear();
        for (auto& service : services)
            out.under_18_services.push_back(std::move(service.text));
        if (services.empty()) section.complain("under_18_services", "name at least one service");
    }
    read_sender(section, out);
    if (const auto problem = organisation_problem(out.name)) section.complain("name", *problem);
    if (const auto problem = contact_problem(out.contact)) section.complain("contact", *problem);
}

void Document::read_networks(Section& section, std::string_view key, int widest_v4, int widest_v6,
                             std::vector<std::string>& out)
{
    std::vector<PlacedText> blocks;
    section.get(key, blocks);
    for (const auto& [place, text] : blocks) {
        const auto block = parse_block(text);
        if (!block)
            section.complain_at(place, key,
                                fmt::format("\"{}\" is no network such as \"10.1.0.0/16\" or \"fd00::/8\" "
                                            "(bits after the prefix must be 0)",
                                            shown(text)));
        else if (block->prefix_bits < (block->v6 ? widest_v6 : widest_v4))
            section.complain_at(place, key,
                                fmt::format("\"{}\" covers far more than one network", shown(text)));
        else
            out.push_back(text);
    }
}

void Document::read_allowed_networks(Section& section, std::vector<std::string>& out)
{
    read_networks(section, "allowed_private_networks", 8, 7,
                  out); // no wider than those there are: 10.0.0.0/8, fc00::/7
}

void Document::read_findings(Findings& out)
{
    const auto [found, place] = table("findings");
    Section section("findings", found, place, complaints_, known_keys_);
    std::string zero_view = "exact";
    section.get("zero_view", zero_view);
    if (zero_view == "off")
        out.zero_view = ZeroView::off;
    else if (zero_view == "near")
        out.zero_view = ZeroView::near;
    else if (zero_view != "exact")
        section.complain("zero_view", "neither \"off\", \"exact\" nor \"near\"");
}

void Document::read_guard(Guard& out, const std::vector<Channel>& channels)
{
    const auto [found, place] = table("guard");
    Section section("guard", found, place, complaints_, known_keys_);
    std::vector<PlacedText> lists;
    section.get("lists", lists);
    for (const auto& [where, text] : lists) {
        out.lists.push_back(from_base(text));
        if (text.empty())
            section.complain_at(where, "lists", "empty");
        else if (options_.files == FileChecks::yes && ::access(out.lists.back().c_str(), R_OK) != 0)
            section.complain_at(where, "lists", fmt::format("{} is missing or unreadable", shown(text)));
    }
    section.get("channel", out.channel);
    const auto is_it = [&](const Channel& channel) { return channel.enabled && channel.name == out.channel; };
    if (!out.channel.empty() && std::ranges::none_of(channels, is_it))
        section.complain("channel", "no channel of this name is enabled");
}

void Document::read_faces(Faces& out, const Storage& storage)
{
    const auto [found, place] = table("faces");
    Section section("faces", found, place, complaints_, known_keys_);
    read_file(section, "profile", out.profile);
    section.get("models", out.models);
    out.models = out.models.empty() ? storage.directory / "models" : from_base(out.models);
    section.get("false_leads_per_week", out.false_leads_per_week, {1, 10'000});
    section.get("faces_per_week", out.faces_per_week, {1, 1'000'000'000});
    section.get("max_leads_per_day", out.max_leads_per_day, {1, 1'000});
}

void Document::read_network(Network& out)
{
    const auto [found, place] = table("network");
    Section section("network", found, place, complaints_, known_keys_);
    read_allowed_networks(section, out.allowed_private_networks);
    read_networks(section, "denied_networks", 1, 1, out.denied_networks);
    read_file(section, "ca_file", out.ca_file);
    section.get("max_connections", out.max_connections, {1, 4096});
}

void Document::read_fetch(Fetch& out)
{
    const auto [found, place] = table("fetch");
    Section section("fetch", found, place, complaints_, known_keys_);
    constexpr std::int64_t megabyte = 1 << 20;
    section.get("max_page_bytes", out.max_page_bytes, {1024, 256 * megabyte});
    section.get("max_image_bytes", out.max_image_bytes, {1024, 512 * megabyte});
    section.get("max_video_bytes", out.max_video_bytes, {megabyte, 256 * megabyte});
    section.get("max_bytes_in_flight", out.max_bytes_in_flight, {16 * megabyte, 65'536 * megabyte});
    section.get("max_header_bytes", out.max_header_bytes, {1024, megabyte});
    section.get("max_header_lines", out.max_header_lines, {16, 10'000});
    section.get("connect", out.connect, {100ms, 5min});
    section.get("first_byte", out.first_byte, {100ms, 10min});
    section.get("total", out.total, {100ms, 1h});
    section.get("low_speed_bytes_per_second", out.low_speed_bytes_per_second, {0, megabyte});
    section.get("low_speed_time", out.low_speed_time, {1s, 10min});
    if (out.max_bytes_in_flight <
        2 * std::max({out.max_image_bytes, out.max_page_bytes, out.max_video_bytes}))
        section.complain("max_bytes_in_flight", "less than twice what one picture, page or video may have");
    if (out.total < out.connect || out.total < out.first_byte)
        section.complain("total", "shorter than connect or first_byte");
}

void Document::read_workers(Workers& out)
{
    const auto [found, place] = table("workers");
    Section section("workers", found, place, complaints_, known_keys_);
    section.get("count", out.count, {0, 256});
    section.get("deadline", out.deadline, {100ms, 10min});
    section.get("memory_mb", out.memory_mb, {256, 16'384});
    section.get("max_pixels", out.max_pixels, {65'536, 1'000'000'000});
}

void Document::read_crawl(Crawl& out)
{
    const auto [found, place] = table("crawl");
    Section section("crawl", found, place, complaints_, known_keys_);
    section.get("revisit_min", out.revisit_min, {1s, 24h * 365});
    section.get("revisit_max", out.revisit_max, {1s, 24h * 365});
    section.get("max_pages_per_site", out.max_pages_per_site, {1, 1'000'000'000});
    section.get("max_depth", out.max_depth, {0, 1000});
    section.get("max_links_per_page", out.max_links_per_page, {1, 1'000'000});
    section.get("look_time_per_day", out.look_time_per_day, {0ms, 24h});
    section.get("max_findings_per_site_and_day", out.max_findings_per_site_and_day, {1, 1'000'000});
    if (out.revisit_max < out.revisit_min) section.complain("revisit_max", "shorter than revisit_min");
}

void Document::read_storage(Storage& out)
{
    const auto [found, place] = table("storage");
    Section section("storage", found, place, complaints_, known_keys_);
    section.get("directory", out.directory);
    if (out.directory.empty()) section.complain("directory", "empty");
    out.directory = from_base(out.directory);
}

void Document::read_evidence(Evidence& out, const Storage& storage)
{
    const auto [found, place] = table("evidence");
    Section section("evidence", found, place, complaints_, known_keys_);
    std::vector<PlacedText> recipients;
    section.get("recipients", recipients);
    if (recipients.empty())
        section.complain("recipients",
                         "missing: evidence is written only sealed, name at least one age recipient");
    for (const auto& [where, text] : recipients) {
        std::optional<std::string> problem;
        if (!text.starts_with("age1"))
            problem = "an age recipient begins with \"age1\"";
        else if (options_.recipient_problem)
            problem = options_.recipient_problem(text);
        if (!problem && std::ranges::find(out.recipients, text) != out.recipients.end())
            problem = "named twice";
        if (problem)
            section.complain_at(where, "recipients", fmt::format("\"{}\": {}", shown(text), *problem));
        else
            out.recipients.push_back(text);
    }
    section.get("directory", out.directory);
    constexpr std::int64_t tebibyte = std::int64_t{1} << 40U;
    section.get("max_bytes", out.max_bytes, {0, 1'000 * tebibyte});
    section.get("min_free_bytes", out.min_free_bytes, {0, tebibyte});
    out.directory = out.directory.empty() ? storage.directory / "evidence" : from_base(out.directory);
    constexpr std::chrono::milliseconds longest = 24h * 36'500;
    section.get("keep_open", out.keep_open, {0ms, longest});
    section.get("keep_dismissed", out.keep_dismissed, {0ms, longest});
    section.get("keep_down", out.keep_down, {0ms, longest});
    section.get("keep_earlier", out.keep_earlier, {0ms, longest});
    for (const auto& [key, kept] :
         {std::pair("keep_open", out.keep_open), std::pair("keep_dismissed", out.keep_dismissed),
          std::pair("keep_down", out.keep_down), std::pair("keep_earlier", out.keep_earlier)})
        if (kept % 24h != 0ms) section.complain(key, "counts in whole days, such as \"90d\"");
    section.get("stamp_every", out.stamp_every, {1s, 24h});
    read_time_authorities(section, out.time_authorities);
}

void Document::read_time_authorities(Section& evidence, std::vector<TimeAuthority>& out)
{
    constexpr std::size_t most = 2; // more add nothing that a court would ask for
    std::set<std::string> urls;
    for (const auto& [table, place] : evidence.tables("time_authority")) {
        Section section("evidence.time_authority", table, place, complaints_, known_keys_);
        TimeAuthority authority;
        section.get("url", authority.url);
        read_file(section, "roots", authority.roots);
        const auto url = Url::parse(authority.url);
        if (!url)
            section.complain("url", "missing, or no http(s) address");
        else if (!urls.insert(url->text()).second)
            section.complain("url", "named twice");
        if (authority.roots.empty())
            section.complain("roots",
                             "missing: the file with the certificates that the authority's leads to");
        if (out.size() == most) section.complain("url", "a third one: two are enough");
        out.push_back(std::move(authority));
    }
}

void Document::read_control(Control& out)
{
    const auto [found, place] = table("control");
    Section section("control", found, place, complaints_, known_keys_);
    section.get("socket", out.socket);
    if (out.socket.empty()) section.complain("socket", "empty");
    out.socket = from_base(out.socket);
    constexpr std::size_t longest = 107; // sun_path of unix(7) without its terminating NUL
    if (out.socket.string().size() > longest)
        section.complain("socket", fmt::format("the path {} is longer than {} bytes",
                                               shown(out.socket.string()), longest));
}

void Document::read_metrics(Metrics& out)
{
    const auto [found, place] = table("metrics");
    Section section("metrics", found, place, complaints_, known_keys_);
    section.get("listen", out.listen);
    if (!out.listen.empty() && !is_loopback_listener(out.listen))
        section.complain("listen",
                         fmt::format("\"{}\" is no loopback address and port such as \"127.0.0.1:9464\"",
                                     shown(out.listen)));
}

void Document::read_health(Health& out)
{
    const auto [found, place] = table("health");
    Section section("health", found, place, complaints_, known_keys_);
    section.get("check_every", out.check_every, {100ms, 1h});
    section.get("site_grace", out.site_grace, {0ms, 24h * 30});
    section.get("compare_within", out.compare_within, {1s, 24h * 365});
    section.get("approve_within", out.approve_within, {0ms, 24h * 365});
    section.get("alert_after", out.alert_after, {0ms, 24h * 7});
    section.get("min_free_mb", out.min_free_mb, {1, 1'000'000'000});
}

void Document::read_log(Log& out)
{
    const auto [found, place] = table("log");
    Section section("log", found, place, complaints_, known_keys_);
    section.get("level", out.level);
    const std::vector<std::string> levels{"debug", "info", "warn", "error"};
    if (std::ranges::find(levels, out.level) == levels.end())
        section.complain("level",
                         fmt::format("\"{}\" is none of debug, info, warn, error", shown(out.level)));
}

void Document::read_alerts(Alerts& out)
{
    const auto [found, place] = table("alerts");
    Section section("alerts", found, place, complaints_, known_keys_);
    section.get("link", out.link);
    read_time_zone(section, out.time_zone);
    std::string heartbeat = "07:00";
    section.get("heartbeat_at", heartbeat);
    out.heartbeat_at = minute_of_day(heartbeat);
    if (!out.heartbeat_at && !heartbeat.empty())
        section.complain("heartbeat_at",
                         fmt::format("\"{}\" is no time such as \"07:00\"", shown(heartbeat)));
    if (out.link.empty()) return;
    auto example = out.link;
    if (const auto mark = example.find("{alert}"); mark != std::string::npos)
        example.replace(mark, 7, "alt_a");
    const auto url = Url::parse(example);
    if (!url || example.find_first_of("{}\"<> ") != std::string::npos)
        section.complain(
            "link",
            fmt::format("\"{}\" is no http(s) address; only {{alert}} may stand in braces", shown(out.link)));
}

std::filesystem::path Document::from_base(const std::filesystem::path& path) const
{
    if (path.empty()) return path;
    return (base_ / path).lexically_normal();
}

void Document::read_file(Section& section, std::string_view key, std::filesystem::path& out)
{
    section.get(key, out);
    out = from_base(out);
    if (out.empty() || options_.files == FileChecks::no || is_passed_over(section, key, out.string())) return;
    if (::access(out.c_str(), R_OK) != 0)
        section.complain(key, fmt::format("{} is missing or unreadable", shown(out.string())));
}

void Document::read_secret_source(Section& section, std::string_view key, std::string& out)
{
    section.get(key, out);
    if (out.empty()) return;
    if (!out.starts_with(credential_prefix)) out = from_base(out).string();
    if (options_.files == FileChecks::no || is_passed_over(section, key, out) || is_out_of_sight(out)) return;
    if (const auto secret = read_secret(out); !secret) section.complain(key, shown(secret.error().detail));
}

bool Document::is_passed_over(Section& section, std::string_view key, const std::string& source)
{
    if (options_.files != FileChecks::where_allowed) return false;
    if (is_out_of_sight(source))
        notes_.push_back(section.about(
            key, fmt::format("{} is handed to the service by systemd: not checked here", shown(source))));
    else if (is_closed_to_us(source))
        notes_.push_back(section.about(
            key, fmt::format("{} may not be opened by you: not checked. The daemon's user must be able to",
                             shown(source))));
    else
        return false;
    return true;
}

void Document::read_name(Section& section, std::string& out, std::map<std::string, Place>& taken, Place place)
{
    section.get("name", out);
    if (!is_name(out)) {
        section.complain("name", "missing, or not 1 to 64 letters, digits, '.', '_', '-'");
        return;
    }
    const auto [first, is_new] = taken.emplace(out, place);
    if (!is_new) section.complain("name", fmt::format("\"{}\" is taken by line {}", out, first->second.line));
}

} // namespace stillwatch::config
