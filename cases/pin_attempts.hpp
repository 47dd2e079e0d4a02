#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <string>
#include <string_view>

// How often a PIN may be tried. Pure.
namespace stillwatch::cases {

// Attempts under one case number, whether there is such a case or not.
struct PinAttempts {
    int failures = 0;
    Timestamp not_before{}; // the next attempt

    friend bool operator==(const PinAttempts&, const PinAttempts&) = default;
};

constexpr int free_attempts = 5;
constexpr std::chrono::minutes first_pause{1};
constexpr std::chrono::minutes longest_pause = std::chrono::hours(24);

// After one more wrong PIN: five attempts are free, then a minute's pause, twice as long each time, a day at
// most.
PinAttempts after_failure(PinAttempts attempts, Timestamp now) noexcept;

// Whether the text has the form of a case number; others need not be remembered.
bool is_case_number(std::string_view text) noexcept;

} // namespace stillwatch::cases
