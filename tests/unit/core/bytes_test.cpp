#include "core/bytes.hpp"
#include "core/digest.hpp"

#include <gtest/gtest.h>

#include <array>

namespace stillwatch {
namespace {

// SHA-256 of "abc", FIPS 180-4 example.
constexpr std::string_view abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Bytes, HexIsLowerCaseAndReadInBothCases)
{
    const std::array bytes{std::byte{0x00}, std::byte{0xAB}, std::byte{0xFF}};
    EXPECT_EQ(to_hex(bytes), "00abff");
    std::array<std::byte, 3> read{};
    EXPECT_TRUE(from_hex("00ABff", read));
    EXPECT_EQ(read, bytes);
}

TEST(Bytes, HexOfAnotherLengthOrLetterIsRefused)
{
    std::array<std::byte, 2> out{};
    for (const std::string_view text : {"", "00", "000", "00000", "000g", "0x00"})
        EXPECT_FALSE(from_hex(text, out)) << text;
}

// The examples of RFC 4648 section 10.
TEST(Bytes, Base64IsPadded)
{
    EXPECT_EQ(to_base64(as_bytes("")), "");
    EXPECT_EQ(to_base64(as_bytes("f")), "Zg==");
    EXPECT_EQ(to_base64(as_bytes("fo")), "Zm8=");
    EXPECT_EQ(to_base64(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Bytes, Base32HasNoPadding)
{
    EXPECT_EQ(to_base32(as_bytes("")), "");
    EXPECT_EQ(to_base32(as_bytes("f")), "MY");
    EXPECT_EQ(to_base32(as_bytes("foob")), "MZXW6YQ");
    EXPECT_EQ(to_base32(as_bytes("foobar")), "MZXW6YTBOI");
}

TEST(Bytes, TextAndBytesAreTheSameView)
{
    EXPECT_EQ(as_text(to_bytes("a\0b")), "a");
    EXPECT_EQ(as_text(as_bytes(std::string_view("a\0b", 3))).size(), 3U);
}

// The hasher is libsodium's portable code, Sha256::of may be the processor's.
TEST(Digest, BothWaysGiveTheSameForEveryLengthOfTheLastBlock)
{
    Bytes data;
    for (int i = 0; i < 300; ++i) {
        Sha256Hasher hasher;
        hasher.update(data);
        EXPECT_EQ(Sha256::of(data), hasher.finish()) << i;
        data.push_back(std::byte(i * 7 + 3));
    }
}

TEST(Digest, Sha256IsThatOfTheStandard)
{
    EXPECT_EQ(Sha256::of(as_bytes("abc")).hex(), abc);
    EXPECT_EQ(Sha256::of({}).hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, PartsHashLikeTheWhole)
{
    Sha256Hasher hasher;
    hasher.update(as_bytes("a"));
    hasher.update({});
    hasher.update(as_bytes("bc"));
    EXPECT_EQ(hasher.finish().hex(), abc);
}

TEST(Digest, HexIsReadBackAndCheckedForLength)
{
    EXPECT_EQ(Sha256::from_hex(abc), Sha256::of(as_bytes("abc")));
    EXPECT_EQ(Sha256::from_hex(abc.substr(2)), std::nullopt);
    EXPECT_EQ(Sha256::from_hex(""), std::nullopt);
}

} // namespace
} // namespace stillwatch
