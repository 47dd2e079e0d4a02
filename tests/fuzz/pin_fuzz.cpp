#include "cases/pin_attempts.hpp"
#include "tests/fuzz/claim.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace stillwatch;
using fuzz::claim;

// A number that somebody types and the moments at which they try PINs: what is remembered has the form of a
// case number, and no sequence of attempts makes a pause shorter, endless or a way around it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (cases::is_case_number(text)) {
        claim(text.size() <= 16, "a case number is short");
        for (const char c : text)
            claim(c > ' ' && c < 0x7F, "and plain");
    }
    cases::PinAttempts attempts;
    Timestamp now{};
    for (std::size_t i = 0; i < size; ++i) {
        now += std::chrono::minutes(data[i]);
        const auto before = attempts;
        attempts = cases::after_failure(before, now);
        claim(attempts.failures >= before.failures, "no failure is forgotten");
        claim(attempts.not_before <= now + cases::longest_pause, "no pause is longer than a day");
        if (attempts.failures > cases::free_attempts)
            claim(attempts.not_before >= now + cases::first_pause,
                  "after the free attempts there is a pause");
    }
    return 0;
}
