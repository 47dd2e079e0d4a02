#include "cases/quarantine.hpp"

#include <fmt/format.h>

namespace stillwatch::cases {

std::optional<std::string> why_quarantine(const Surge& surge)
{
    const auto times = surge.is_confirmed ? times_more_when_confirmed : 1;
    if (surge.last_hour > times * most_findings_an_hour)
        return fmt::format("{} new findings within an hour", surge.last_hour);
    if (surge.last_day > times * most_findings_a_day)
        return fmt::format("{} new findings within a day", surge.last_day);
    return std::nullopt;
}

} // namespace stillwatch::cases
