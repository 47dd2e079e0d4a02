#include "config/document.hpp"

#include "config/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stillwatch::config {

using namespace std::chrono_literals;

void Document::read_sites(std::vector<Site>& out, const Crawl& crawl)
{
    std::map<std::string, Place> taken;
    for (const auto& [found, place] : tables("site")) {
        Section section("site", found, place, complaints_, known_keys_);
        Site site;
        site.max_depth = crawl.max_depth;
        site.max_pages = crawl.max_pages_per_site;
        site.revisit_min = crawl.revisit_min;
        site.revisit_max = crawl.revisit_max;
        read_name(section, site.name, taken, place);
        section.get("enabled", site.enabled);
        read_scope(section, site);
        read_paths(section, "paths", site.paths);
        read_paths(section, "excluded_paths", site.excluded_paths);
        section.get("delay", site.delay, {0ms, 1h});
        site.address_delay = site.delay;
        section.get("address_delay", site.address_delay, {0ms, 1h});
        section.get("concurrency", site.concurrency, {1, 32});

        read_robots(section, site);
        section.get("max_depth", site.max_depth, {0, 1000});
        section.get("max_pages", site.max_pages, {1, 1'000'000'000});
        section.get("max_pages_per_day", site.max_pages_per_day, {1, 1'000'000'000});
        section.get("max_bytes_per_day", site.max_bytes_per_day, {1'000'000, 1'000'000'000'000'000});
        section.get("revisit_min", site.revisit_min, {1s, 24h * 365});
        section.get("revisit_max", site.revisit_max, {1s, 24h * 365});
        if (site.revisit_max < site.revisit_min) section.complain("revisit_max", "shorter than revisit_min");
        read_manner(section, site);
        out.push_back(std::move(site));
    }
}

void Document::read_paths(Section& section, std::string_view key, std::vector<std::string>& out)
{
    std::vector<PlacedText> patterns;
    section.get(key, patterns);
    if (patterns.size() > 100) section.complain(key, "more than 100");
    for (const auto& [place, text] : patterns) {
        if (is_path_pattern(text))
            out.push_back(text);
        else
            section.complain_at(
                place, key,
                fmt::format("\"{}\" is no path such as \"/gallery/\" or \"*.html$\"", shown(text)));
    }
}

void Document::read_robots(Section& section, Site& site)
{
    std::string robots = "obey";
    std::string until;
    section.get("robots", robots);
    section.get("robots_reason", site.robots_reason);
    section.get("robots_decided_by", site.robots_decided_by);
    section.get("robots_until", until);
    if (robots != "obey" && robots != "ignore") section.complain("robots", "neither \"obey\" nor \"ignore\"");
    site.robots = robots == "ignore" ? RobotsPolicy::ignore : RobotsPolicy::obey;
    if (site.robots == RobotsPolicy::obey) {
        const auto belongs = [&section](std::string_view key, const std::string& text) {
            if (!text.empty()) section.complain(key, "stands only with robots = \"ignore\"");
        };
        belongs("robots_reason", site.robots_reason);
        belongs("robots_decided_by", site.robots_decided_by);
        belongs("robots_until", until);
        return;
    }
    if (site.robots_reason.empty())
        section.complain("robots_reason",
                         "missing: write down why robots.txt is ignored; it goes into the evidence");
    if (site.robots_decided_by.empty())
        section.complain("robots_decided_by", "missing: name who decided that robots.txt is ignored");
    if (const auto end = end_of_day(until)) {
        site.robots_until = *end;
        const auto note = [&](std::string_view what) {
            notes_.push_back(section.about("robots_until", what));
        };
        if (options_.now && *end <= *options_.now)
            note(fmt::format("{} has passed: robots.txt is obeyed", until));
        if (options_.now && *end > *options_.now + std::chrono::days(367))
            note(fmt::format("{} is more than a year away: such a decision should be looked at again sooner",
                             until));
    } else
        section.complain("robots_until",
                         "missing, or no day such as \"2027-01-31\": after it robots.txt is obeyed again");
}

void Document::read_proxy(Section& section, Site& site)
{
    section.get("proxy", site.proxy);
    section.get("proxy_resolves_names", site.proxy_resolves_names);
    if (!site.proxy.empty() && !is_socks_proxy(site.proxy))
        section.complain("proxy", fmt::format("\"{}\" is not \"socks5h://host:port\"", shown(site.proxy)));
    const auto is_onion = [](const std::string& host) {
        return host.ends_with(".onion") || host.find(".onion:") != std::string::npos;
    };
    if (site.proxy.empty() && std::ranges::any_of(site.hosts, is_onion))
        section.complain(
            "proxy",
            "missing: onion services are reached over a proxy only, such as \"socks5h://127.0.0.1:9050\"");
    if (site.proxy.empty() && site.proxy_resolves_names)
        section.complain("proxy_resolves_names", "stands only with proxy");
    const auto is_name = [](const std::string& host) {
        const auto url = Url::parse("http://" + host + "/");
        return url && !address_of(*url);
    };
    const auto name =
        std::ranges::find_if(site.hosts, [&](const auto& host) { return !is_onion(host) && is_name(host); });
    if (is_socks_proxy(site.proxy) && !site.proxy_resolves_names && name != site.hosts.end())
        section.complain(
            "proxy_resolves_names",
            fmt::format(
                "missing: {} is no onion service, so the proxy would look the name up, and nobody here sees "
                "where it leads; true lets it",
                shown(*name)));
}

void Document::read_manner(Section& section, Site& site)
{
    std::vector<PlacedText> cookies;
    section.get("cookies", cookies);
    for (const auto& [place, text] : cookies) {
        if (is_cookie(text))
            site.cookies.push_back(text);
        else
            section.complain_at(place, "cookies",
                                "not \"name=value\" of one cookie"); // it may be a secret: not repeated
    }
    read_secret_source(section, "cookies_file", site.cookies_file);
    std::vector<PlacedText> headers;
    section.get("headers", headers);
    for (const auto& [place, text] : headers) {
        if (is_extra_header(text))
            site.headers.push_back(text);
        else
            section.complain_at(
                place, "headers",
                "not \"Name: value\", or a header that is ours to send; cookies have keys of their own");
    }
    read_visitor(section, site);
    read_proxy(section, site);
    std::string tls_errors = "refuse";
    section.get("tls_errors", tls_errors);
    if (tls_errors != "refuse" && tls_errors != "record")
        section.complain("tls_errors", "neither \"refuse\" nor \"record\"");
    site.tls_errors = tls_errors == "record" ? TlsErrors::record : TlsErrors::refuse;
    section.get("contact_note", site.contact_note);
    // As organisation.name: a comment of RFC 9110 section 5.6.5.
    if (site.contact_note.size() > 200 || site.contact_note.find_first_of("()\\") != std::string::npos)
        section.complain("contact_note", "longer than 200 bytes, or holds '(', ')' or '\\'");
    section.get("abuse_contact", site.abuse_contact);
    if (!site.abuse_contact.empty() && contact_problem(site.abuse_contact))
        section.complain("abuse_contact", "neither a mail address nor an http(s) address");
}

void Document::read_visitor(Section& section, Site& site)
{
    std::string jar = "session";
    section.get("cookie_jar", jar);
    if (jar != "session" && jar != "none") section.complain("cookie_jar", "neither \"session\" nor \"none\"");
    site.cookie_jar = jar == "none" ? CookieUse::none : CookieUse::session;
    std::string referer = "send";
    section.get("referer", referer);
    if (referer != "send" && referer != "none") section.complain("referer", "neither \"send\" nor \"none\"");
    site.referer = referer == "none" ? RefererUse::none : RefererUse::send;
    std::string videos = "look";
    section.get("videos", videos);
    static constexpr std::array<std::string_view, 4> words{"off", "posters", "glance", "look"};
    const auto word = std::ranges::find(words, videos);
    if (word == words.end())
        section.complain("videos", "none of \"off\", \"posters\", \"glance\" and \"look\"");
    else
        site.videos = static_cast<Videos>(word - words.begin());
}

void Document::read_scope(Section& section, Site& site)
{
    std::vector<PlacedText> seeds;
    std::vector<PlacedText> hosts;
    section.get("seeds", seeds);
    section.get("hosts", hosts);
    if (hosts.empty()) section.complain("hosts", "missing: the hosts that may be visited");
    if (seeds.empty()) section.complain("seeds", "missing: the addresses to begin with");

    for (const auto& [place, text] : hosts) {
        const auto host = scope_host(text);
        if (!host) {
            section.complain_at(
                place, "hosts",
                fmt::format("\"{}\" is no HOST or HOST:PORT; a host alone covers ports 80 and 443",
                            shown(text)));
            continue;
        }
        const auto [owner, is_new] = host_owner_.emplace(*host, site.name);
        if (is_new)
            site.hosts.push_back(*host);
        else
            section.complain_at(
                place, "hosts",
                fmt::format("\"{}\" is in the scope of site \"{}\" already", *host, shown(owner->second)));
    }
    for (const auto& [place, text] : seeds) {
        const auto url = Url::parse(text);
        if (!url) {
            section.complain_at(place, "seeds", fmt::format("\"{}\" is no http(s) address", shown(text)));
            continue;
        }
        // Hosts that were refused were complained of; their seeds need no second complaint.
        const bool in_scope = std::ranges::find(site.hosts, url->host_port()) != site.hosts.end();
        if (!in_scope && site.hosts.size() == hosts.size())
            section.complain_at(place, "seeds",
                                fmt::format("{} is not among the hosts of this site", url->host_port()));
        site.seeds.push_back(url->text());
    }
}

} // namespace stillwatch::config
