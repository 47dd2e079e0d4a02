#include "vault/locked_memory.hpp"

#include "vault/secret.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <optional>

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

constexpr std::size_t smallest_block = 32;
// What is cut at once: an eighth of what there is, so that few references need little and many need few
// calls.
constexpr std::size_t least_slab_bytes = 4 << 10;
constexpr std::size_t most_slab_bytes = 1 << 20;

// Powers of two and what lies half-way: at most a third is left unused.
constexpr std::size_t size_of(std::size_t size_class) noexcept
{
    const auto power = smallest_block << (size_class / 2);
    return size_class % 2 == 0 ? power : power + power / 2;
}
static_assert(size_of(LockedMemoryResource::block_sizes - 1) == 1 << 20);

std::optional<std::size_t> class_of(std::size_t bytes, std::size_t alignment) noexcept
{
    if (alignment > smallest_block / 2) return std::nullopt;
    for (std::size_t size_class = 0; size_class < LockedMemoryResource::block_sizes; ++size_class)
        if (size_of(size_class) >= bytes) return size_class;
    return std::nullopt;
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

LockedMemoryResource::~LockedMemoryResource()
{
    std::pmr::memory_resource& pages = pages_;
    for (const auto& slab : slabs_)
        pages.deallocate(slab.begin, slab.bytes);
}

void LockedMemoryResource::cut_slab(std::size_t size_class)
{
    const auto size = size_of(size_class);
    const auto wanted = std::clamp(slabs_bytes_ / 8, least_slab_bytes, most_slab_bytes);
    const auto blocks = std::max<std::size_t>(1, wanted / size);
    std::pmr::memory_resource& pages = pages_;
    slabs_.reserve(slabs_.size() + 1); // nothing may throw once the pages are there
    auto* begin = static_cast<std::byte*>(pages.allocate(blocks * size));
    slabs_.push_back({begin, blocks * size});
    slabs_bytes_ += blocks * size;
    for (std::size_t i = 0; i < blocks; ++i)
        free_[size_class] = new (begin + i * size) Free{free_[size_class]};
}

void* LockedMemoryResource::do_allocate(std::size_t bytes, std::size_t alignment)
{
    std::pmr::memory_resource& pages = pages_;
    const auto size_class = class_of(bytes, alignment);
    if (!size_class) return pages.allocate(bytes, alignment);
    const std::lock_guard lock(mutex_);
    if (free_[*size_class] == nullptr) cut_slab(*size_class);
    auto* block = free_[*size_class];
    free_[*size_class] = block->next;
    return block;
}

void LockedMemoryResource::do_deallocate(void* block, std::size_t bytes, std::size_t alignment)
{
    std::pmr::memory_resource& pages = pages_;
    const auto size_class = class_of(bytes, alignment);
    if (!size_class) return pages.deallocate(block, bytes, alignment);
    wipe({static_cast<std::byte*>(block), bytes});
    const std::lock_guard lock(mutex_);
    free_[*size_class] = new (block) Free{free_[*size_class]};
}

} // namespace stillwatch::vault
