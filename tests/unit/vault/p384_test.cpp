#include "vault/p384.hpp"

#include "tests/support/command.hpp"
#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"
#include "vault/random.hpp"

#include <gtest/gtest.h>

namespace stillwatch::vault {
namespace {

const Bytes seed = to_bytes("thirty-two bytes that nobody has");

// An ASN.1 INTEGER of a positive number, big-endian.
Bytes der_integer(ByteView number)
{
    while (number.size() > 1 && number.front() == std::byte{0} &&
           (number[1] & std::byte{0x80}) == std::byte{0})
        number = number.subspan(1);
    Bytes der{std::byte{2}};
    const bool needs_sign = (number.front() & std::byte{0x80}) != std::byte{0};
    der.push_back(static_cast<std::byte>(number.size() + (needs_sign ? 1 : 0)));
    if (needs_sign) der.push_back(std::byte{0});
    der.insert(der.end(), number.begin(), number.end());
    return der;
}

// As OpenSSL wants a signature.
Bytes der_signature(const P384Signature& signature)
{
    const auto r = der_integer(ByteView(signature).first(48));
    const auto s = der_integer(ByteView(signature).last(48));
    Bytes der{std::byte{0x30}, static_cast<std::byte>(r.size() + s.size())};
    der.insert(der.end(), r.begin(), r.end());
    der.insert(der.end(), s.begin(), s.end());
    return der;
}

std::string verdict_of_openssl(const P384SigningKey& key, std::string_view message,
                               const P384Signature& signature)
{
    const test::TemporaryDirectory directory;
    test::write_file(directory / "key.der", key.verify_key().spki());
    test::write_file(directory / "signature", der_signature(signature));
    return test::run_command({"openssl", "dgst", "-sha256", "-verify", (directory / "key.der").string(),
                              "-keyform", "DER", "-signature", (directory / "signature").string()},
                             as_bytes(message))
        .out;
}

TEST(P384, SignsWhatOpensslAccepts)
{
    const auto key = P384SigningKey::derive(seed);
    for (int i = 0; i < 8; ++i) { // of different length where a first bit is set or a byte is zero
        const auto message = "sha256:" + std::to_string(i);
        const auto signature = key.sign(as_bytes(message));
        EXPECT_EQ(verdict_of_openssl(key, message, signature), "Verified OK\n") << message;
        EXPECT_NE(verdict_of_openssl(key, message + "x", signature), "Verified OK\n");
    }
}

TEST(P384, HoldsForItsMessageAndKeyOnly)
{
    const auto key = P384SigningKey::derive(seed);
    const auto signature = key.sign(as_bytes("digest"));
    EXPECT_TRUE(verify(key.verify_key(), as_bytes("digest"), signature));
    EXPECT_FALSE(verify(key.verify_key(), as_bytes("digest "), signature));
    EXPECT_FALSE(verify(key.verify_key(), as_bytes("digest"), ByteView(signature).first(95)));
    const auto other = P384SigningKey::derive(as_bytes("another thirty-two bytes of a seed"));
    EXPECT_FALSE(verify(other.verify_key(), as_bytes("digest"), signature));
    for (const auto& nothing : {P384Signature{}, P384Signature{std::byte{255}}})
        EXPECT_FALSE(verify(key.verify_key(), as_bytes("digest"), nothing));
}

TEST(P384, EqualSeedsAndMessagesGiveEqualSignaturesAndNoTwoMessagesOneNonce)
{
    const auto key = P384SigningKey::derive(seed);
    EXPECT_EQ(key.verify_key(), P384SigningKey::derive(seed).verify_key());
    EXPECT_EQ(key.sign(as_bytes("one")), P384SigningKey::derive(seed).sign(as_bytes("one")));
    const auto one = key.sign(as_bytes("one"));
    const auto two = key.sign(as_bytes("two"));
    EXPECT_FALSE(std::equal(one.begin(), one.begin() + 48, two.begin()))
        << "r tells that the nonce was the same";
}

TEST(P384, ReadsOnlyPointsOfTheCurve)
{
    const auto spki = P384SigningKey::derive(seed).verify_key().spki();
    ASSERT_EQ(spki.size(), 120U);
    EXPECT_EQ(P384VerifyKey::from_spki(spki).value().spki(), spki);
    for (std::size_t i = 0; i < spki.size(); ++i) {
        auto changed = spki;
        changed[i] ^= std::byte{1};
        EXPECT_FALSE(P384VerifyKey::from_spki(changed)) << "byte " << i;
    }
    EXPECT_FALSE(P384VerifyKey::from_spki(ByteView(spki).first(119)));
}

} // namespace
} // namespace stillwatch::vault
