#include "vault/bech32.hpp"

#include "vault/age.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace stillwatch::vault {
namespace {

std::string lower(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

class ValidBech32 : public testing::TestWithParam<const char*> {};

TEST_P(ValidBech32, IsReadAndWrittenBack)
{
    const auto decoded = decode_bech32(GetParam());
    ASSERT_TRUE(decoded) << to_string(decoded.error());
    EXPECT_EQ(encode_bech32(decoded->prefix, decoded->data), lower(GetParam()));
}

// Test vectors of BIP 173 whose data are whole bytes.
INSTANTIATE_TEST_SUITE_P(
    Bip173, ValidBech32,
    testing::Values(
        "A12UEL5L", "a12uel5l",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
        "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl"));

class InvalidBech32 : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(InvalidBech32, IsRefusedWithAReason)
{
    const auto decoded = decode_bech32(GetParam().first);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, Errc::invalid_argument);
    EXPECT_NE(decoded.error().detail.find(GetParam().second), std::string::npos) << decoded.error().detail;
}

INSTANTIATE_TEST_SUITE_P(
    Bip173, InvalidBech32,
    testing::Values(
        std::pair("\x20"
                  "1nwldj5",
                  "printable"),
        std::pair("\x7f"
                  "1axkwrx",
                  "printable"),
        std::pair("\x80"
                  "1eym55h",
                  "printable"),
        std::pair(
            "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx",
            "90 characters"),
        std::pair("pzry9x0s0muk", "no prefix"), std::pair("1pzry9x0s0muk", "no prefix"),
        std::pair("x1b4n0q5v", "no bech32 character"), std::pair("li1dgmt3", "too short"),
        std::pair("A1G7SGD8", "checksum"), std::pair("10a06t8", "no prefix"),
        std::pair("1qzzfhee", "no prefix"), std::pair("a12UEL5L", "mixed")));

TEST(AgeRecipient, IsReadAndWrittenBack)
{
    const auto identity = generate_age_identity();
    const auto recipient = AgeRecipient::parse(identity.recipient);
    ASSERT_TRUE(recipient) << to_string(recipient.error());
    EXPECT_EQ(recipient->text(), identity.recipient);
    EXPECT_TRUE(identity.recipient.starts_with("age1"));
    EXPECT_TRUE(identity.identity.text().starts_with("AGE-SECRET-KEY-1"));
}

TEST(AgeRecipient, ASecretIdentityIsRefusedByName)
{
    const auto identity = generate_age_identity();
    const auto refused = AgeRecipient::parse(identity.identity.text());
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("secret age identity"), std::string::npos);
    EXPECT_EQ(refused.error().detail.find(identity.identity.text()), std::string::npos);
}

TEST(AgeRecipient, EveryWrongLetterIsNoticed)
{
    const auto text = generate_age_identity().recipient;
    for (std::size_t i = 4; i < text.size(); ++i) {
        auto changed = text;
        changed[i] = text[i] == 'q' ? 'p' : 'q';
        const auto refused = AgeRecipient::parse(changed);
        ASSERT_FALSE(refused) << changed;
        EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    }
}

TEST(AgeRecipient, OtherKeysAreRefused)
{
    EXPECT_FALSE(AgeRecipient::parse("ssh-ed25519 AAAA"));
    EXPECT_FALSE(AgeRecipient::parse("a12uel5l"));
    EXPECT_FALSE(AgeRecipient::parse(encode_bech32("age", Bytes(31))));
}

} // namespace
} // namespace stillwatch::vault
