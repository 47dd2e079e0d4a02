#include "core/merkle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace stillwatch::merkle {
namespace {

// The entries that the certificate-transparency programs test their trees with, and the roots of their first
// 0 to 8 (google/certificate-transparency, merkletree tests).
const std::array<std::string_view, 8> entries{
    std::string_view(""),
    std::string_view("\0", 1),
    "\x10",
    "\x20\x21",
    "\x30\x31",
    "\x40\x41\x42\x43",
    "\x50\x51\x52\x53\x54\x55\x56\x57",
    "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
};
const std::array<std::string_view, 9> roots{
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

std::vector<Sha256> leaves_of(std::size_t count)
{
    std::vector<Sha256> leaves;
    for (std::size_t i = 0; i < count; ++i) {
        const auto entry = i < entries.size() ? std::string(entries[i]) : std::to_string(i);
        leaves.push_back(leaf_hash(as_bytes(entry)));
    }
    return leaves;
}

TEST(Merkle, RootsAreThoseOfCertificateTransparency)
{
    for (std::size_t size = 0; size < roots.size(); ++size)
        EXPECT_EQ(root_of(leaves_of(size)).hex(), roots[size]) << size;
}

TEST(Merkle, PathsAreThoseOfCertificateTransparency)
{
    const auto proof = prove_inclusion(leaves_of(8), 5);
    ASSERT_EQ(proof.size(), 3U);
    EXPECT_EQ(proof[0].hex(), "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    EXPECT_EQ(proof[1].hex(), "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
    EXPECT_EQ(proof[2].hex(), "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
    const auto growth = prove_consistency(leaves_of(8), 6);
    ASSERT_EQ(growth.size(), 3U);
    EXPECT_EQ(growth[0].hex(), "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a");
    EXPECT_EQ(growth[1].hex(), "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
    EXPECT_EQ(growth[2].hex(), "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
}

TEST(Merkle, EveryLeafOfEveryTreeIsProven)
{
    for (std::size_t size = 1; size <= 40; ++size) {
        const auto leaves = leaves_of(size);
        const auto root = root_of(leaves);
        for (std::size_t index = 0; index < size; ++index) {
            auto proof = prove_inclusion(leaves, index);
            EXPECT_TRUE(is_included(leaves[index], index, size, proof, root)) << index << " of " << size;
            for (std::size_t other = 0; other < size; ++other)
                EXPECT_EQ(is_included(leaves[index], other, size, proof, root), other == index);
            if (proof.empty()) continue;
            proof.back().bytes[7] ^= std::byte{1};
            EXPECT_FALSE(is_included(leaves[index], index, size, proof, root));
            proof.pop_back();
            EXPECT_FALSE(is_included(leaves[index], index, size, proof, root));
        }
        EXPECT_FALSE(is_included(leaves[0], size, size, {}, root));
    }
}

TEST(Merkle, EveryTreeBeginsWithEachOlderOneAndWithNoOther)
{
    for (std::size_t size = 1; size <= 40; ++size) {
        const auto leaves = leaves_of(size);
        const auto root = root_of(leaves);
        for (std::size_t before = 1; before <= size; ++before) {
            const auto old = std::span(leaves).first(before);
            auto proof = prove_consistency(leaves, before);
            EXPECT_TRUE(is_consistent(before, root_of(old), size, root, proof)) << before << " of " << size;
            auto rewritten = std::vector(old.begin(), old.end());
            rewritten[before / 2].bytes[0] ^= std::byte{1};
            EXPECT_FALSE(is_consistent(before, root_of(rewritten), size, root, proof));
            proof.push_back(root);
            EXPECT_FALSE(is_consistent(before, root_of(old), size, root, proof));
        }
        EXPECT_FALSE(is_consistent(size + 1, root, size, root, {}));
        EXPECT_TRUE(is_consistent(0, root_of({}), size, root, {}));
    }
}

} // namespace
} // namespace stillwatch::merkle
