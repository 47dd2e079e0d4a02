#pragma once

#include "core/result.hpp"

#include <array>
#include <cstddef>
#include <memory_resource>
#include <mutex>
#include <vector>

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

// Memory for containers that hold references: blocks of a few sizes cut out of LockedPages, zeroed as they
// are released and used again. Usable from several threads. It must outlive its containers. Throws
// LockedMemoryError, and is as it was before then: the pools of libstdc++ 12 end in a null pointer when pages
// for their tables were refused once.
class LockedMemoryResource final : public std::pmr::memory_resource {
public:
    LockedMemoryResource() = default;
    LockedMemoryResource(const LockedMemoryResource&) = delete;
    LockedMemoryResource& operator=(const LockedMemoryResource&) = delete;
    ~LockedMemoryResource() override;

    // 32, 48, 64, 96, 128 … bytes, up to 1 MiB; what is larger has pages of its own.
    static constexpr std::size_t block_sizes = 31;

private:
    struct Free { // stands in a block that nobody uses
        Free* next;
    };
    struct Slab { // pages that blocks were cut out of
        void* begin;
        std::size_t bytes;
    };
    void* do_allocate(std::size_t bytes, std::size_t alignment) override;
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override
    {
        return this == &other;
    }
    void cut_slab(std::size_t size_class);

    LockedPages pages_;
    std::mutex mutex_;
    std::array<Free*, block_sizes> free_{};
    std::vector<Slab> slabs_;
    std::size_t slabs_bytes_ = 0;
};

} // namespace stillwatch::vault
