#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

struct GumboInternalNode;

namespace stillwatch::html {

// The element tree of one document, in memory of its own that is freed as a whole. `markup` (UTF-8) must
// outlive it.
class Tree {
public:
    // Null when the tree would need more than max_bytes of memory.
    static std::unique_ptr<Tree> build(std::string_view markup, std::size_t max_bytes);

    ~Tree();
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    const GumboInternalNode& root() const noexcept { return *root_; }

private:
    class Arena;

    explicit Tree(std::size_t max_bytes);
    bool parse(std::string_view markup);

    std::unique_ptr<Arena> arena_;
    const GumboInternalNode* root_ = nullptr;
};

} // namespace stillwatch::html
