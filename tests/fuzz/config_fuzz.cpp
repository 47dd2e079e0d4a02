#include "config/checks.hpp"
#include "config/config.hpp"
#include "core/url.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace stillwatch::config;
using stillwatch::Timestamp;
using stillwatch::Url;
using stillwatch::fuzz::claim;

namespace {

void check(const Config& config)
{
    claim(!config.evidence.recipients.empty(), "evidence always has a recipient");
    claim(config.control.socket.is_absolute() && config.storage.directory.is_absolute(),
          "paths are absolute");
    claim(config.fetch.total >= config.fetch.connect, "time limits fit each other");
    claim(config.crawl.revisit_max >= config.crawl.revisit_min, "revisit bounds fit each other");
    for (const auto& channel : config.channels) {
        claim(is_name(channel.name), "names of channels are plain");
        if (channel.kind == ChannelKind::email) {
            claim(!channel.to.empty() && is_mail_address(channel.from),
                  "mail has plain sender and recipients");
            claim(std::ranges::all_of(channel.to, is_mail_address), "every recipient is plain");
        } else if (channel.kind == ChannelKind::webhook) {
            claim(Url::parse(channel.url).has_value() && !channel.secret_file.empty(), "webhooks are signed");
        } else {
            claim(Url::parse(channel.url).has_value() || !channel.secret_file.empty(),
                  "every chat has an address");
        }
    }
    for (const auto& site : config.sites) {
        claim(is_name(site.name) && !site.hosts.empty() && !site.seeds.empty(), "sites are whole");
        for (const auto& seed : site.seeds) {
            const auto url = Url::parse(seed);
            claim(url.has_value() && url->text() == seed, "seeds are normalised");
            claim(std::ranges::find(site.hosts, url->host_port()) != site.hosts.end(),
                  "seeds are in the scope");
        }
        claim(site.robots == RobotsPolicy::obey ||
                  (!site.robots_reason.empty() && !site.robots_decided_by.empty() &&
                   site.robots_until > Timestamp{}),
              "robots are ignored for a reason, by somebody, for a time");
        claim(site.proxy.empty() || is_socks_proxy(site.proxy), "proxies resolve names");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto outcome = parse_config(input, "/etc/stillwatch/stillwatch.toml", {FileChecks::no});
    claim(outcome.config.has_value() == outcome.problems.empty(), "a configuration or problems");
    if (outcome.config) check(*outcome.config);
    for (const auto& problem : outcome.problems) {
        const auto line = to_string(problem);
        claim(line.size() < 4096, "problems are short");
        for (const char letter : line)
            claim(static_cast<unsigned char>(letter) >= 0x20 && letter != 0x7F,
                  "problems are one plain line");
    }
    return 0;
}
