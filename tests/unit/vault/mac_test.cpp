#include "vault/mac.hpp"

#include <gtest/gtest.h>

namespace stillwatch::vault {
namespace {

Bytes bytes_of(std::string_view hex)
{
    Bytes bytes(hex.size() / 2);
    EXPECT_TRUE(from_hex(hex, bytes));
    return bytes;
}

TEST(Hmac, GivesTheValuesOfRfc4231)
{
    EXPECT_EQ(to_hex(hmac_sha256(Bytes(20, std::byte{0x0b}), as_bytes("Hi There"))),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac_sha256(Bytes(131, std::byte{0xaa}),
                                 as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hkdf, GivesTheValuesOfRfc5869)
{
    const auto first = hkdf_sha256(Bytes(22, std::byte{0x0b}), bytes_of("000102030405060708090a0b0c"),
                                   as_text(bytes_of("f0f1f2f3f4f5f6f7f8f9")), 42);
    EXPECT_EQ(to_hex(first.bytes()),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    const auto third = hkdf_sha256(Bytes(22, std::byte{0x0b}), {}, "", 42);
    EXPECT_EQ(to_hex(third.bytes()),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(DerivedId, IsStableAndDependsOnKeyAndEveryPart)
{
    const auto key = as_bytes("key");
    const auto id = derive_id(key, {"C-7F3K", "R-01", "1"});
    EXPECT_EQ(id, derive_id(key, {"C-7F3K", "R-01", "1"}));
    EXPECT_NE(id, derive_id(key, {"C-7F3K", "R-01", "2"}));
    EXPECT_NE(id, derive_id(as_bytes("other"), {"C-7F3K", "R-01", "1"}));
    EXPECT_NE(derive_id(key, {"ab", "c"}), derive_id(key, {"a", "bc"}));
    EXPECT_NE(derive_id(key, {"a", ""}), derive_id(key, {"a"}));
}

TEST(DerivedId, IsAUuidOfVersionEight)
{
    const auto id = derive_id(as_bytes("key"), {"x"});
    ASSERT_EQ(id.size(), 36U);
    EXPECT_EQ(id[14], '8');
    EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos);
}

} // namespace
} // namespace stillwatch::vault
