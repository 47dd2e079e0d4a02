#pragma once

#include "core/bytes.hpp"
#include "core/digest.hpp"

#include <cstdint>
#include <span>
#include <vector>

// Merkle trees as RFC 6962 section 2.1 builds them, with the checks of RFC 9162 sections 2.1.3.2 and 2.1.4.2:
// a root of 32 bytes stands for a list, and a few digests show that an entry is in it or that a longer list
// begins with it. Pure.
namespace stillwatch::merkle {

Sha256 leaf_hash(ByteView entry);
Sha256 node_hash(const Sha256& left, const Sha256& right);

// Of leaf hashes, in order; of none SHA-256 of nothing.
Sha256 root_of(std::span<const Sha256> leaves);

// That leaf `index` (below leaves.size()) is in the tree: from the leaf upwards.
std::vector<Sha256> prove_inclusion(std::span<const Sha256> leaves, std::size_t index);
bool is_included(const Sha256& leaf, std::uint64_t index, std::uint64_t size, std::span<const Sha256> proof,
                 const Sha256& root) noexcept;

// That the tree of the first `old_size` leaves (1 to leaves.size()) is the beginning of the whole.
std::vector<Sha256> prove_consistency(std::span<const Sha256> leaves, std::size_t old_size);
// Any tree begins with the empty one; two of one size are the same tree.
bool is_consistent(std::uint64_t old_size, const Sha256& old_root, std::uint64_t new_size,
                   const Sha256& new_root, std::span<const Sha256> proof) noexcept;

} // namespace stillwatch::merkle
