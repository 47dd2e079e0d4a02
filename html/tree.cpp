#include "html/tree.hpp"

#include <gumbo.h>

#include <algorithm>
#include <csetjmp>
#include <cstdint>
#include <vector>

namespace stillwatch::html {

// Memory that only grows: the parser frees little, and a whole tree goes at once. When the bound is reached
// it leaves the parser by longjmp: between there and parse() are frames of C only, and nothing of theirs
// needs closing.
class Tree::Arena {
public:
    explicit Arena(std::size_t max_bytes) : left_(max_bytes) {}

    static void* allocate(void* arena, std::size_t size) { return static_cast<Arena*>(arena)->take(size); }
    static void release(void*, void*) {}

    std::jmp_buf exhausted;

private:
    static constexpr std::size_t block_bytes = 64U << 10U;

    void* take(std::size_t size)
    {
        constexpr std::size_t alignment = alignof(std::max_align_t);
        if (size > left_) std::longjmp(exhausted, 1);
        size = (size + alignment - 1) / alignment * alignment;
        if (size > block_left_) {
            const auto next =
                std::max(size, std::min(block_bytes << std::min<std::size_t>(blocks_.size(), 6), left_));
            blocks_.emplace_back(new std::byte[next]);
            block_ = blocks_.back().get();
            block_left_ = next;
            left_ -= std::min(left_, next);
        }
        auto* taken = block_;
        block_ += size;
        block_left_ -= size;
        return taken;
    }

    std::size_t left_;
    std::vector<std::unique_ptr<std::byte[]>> blocks_;
    std::byte* block_ = nullptr;
    std::size_t block_left_ = 0;
};

Tree::Tree(std::size_t max_bytes) : arena_(std::make_unique<Arena>(max_bytes)) {}

Tree::~Tree() = default;

bool Tree::parse(std::string_view markup)
{
    if (setjmp(arena_->exhausted) != 0) return false;
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = Arena::allocate;
    options.deallocator = Arena::release;
    options.userdata = arena_.get();
    options.max_errors = 0;
    root_ = gumbo_parse_with_options(&options, markup.data(), markup.size())->root;
    return true;
}

std::unique_ptr<Tree> Tree::build(std::string_view markup, std::size_t max_bytes)
{
    std::unique_ptr<Tree> tree(new Tree(max_bytes));
    if (!tree->parse(markup)) return nullptr;
    return tree;
}

} // namespace stillwatch::html
