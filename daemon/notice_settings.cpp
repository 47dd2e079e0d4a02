#include "daemon/settings.hpp"

#include "config/laws.hpp"
#include "core/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::daemon {

followup::NoticeSettings notice_settings(const config::Config& config)
{
    followup::NoticeSettings settings;
    const auto& organisation = config.organisation;
    settings.sender = {organisation.name, organisation.contact, organisation.postal_address,
                       organisation.signatory, organisation.notice_email};
    auto templates = followup::TemplateSet::load(config.notices.templates);
    for (const auto& problem : templates.problems())
        log::error("notices", "a template is wrong; notices that need it are refused",
                   {{"file", problem.file}, {"line", problem.line}, {"problem", problem.message}});
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
    if (!config.notices.country.empty() && std::ranges::none_of(laws.laws, is_it))
        problems.push_back(fmt::format("notices.country: no law of \"{}\"", config.notices.country));
    return problems;
}

} // namespace stillwatch::daemon
