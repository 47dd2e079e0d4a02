#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <memory_resource>

namespace stillwatch::vault {

// Whole pages from the kernel, locked in memory and left out of core dumps; zeroed and given back on release.
// Throws LockedMemoryError when the pages cannot be locked.
class LockedPages final : public std::pmr::memory_resource {
private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override;
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override
    {
        return this == &other;
    }
};

// Memory for containers that hold references: a pool over LockedPages whose blocks are zeroed as they are
// released. Usable from several threads. It must outlive its containers. Throws LockedMemoryError.
class LockedMemoryResource final : public std::pmr::memory_resource {
public:
    LockedMemoryResource() = default;

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override;
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override
    {
        return this == &other;
    }

    LockedPages pages_;
    std::pmr::synchronized_pool_resource pool_{&pages_};
};

// Whether `bytes` more can be locked now; for a check at start. Errors: io, with the limit and the fix.
Result<void> check_locked_memory(std::size_t bytes);

} // namespace stillwatch::vault
