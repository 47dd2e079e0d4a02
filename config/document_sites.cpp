#include "config/document.hpp"

#include "config/checks.hpp"

#include <fmt/format.h>

#include <algorithm>

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
        read_name(section, site.name, taken, place);
        section.get("enabled", site.enabled);
        read_scope(section, site);
        section.get("delay", site.delay, {0ms, 1h});
        section.get("concurrency", site.concurrency, {1, 32});

        std::string robots = "obey";
        section.get("robots", robots);
        section.get("robots_reason", site.robots_reason);
        if (robots != "obey" && robots != "ignore") section.complain("robots", "neither \"obey\" nor \"ignore\"");
        site.robots = robots == "ignore" ? RobotsPolicy::ignore : RobotsPolicy::obey;
        if (site.robots == RobotsPolicy::ignore && site.robots_reason.empty())
            section.complain("robots_reason", "missing: write down why robots.txt is ignored; it goes into the evidence");
        if (site.robots == RobotsPolicy::obey && !site.robots_reason.empty())
            section.complain("robots_reason", "stands only with robots = \"ignore\"");

        section.get("max_depth", site.max_depth, {0, 1000});
        section.get("max_pages", site.max_pages, {1, 1'000'000'000});
        out.push_back(std::move(site));
    }
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
            section.complain_at(place, "hosts",
                                fmt::format("\"{}\" is no HOST or HOST:PORT; a host alone covers ports 80 and 443", shown(text)));
            continue;
        }
        const auto [owner, is_new] = host_owner_.emplace(*host, site.name);
        if (is_new) site.hosts.push_back(*host);
        else section.complain_at(place, "hosts", fmt::format("\"{}\" is in the scope of site \"{}\" already", *host,
                                                             shown(owner->second)));
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
            section.complain_at(place, "seeds", fmt::format("{} is not among the hosts of this site", url->host_port()));
        site.seeds.push_back(url->text());
    }
}

} // namespace stillwatch::config
