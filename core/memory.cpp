#include "core/memory.hpp"

#include <malloc.h>

namespace stillwatch {

void give_large_blocks_back() noexcept
{
    constexpr int from_bytes = 1 << 20;
    (void)mallopt(M_MMAP_THRESHOLD, from_bytes); // refused by other allocators, such as those of sanitizers
}

} // namespace stillwatch
