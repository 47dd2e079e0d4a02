#include "vault/sign.hpp"

#include <gtest/gtest.h>

namespace stillwatch::vault {
namespace {

// RFC 8032 section 7.1, test 2.
constexpr std::string_view rfc_seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
constexpr std::string_view rfc_public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
constexpr std::string_view rfc_signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                           "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

TEST(Signature, GivesTheValuesOfRfc8032)
{
    Bytes seed(32);
    ASSERT_TRUE(from_hex(rfc_seed, seed));
    const auto key = SigningKey::from_seed(seed);
    ASSERT_TRUE(key);
    EXPECT_EQ(to_hex(key->verify_key().bytes), rfc_public);
    const Bytes message{std::byte{0x72}};
    EXPECT_EQ(to_hex(key->sign(message)), rfc_signature);
}

TEST(Signature, HoldsForItsMessageAndKeyOnly)
{
    const auto key = SigningKey::generate();
    const auto signature = key.sign(as_bytes("manifest"));
    EXPECT_TRUE(verify(key.verify_key(), as_bytes("manifest"), signature));
    EXPECT_FALSE(verify(key.verify_key(), as_bytes("manifest "), signature));
    EXPECT_FALSE(verify(SigningKey::generate().verify_key(), as_bytes("manifest"), signature));
    EXPECT_FALSE(verify(key.verify_key(), as_bytes("manifest"), ByteView(signature).first(63)));
}

TEST(Signature, EveryBitFlipIsNoticed)
{
    const auto key = SigningKey::generate();
    const auto signature = key.sign(as_bytes("manifest"));
    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
        auto changed = signature;
        changed[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        EXPECT_FALSE(verify(key.verify_key(), as_bytes("manifest"), changed)) << "bit " << bit;
    }
}

TEST(VerifyKey, IsReadBackFromPem)
{
    const auto key = SigningKey::generate().verify_key();
    const auto pem = key.pem();
    const auto again = VerifyKey::from_pem(pem);
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(*again, key);
    EXPECT_EQ(key.id().size(), 16U);
}

TEST(VerifyKey, RefusesWhatIsNoPem)
{
    const auto pem = SigningKey::generate().verify_key().pem();
    EXPECT_FALSE(VerifyKey::from_pem(""));
    EXPECT_FALSE(VerifyKey::from_pem("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"));
    EXPECT_FALSE(VerifyKey::from_pem(pem.substr(0, pem.size() - 1)));
    auto other_kind = pem;
    other_kind[30] = 'X'; // inside the object identifier
    EXPECT_FALSE(VerifyKey::from_pem(other_kind));
}

TEST(SigningKey, NeedsThirtyTwoBytes)
{
    EXPECT_FALSE(SigningKey::from_seed(Bytes(31)));
    EXPECT_FALSE(SigningKey::from_seed(Bytes(64)));
}

} // namespace
} // namespace stillwatch::vault
