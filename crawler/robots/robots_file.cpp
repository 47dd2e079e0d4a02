#include "crawler/robots/robots_file.hpp"

#include "crawler/settings.hpp"

#include <fmt/format.h>

namespace stillwatch::crawler {

RobotsAccess access_by_status(int http_status) noexcept
{
    if (http_status >= 200 && http_status < 300) return RobotsAccess::rules;
    if (http_status >= 300 && http_status < 500 && http_status != 429) return RobotsAccess::everything;
    return RobotsAccess::nothing;
}

RobotsDecision RobotsFile::allows(std::string_view target) const
{
    switch (access) {
    case RobotsAccess::rules: return rules.allows(target);
    case RobotsAccess::everything: return {};
    case RobotsAccess::nothing: return {.allowed = false};
    }
    return {.allowed = false};
}

std::string RobotsFile::reason(const RobotsDecision& decision) const
{
    if (decision.line != 0) return fmt::format("line {} '{}'", decision.line, decision.rule);
    if (access != RobotsAccess::nothing) return "no line speaks of it";
    if (http_status == 0) return "the file is unreachable";
    return fmt::format("the file is answered with status {}", http_status);
}

RobotsFile robots_file(const store::RobotsRow& row, Timestamp now)
{
    RobotsFile file{access_by_status(row.http_status), row.http_status};
    if (file.access == RobotsAccess::rules) file.rules = RobotsRules::parse(row.body, product_token);
    if (file.access == RobotsAccess::nothing && now - row.fetched_at >= robots_unreachable_patience)
        file.access = RobotsAccess::everything;
    return file;
}

} // namespace stillwatch::crawler
