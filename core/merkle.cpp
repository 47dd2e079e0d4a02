#include "core/merkle.hpp"

#include <bit>

namespace stillwatch::merkle {

namespace {

constexpr std::array<std::byte, 1> leaf_mark{std::byte{0}};
constexpr std::array<std::byte, 1> node_mark{std::byte{1}};

// The largest power of two below `size`, which is at least 2.
std::size_t split_of(std::size_t size) noexcept
{
    return std::bit_floor(size - 1);
}

void add_path(std::span<const Sha256> leaves, std::size_t index, std::vector<Sha256>& proof)
{
    if (leaves.size() <= 1) return;
    const auto split = split_of(leaves.size());
    const auto left = leaves.first(split);
    const auto right = leaves.subspan(split);
    if (index < split) {
        add_path(left, index, proof);
        proof.push_back(root_of(right));
    } else {
        add_path(right, index - split, proof);
        proof.push_back(root_of(left));
    }
}

// SUBPROOF of RFC 6962: `is_whole` while the old tree is a whole tree of the new one, whose root the other
// side knows.
void add_subproof(std::span<const Sha256> leaves, std::size_t old_size, bool is_whole,
                  std::vector<Sha256>& proof)
{
    if (old_size == leaves.size()) {
        if (!is_whole) proof.push_back(root_of(leaves));
        return;
    }
    const auto split = split_of(leaves.size());
    const auto left = leaves.first(split);
    const auto right = leaves.subspan(split);
    if (old_size <= split) {
        add_subproof(left, old_size, is_whole, proof);
        proof.push_back(root_of(right));
    } else {
        add_subproof(right, old_size - split, false, proof);
        proof.push_back(root_of(left));
    }
}

} // namespace

Sha256 leaf_hash(ByteView entry)
{
    Sha256Hasher hasher;
    hasher.update(leaf_mark);
    hasher.update(entry);
    return hasher.finish();
}

Sha256 node_hash(const Sha256& left, const Sha256& right)
{
    Sha256Hasher hasher;
    hasher.update(node_mark);
    hasher.update(left.bytes);
    hasher.update(right.bytes);
    return hasher.finish();
}

Sha256 root_of(std::span<const Sha256> leaves)
{
    if (leaves.empty()) return Sha256::of({});
    if (leaves.size() == 1) return leaves.front();
    const auto split = split_of(leaves.size());
    return node_hash(root_of(leaves.first(split)), root_of(leaves.subspan(split)));
}

std::vector<Sha256> prove_inclusion(std::span<const Sha256> leaves, std::size_t index)
{
    std::vector<Sha256> proof;
    add_path(leaves, index, proof);
    return proof;
}

bool is_included(const Sha256& leaf, std::uint64_t index, std::uint64_t size, std::span<const Sha256> proof,
                 const Sha256& root) noexcept
{
    if (index >= size) return false;
    auto node = index;
    auto last = size - 1;
    auto hash = leaf;
    for (const auto& sibling : proof) {
        if (last == 0) return false;
        if ((node & 1U) != 0 || node == last) {
            hash = node_hash(sibling, hash);
            while ((node & 1U) == 0 && node != 0) {
                node >>= 1U;
                last >>= 1U;
            }
        } else {
            hash = node_hash(hash, sibling);
        }
        node >>= 1U;
        last >>= 1U;
    }
    return last == 0 && hash == root;
}

std::vector<Sha256> prove_consistency(std::span<const Sha256> leaves, std::size_t old_size)
{
    std::vector<Sha256> proof;
    if (old_size > 0 && old_size <= leaves.size()) add_subproof(leaves, old_size, true, proof);
    return proof;
}

bool is_consistent(std::uint64_t old_size, const Sha256& old_root, std::uint64_t new_size,
                   const Sha256& new_root, std::span<const Sha256> proof) noexcept
{
    if (old_size > new_size) return false;
    if (old_size == 0) return proof.empty();
    if (old_size == new_size) return proof.empty() && old_root == new_root;
    // A tree that fills a power of two is a node of the new one: its root begins the path.
    const bool is_node = std::has_single_bit(old_size);
    if (proof.empty() && !is_node) return false;
    auto node = old_size - 1;
    auto last = new_size - 1;
    while ((node & 1U) != 0) {
        node >>= 1U;
        last >>= 1U;
    }
    auto old_hash = is_node ? old_root : proof.front();
    auto new_hash = old_hash;
    for (const auto& sibling : is_node ? proof : proof.subspan(1)) {
        if (last == 0) return false;
        if ((node & 1U) != 0 || node == last) {
            old_hash = node_hash(sibling, old_hash);
            new_hash = node_hash(sibling, new_hash);
            while ((node & 1U) == 0 && node != 0) {
                node >>= 1U;
                last >>= 1U;
            }
        } else {
            new_hash = node_hash(new_hash, sibling);
        }
        node >>= 1U;
        last >>= 1U;
    }
    return last == 0 && old_hash == old_root && new_hash == new_root;
}

} // namespace stillwatch::merkle
