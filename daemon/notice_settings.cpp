#include "daemon/settings.hpp"

#include "config/laws.hpp"
#include "core/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace stillwatch::daemon {

namespace {

constexpr std::size_t max_list_bytes = 2 << 20;

// A file of the folder; empty where it is not there.
std::string text_of(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return {};
    std::string text(max_list_bytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
    return text;
}

Result<followup::RdapBootstrap> bootstrap_in(const std::filesystem::path& folder)
{
    const auto names = text_of(folder / "dns.json");
    if (names.empty()) return Error{Errc::not_found, (folder / "dns.json").string() + " is missing or empty"};
    return followup::RdapBootstrap::parse(names, text_of(folder / "ipv4.json"),
                                          text_of(folder / "ipv6.json"));
}

} // namespace

LookupSettings lookup_settings(const config::Config& config)
{
    LookupSettings settings;
    for (const auto& site : config.sites)
        for (const auto& host : site.hosts)
            if (!site.abuse_contact.empty())
                settings.site_contacts.emplace(host.substr(0, host.find(':')), site.abuse_contact);
    if (config.notices.rdap_bootstrap.empty()) return settings;
    auto bootstrap = bootstrap_in(config.notices.rdap_bootstrap);
    if (bootstrap)
        settings.bootstrap = std::make_shared<const followup::RdapBootstrap>(*std::move(bootstrap));
    else
        log::error("notices", "the lists of registries cannot be read; those that ship are used",
                   {{"error", to_string(bootstrap.error())}});
    return settings;
}

followup::NoticeSettings notice_settings(const config::Config& config)
{
    followup::NoticeSettings settings;
    const auto& organisation = config.organisation;
    settings.sender = {organisation.name, organisation.contact, organisation.postal_address,
                       organisation.signatory, organisation.notice_email};
    auto templates = followup::TemplateSet::load(config.notices.templates);
    if (const auto& problems = templates.problems(); !problems.empty())
        log::error("notices",
                   "templates are wrong; notices that need them are refused: stillwatch check-config",
                   {{"problems", problems.size()},
                    {"file", problems.front().file},
                    {"line", problems.front().line},
                    {"problem", problems.front().message}});
    settings.templates = std::make_shared<const followup::TemplateSet>(std::move(templates));
    settings.language = config.notices.language;
    auto laws = config::load_laws(config.notices.laws);
    for (const auto& problem : laws.problems)
        log::error("notices", "a file of laws is wrong; it is passed over",
                   {{"problem", config::to_string(problem)}});
    settings.laws = std::move(laws.laws);
    settings.country = config.notices.country;
    settings.follow_up.reset();
    if (config.notices.follow_up.count() > 0) settings.follow_up = config.notices.follow_up;
    settings.warn_before = config.notices.warn_before;
    return settings;
}

std::vector<std::string> notice_problems(const config::Config& config)
{
    std::vector<std::string> problems;
    const auto templates = followup::TemplateSet::load(config.notices.templates);
    for (const auto& problem : templates.problems())
        problems.push_back(
            config::to_string(config::ConfigProblem{problem.file, problem.line, 0, problem.message}));
    const auto laws = config::load_laws(config.notices.laws);
    for (const auto& problem : laws.problems)
        problems.push_back(config::to_string(problem));
    const auto is_it = [&](const CountryLaw& law) { return law.country == config.notices.country; };
    if (const auto& folder = config.notices.rdap_bootstrap; !folder.empty())
        if (const auto bootstrap = bootstrap_in(folder); !bootstrap)
            problems.push_back(fmt::format("notices.rdap_bootstrap: {}", to_string(bootstrap.error())));
    if (!config.notices.country.empty() && std::ranges::none_of(laws.laws, is_it))
        problems.push_back(fmt::format("notices.country: no law of \"{}\"", config.notices.country));
    return problems;
}

} // namespace stillwatch::daemon
