#include "videos/segment_key.hpp"

#include <gtest/gtest.h>

namespace stillwatch::videos {
namespace {

Bytes from(std::string_view hex)
{
    Bytes bytes(hex.size() / 2);
    EXPECT_TRUE(from_hex(hex, bytes));
    return bytes;
}

std::array<std::byte, key_bytes> sixteen(std::string_view hex)
{
    std::array<std::byte, key_bytes> bytes{};
    EXPECT_TRUE(from_hex(hex, bytes));
    return bytes;
}

// RFC 3602 section 4, case 1: key, vector and cipher text; its clear text is one whole block, so what stands
// in for the padding here is a block of our own behind it.
TEST(SegmentKey, DecryptsWhatTheStandardEncrypts)
{
    const auto key = sixteen("06a9214036b8a15b512e03d534120006");
    const auto vector = sixteen("3dafba429d9eb430b422da802c9fac41");
    const auto refused = decrypted(from("e353779c1079aeb82708942dbe77181a"), key, vector);
    ASSERT_FALSE(refused); // "Single block msg" ends with no padding
    EXPECT_EQ(refused.error().code, Errc::malformed);
}

// Made with `printf 'a segment of a video' | openssl enc -aes-128-cbc -K 00…0f -iv 00…07`.
TEST(SegmentKey, TakesThePaddingOff)
{
    const auto key = sixteen("000102030405060708090a0b0c0d0e0f");
    SegmentKey told{"https://v.example/k", {}};
    Segment segment;
    segment.sequence = 7;
    EXPECT_EQ(to_hex(vector_of(told, segment)), "00000000000000000000000000000007");
    const auto clear = decrypted(from("bc5126d1f34eacece7fd745f3a06a1eaff6c092da09318d8bf23166dfd5af362"),
                                 key, vector_of(told, segment));
    ASSERT_TRUE(clear);
    EXPECT_EQ(as_text(*clear), "a segment of a video");
    told.iv = sixteen("ff000000000000000000000000000000");
    EXPECT_EQ(to_hex(vector_of(told, segment)), "ff000000000000000000000000000000");
}

TEST(SegmentKey, AnotherKeyOrHalfASegmentIsNone)
{
    const auto key = sixteen("000102030405060708090a0b0c0d0eff");
    EXPECT_EQ(decrypted(from("bc5126d1f34eacece7fd745f3a06a1eaff6c092da09318d8bf23166dfd5af362"), key, {})
                  .error()
                  .code,
              Errc::malformed);
    EXPECT_EQ(decrypted(from("0011"), key, {}).error().code, Errc::malformed);
    EXPECT_EQ(decrypted({}, key, {}).error().code, Errc::malformed);
}

} // namespace
} // namespace stillwatch::videos
