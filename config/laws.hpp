#pragma once

#include "config/config.hpp"
#include "core/country_law.hpp"

// What the law of countries says: files that an organisation may replace and add to (config/laws/*.toml).
namespace stillwatch::config {

// What a file says; or everything that is wrong with it, by line.
struct LawOutcome {
    std::optional<CountryLaw> law;
    std::vector<ConfigProblem> problems;
};
LawOutcome parse_law(std::string_view text, const std::filesystem::path& file);

// Those that the program brings, and those of *.toml in `directory` (empty: none); one of the same country
// takes the place of the one that ships. By country.
struct LawsOutcome {
    std::vector<CountryLaw> laws;
    std::vector<ConfigProblem> problems;
};
LawsOutcome load_laws(const std::filesystem::path& directory);

} // namespace stillwatch::config
