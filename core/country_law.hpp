#pragma once

#include <string>
#include <vector>

namespace stillwatch {

// One rule of law, as it was read.
struct LawText {
    std::string title;
    std::string says; // in short words
    std::string source;
    std::string as_of; // the day of the text that was read, "2026-07-01"

    friend bool operator==(const LawText&, const LawText&) = default;
};

// What the law of a country says about intimate pictures that are published without consent.
struct CountryLaw {
    std::string country; // "england-wales", how it is named on the command line
    std::string name;    // "England and Wales"
    std::vector<LawText> laws;
    LawText preservation; // by which records are kept before a formal request

    friend bool operator==(const CountryLaw&, const CountryLaw&) = default;
};

} // namespace stillwatch
