#include "cases/pin_attempts.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace stillwatch::cases {

PinAttempts after_failure(PinAttempts attempts, Timestamp now) noexcept
{
    attempts.failures = std::min(attempts.failures + 1, 1'000);
    if (attempts.failures < free_attempts) return attempts;
    auto pause = first_pause;
    for (int i = free_attempts; i < attempts.failures && pause < longest_pause; ++i)
        pause *= 2;
    attempts.not_before = now + std::min(pause, longest_pause);
    return attempts;
}

bool is_case_number(std::string_view text) noexcept
{
    return text.size() == 6 && text.starts_with("C-") && std::ranges::all_of(text.substr(2), [](char letter) {
               return is_digit(letter) || (letter >= 'A' && letter <= 'Z');
           });
}

} // namespace stillwatch::cases
