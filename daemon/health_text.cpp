#include "daemon/health_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::daemon {

namespace {

// What a mail server says back may hold line ends.
std::string one_line(std::string text)
{
    std::ranges::replace_if(
        text, [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F; }, ' ');
    return text;
}

std::string lines_of(const std::vector<Problem>& problems, Severity severity)
{
    std::string text;
    for (const auto& problem : problems)
        if (problem.severity == severity)
            text += fmt::format("{} {}\n", name_of(severity), one_line(to_string(problem)));
    return text;
}

} // namespace

HealthAnswer health_answer(const std::vector<Problem>& problems)
{
    const auto failing = lines_of(problems, Severity::failing);
    const auto warnings = lines_of(problems, Severity::warning);
    if (failing.empty()) return {true, "ok\n" + warnings};
    return {false, failing + warnings};
}

json::array problem_rows(const std::vector<Problem>& problems)
{
    json::array rows;
    for (const auto& problem : problems)
        rows.push_back(json::object{{"kind", problem.kind},
                                    {"subject", problem.subject},
                                    {"severity", name_of(problem.severity)},
                                    {"since", format_utc(problem.since)},
                                    {"detail", one_line(problem.detail)}});
    return rows;
}

std::string problem_metrics(const std::vector<Problem>& problems, const HealthSettings& settings)
{
    std::map<std::pair<std::string, std::string>, std::int64_t> counts;
    for (const auto& problem : problems) {
        const bool is_configured =
            settings.sites.contains(problem.subject) ||
            std::ranges::find(settings.channels, problem.subject) != settings.channels.end();
        ++counts[{problem.kind, is_configured ? problem.subject : ""}];
    }
    std::string text = "# TYPE stillwatch_problem gauge\n";
    for (const auto& [key, count] : counts)
        text += fmt::format("stillwatch_problem{{kind=\"{}\",subject=\"{}\"}} {}\n", key.first, key.second,
                            count);
    return text;
}

std::string site_metrics(const std::vector<SiteFacts>& sites, Timestamp now)
{
    std::string text;
    const auto gauge = [&](std::string_view name, auto value_of) {
        text += fmt::format("# TYPE stillwatch_site_{} gauge\n", name);
        for (const auto& site : sites)
            text += fmt::format("stillwatch_site_{}{{site=\"{}\"}} {}\n", name, site.name, value_of(site));
    };
    if (sites.empty()) return text;
    gauge("pages", [](const SiteFacts& site) { return site.pages; });
    gauge("images", [](const SiteFacts& site) { return site.images; });
    gauge("compared", [](const SiteFacts& site) { return site.compared; });
    gauge("unread", [](const SiteFacts& site) { return site.unread; });
    gauge("errors", [](const SiteFacts& site) { return site.errors; });
    gauge("refused", [](const SiteFacts& site) { return site.refused; });
    gauge("fine", [](const SiteFacts& site) { return site.state == "fine" ? 1 : 0; });
    text += "# TYPE stillwatch_site_state gauge\n";
    for (const auto& site : sites)
        text += fmt::format("stillwatch_site_state{{site=\"{}\",state=\"{}\"}} 1\n", site.name, site.state);
    text += "# TYPE stillwatch_site_last_success_age_seconds gauge\n";
    for (const auto& site : sites)
        if (site.last_success)
            text += fmt::format(
                "stillwatch_site_last_success_age_seconds{{site=\"{}\"}} {}\n", site.name,
                std::max<std::int64_t>(
                    0, std::chrono::floor<std::chrono::seconds>(now - *site.last_success).count()));
    return text;
}

} // namespace stillwatch::daemon
