#include "vault/seal.hpp"

#include <gtest/gtest.h>

namespace stillwatch::vault {
namespace {

TEST(Seal, OpensWithItsKeyAndContext)
{
    const auto key = make_key_pair();
    const auto sealed = seal(key.public_key, "reference C-7F3K", as_bytes("fingerprints"));
    EXPECT_EQ(sealed.size(), std::string_view("fingerprints").size() + 80);
    const auto clear = open(key, "reference C-7F3K", sealed);
    ASSERT_TRUE(clear) << to_string(clear.error());
    EXPECT_EQ(clear->text(), "fingerprints");
}

TEST(Seal, HoldsEmptyText)
{
    const auto key = make_key_pair();
    const auto clear = open(key, "x", seal(key.public_key, "x", {}));
    ASSERT_TRUE(clear);
    EXPECT_TRUE(clear->empty());
}

TEST(Seal, TheSameTextIsNeverSealedTheSame)
{
    const auto key = make_key_pair();
    EXPECT_NE(seal(key.public_key, "x", as_bytes("a")), seal(key.public_key, "x", as_bytes("a")));
}

TEST(Seal, AnotherKeyDoesNotOpen)
{
    const auto sealed = seal(make_key_pair().public_key, "x", as_bytes("text"));
    const auto opened = open(make_key_pair(), "x", sealed);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::corrupt);
}

TEST(Seal, ABlobOfAnotherCaseIsRefused)
{
    const auto key = make_key_pair();
    const auto opened =
        open(key, "reference C-8888", seal(key.public_key, "reference C-7F3K", as_bytes("text")));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), (Error{Errc::corrupt, "sealed reference C-8888 was sealed as something else"}));
}

TEST(Seal, EveryBitFlipIsNoticed)
{
    const auto key = make_key_pair();
    const auto sealed = seal(key.public_key, "x", as_bytes("text"));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto changed = sealed;
        changed[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        const auto opened = open(key, "x", changed);
        // The top bit of an X25519 public key is ignored (RFC 7748 section 5), but libsodium's nonce covers
        // it.
        ASSERT_FALSE(opened) << "bit " << bit;
        EXPECT_EQ(opened.error().code, Errc::corrupt);
    }
}

TEST(Seal, EveryShorterBlobIsRefused)
{
    const auto key = make_key_pair();
    const auto sealed = seal(key.public_key, "x", as_bytes("text"));
    for (std::size_t size = 0; size < sealed.size(); ++size)
        EXPECT_FALSE(open(key, "x", ByteView(sealed).first(size)));
}

TEST(KeyPair, FollowsFromItsSecret)
{
    const auto key = make_key_pair();
    const auto again = key_pair_of(SecretBytes::copy_of(key.secret.bytes()));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key, key.public_key);
    EXPECT_FALSE(key_pair_of(SecretBytes(31)));
}

} // namespace
} // namespace stillwatch::vault
