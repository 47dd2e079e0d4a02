#include "core/memory.hpp"

#include <malloc.h>

namespace stillwatch {

void give_large_blocks_back() noexcept
{
    constexpr int from_bytes = 1 << 20;
    constexpr int kept_bytes = 8 << 20;
    // Both are refused by other allocators, such as those of sanitizers.
    (void)mallopt(M_MMAP_THRESHOLD, from_bytes);
    (void)mallopt(M_TRIM_THRESHOLD, kept_bytes);
}

} // namespace stillwatch
