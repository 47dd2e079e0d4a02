#pragma once

#include "core/ascii.hpp"
#include "core/clock.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace stillwatch::followup {

// "2026-11-23 02:17 UTC"
inline std::string minute_of(Timestamp at)
{
    auto text = format_utc(at).substr(0, 16);
    if (text.size() > 10) text[10] = ' ';
    return text + " UTC";
}

// ASCII letters only: for words that are searched in names, not for names that are shown.
inline std::string lowered(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

} // namespace stillwatch::followup
