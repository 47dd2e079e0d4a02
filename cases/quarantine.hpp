#pragma once

#include <cstdint>
#include <optional>
#include <string>

// When a reference matches so often that it is rather the reference that is wrong: a logo, a picture without
// detail, somebody's attempt to bury the desk. Pure (docs/decisions/0021-quarantine.md).
namespace stillwatch::cases {

// New findings of one reference (a picture class on a host each), the one at hand included.
struct Surge {
    std::int64_t last_hour = 0;
    std::int64_t last_day = 0;
    bool is_confirmed = false; // a person confirmed one: it does find the person
};

constexpr std::int64_t most_findings_an_hour = 100;
constexpr std::int64_t most_findings_a_day = 250;
// A picture that is known to be the person's may really spread so fast.
constexpr std::int64_t times_more_when_confirmed = 5;

// Why the reference is to be set aside; nothing: it need not be.
std::optional<std::string> why_quarantine(const Surge& surge);

} // namespace stillwatch::cases
