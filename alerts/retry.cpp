#include "alerts/retry.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::alerts {

namespace {

using namespace std::chrono_literals;

constexpr std::array<std::chrono::seconds, max_attempts - 1> pauses{5s,  5min, 30min, 2h, 5h,
                                                                    10h, 14h,  20h,   24h};

// Spreads any numbers over all 64 bits (Stafford's variant 13 of MurmurHash3's finaliser).
std::uint64_t mixed(std::uint64_t value)
{
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31U);
}

} // namespace

std::optional<Timestamp> next_attempt(int attempts, Timestamp now, const Delivery& last,
                                      std::uint64_t jitter_seed)
{
    if (last.kind != Delivery::Kind::retry_after || attempts >= max_attempts) return std::nullopt;
    const auto index = static_cast<std::size_t>(std::max(attempts, 1) - 1);
    const std::chrono::milliseconds pause = std::max(pauses[index], last.after);
    const auto seed = jitter_seed * 31 + static_cast<std::uint64_t>(index);
    const auto spread = static_cast<std::uint64_t>(pause.count() / 10 + 1);
    return now + pause + std::chrono::milliseconds(static_cast<std::int64_t>(mixed(seed) % spread));
}

} // namespace stillwatch::alerts
