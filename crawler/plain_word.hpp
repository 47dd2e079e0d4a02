#pragma once

#include "core/ascii.hpp"

#include <string>
#include <string_view>

namespace stillwatch::crawler {

// As sites spell the same word in different ways: lower case, without hyphens and underlines ("Sign-In" is
// "signin").
inline std::string plain_word(std::string_view text)
{
    std::string word;
    for (const char c : text)
        if (c != '-' && c != '_') word += lower(c);
    return word;
}

} // namespace stillwatch::crawler
