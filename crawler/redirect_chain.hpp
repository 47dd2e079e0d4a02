#pragma once

#include "core/fetch.hpp"

#include <functional>
#include <string>
#include <vector>

namespace stillwatch::crawler {

// An address of a chain of redirects, and with which cookies it was asked for.
struct Hop {
    Url url;
    std::string cookies{};
};
using Chain = std::vector<Hop>;
// The value of Cookie that an address is asked with now.
using CookiesFor = std::function<std::string(const Url&)>;

inline constexpr int max_turns = 3; // of one chain at the same address

// Where a redirect leads, when that is somewhere new, or an address of the chain that is asked with other
// cookies now: sessions begin so. `chain` holds what was asked so far. Errors: malformed (in circles, or no
// address), refused (no web address).
Result<Url> next_hop(const Fetched& redirect, const Chain& chain, const CookiesFor& cookies_for);

} // namespace stillwatch::crawler
