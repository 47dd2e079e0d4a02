#include "vault/locked_memory.hpp"

#include "vault/secret.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

namespace stillwatch::vault {

namespace {

std::size_t page_size() noexcept
{
    static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return size;
}

std::size_t whole_pages(std::size_t bytes) noexcept
{
    return (bytes + page_size() - 1) / page_size() * page_size();
}

} // namespace

void* LockedPages::do_allocate(std::size_t bytes, std::size_t alignment)
{
    if (alignment > page_size() || bytes > std::numeric_limits<std::size_t>::max() - page_size())
        throw std::bad_alloc();
    const auto size = whole_pages(bytes == 0 ? 1 : bytes);
    void* block = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) throw std::bad_alloc();
    if (mlock(block, size) != 0) {
        const int error = errno;
        munmap(block, size);
        throw LockedMemoryError(size, error);
    }
    (void)madvise(block, size, MADV_DONTDUMP); // fails only for addresses that are no mapping
    return block;
}

void LockedPages::do_deallocate(void* block, std::size_t bytes, std::size_t)
{
    const auto size = whole_pages(bytes == 0 ? 1 : bytes);
    wipe({static_cast<std::byte*>(block), size});
    munmap(block, size); // unlocks as well
}

void* LockedMemoryResource::do_allocate(std::size_t bytes, std::size_t alignment)
{
    return pool_.allocate(bytes, alignment);
}

void LockedMemoryResource::do_deallocate(void* block, std::size_t bytes, std::size_t alignment)
{
    wipe({static_cast<std::byte*>(block), bytes});
    pool_.deallocate(block, bytes, alignment);
}

Result<void> check_locked_memory(std::size_t bytes)
{
    LockedPages pages;
    std::pmr::memory_resource& resource = pages;
    try {
        resource.deallocate(resource.allocate(bytes), bytes);
    } catch (const std::bad_alloc& error) {
        return Error{Errc::io, error.what()};
    }
    return {};
}

} // namespace stillwatch::vault
