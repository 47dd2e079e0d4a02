#pragma once

#include "config/config.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stillwatch::config {

// The least that loads; tests put sections behind it.
inline const std::string minimal =
    "[organisation]\nname = \"Example\"\ncontact = \"https://helpline.example/\"\n"
    "[evidence]\nrecipients = [\"age1example\"]\n";

inline LoadOutcome load_text(const std::string& text)
{
    return parse_config(text, "/etc/stillwatch/stillwatch.toml", {FileChecks::no});
}

// The configuration of `minimal` with `more` behind; fails the test when it does not load.
inline Config loaded(const std::string& more)
{
    auto outcome = load_text(minimal + more);
    for (const auto& problem : outcome.problems)
        ADD_FAILURE() << to_string(problem);
    return outcome.config.value_or(Config{});
}

// What is wrong with `minimal` and `more` behind it, as "line: message".
inline std::vector<std::string> problems_of(const std::string& more)
{
    std::vector<std::string> lines;
    for (const auto& problem : load_text(minimal + more).problems)
        lines.push_back(std::to_string(problem.line) + ": " + problem.message);
    return lines;
}

} // namespace stillwatch::config
