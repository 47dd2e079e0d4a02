#include "core/sha256_steps.hpp"

// Processors for which nobody has written two SHA-256 side by side.
namespace stillwatch {

bool sha256_pairs_are_quick() noexcept
{
    return false;
}

void take_sha256_blocks(std::array<std::uint32_t, 8>&, const std::byte*, std::array<std::uint32_t, 8>&,
                        const std::byte*, std::size_t) noexcept
{
}

} // namespace stillwatch
