#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <memory_resource>
#include <vector>

namespace stillwatch::matcher::test {

// Memory that knows what it gave out. What comes back is filled with a canary and kept until the end, so that
// whoever writes to it afterwards is seen. One thread.
class CanaryMemory : public std::pmr::memory_resource {
public:
    CanaryMemory() = default;
    ~CanaryMemory() override
    {
        for (const auto& block : returned_)
            std::pmr::new_delete_resource()->deallocate(block.begin, block.size, block.alignment);
    }
    CanaryMemory(const CanaryMemory&) = delete;
    CanaryMemory& operator=(const CanaryMemory&) = delete;

    std::size_t bytes_held() const noexcept { return bytes_held_; }
    std::size_t bytes_ever() const noexcept { return bytes_ever_; }
    // Whether these bytes stand in a block that is held.
    bool holds(const void* begin, std::size_t size) const
    {
        const auto* first = static_cast<const std::byte*>(begin);
        const auto next = held_.upper_bound(first);
        if (next == held_.begin()) return false;
        const auto& [block, block_size] = *std::prev(next);
        return first + size <= block + block_size;
    }
    bool canaries_live() const
    {
        return std::ranges::all_of(returned_, [](const Block& block) {
            return std::all_of(block.begin, block.begin + block.size,
                               [](std::byte b) { return b == canary; });
        });
    }

private:
    static constexpr std::byte canary{0xCA};
    struct Block {
        std::byte* begin;
        std::size_t size;
        std::size_t alignment;
    };

    void* do_allocate(std::size_t bytes, std::size_t alignment) override
    {
        auto* block = static_cast<std::byte*>(std::pmr::new_delete_resource()->allocate(bytes, alignment));
        held_[block] = bytes;
        bytes_held_ += bytes;
        bytes_ever_ += bytes;
        return block;
    }
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override
    {
        auto* begin = static_cast<std::byte*>(block);
        std::memset(begin, static_cast<int>(canary), bytes);
        held_.erase(begin);
        bytes_held_ -= bytes;
        returned_.push_back({begin, bytes, alignment});
    }
    bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

    std::map<const std::byte*, std::size_t> held_;
    std::vector<Block> returned_;
    std::size_t bytes_held_ = 0;
    std::size_t bytes_ever_ = 0;
};

} // namespace stillwatch::matcher::test
