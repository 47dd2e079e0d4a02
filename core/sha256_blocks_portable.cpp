#include "core/sha256_blocks.hpp"

namespace stillwatch {

bool has_sha256_instructions() noexcept
{
    return false;
}

void mix_sha256_blocks(std::array<std::uint32_t, 8>&, const std::byte*, std::size_t) noexcept {}

} // namespace stillwatch
