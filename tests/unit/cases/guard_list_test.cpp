#include "cases/guard_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace stillwatch::cases {
namespace {

using testing::HasSubstr;

// Digests of "abc", from RFC 1321, RFC 3174 and FIPS 180-2.
constexpr std::string_view md5_of_abc = "900150983cd24fb0d6963f7d28e17f72";
constexpr std::string_view sha1_of_abc = "A9993E364706816ABA3E25717850C26C9CD0D89D";
constexpr std::string_view sha256_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string pdq(64, 'a');

GuardList list_of(const std::string& text)
{
    GuardList list;
    EXPECT_TRUE(list.add(text));
    list.finish();
    return list;
}
std::string line(std::string_view kind, std::string_view hex)
{
    std::string text(kind);
    text += ' ';
    text += hex;
    return text;
}

TEST(GuardList, KnowsAFileByEachOfItsDigests)
{
    const auto abc = to_bytes("abc");
    EXPECT_EQ(list_of(line("md5", md5_of_abc)).reason_for(ByteView(abc)), GuardReason::md5);
    EXPECT_EQ(list_of(line("SHA1", sha1_of_abc)).reason_for(ByteView(abc)), GuardReason::sha1);
    EXPECT_EQ(list_of(line("sha256", sha256_of_abc)).reason_for(ByteView(abc)), GuardReason::sha256);
    EXPECT_EQ(list_of(line("sha256", sha256_of_abc)).reason_for(Sha256::of(abc)), GuardReason::sha256);
    EXPECT_FALSE(list_of(line("md5", md5_of_abc)).reason_for(ByteView(to_bytes("abd"))));
}

TEST(GuardList, KnowsAPictureWithinThirtyOneBits)
{
    const auto list = list_of(line("pdq", pdq));
    auto near = *Fingerprint::from_hex(pdq);
    near.words[0] ^= 0x7FFF'FFFF; // 31 bits
    EXPECT_EQ(list.reason_for(std::array{near}), GuardReason::pdq);
    near.words[1] ^= 1;
    EXPECT_FALSE(list.reason_for(std::array{near}));
}

TEST(GuardList, TakesCommentsEmptyLinesAndLineEndsOfWindows)
{
    const auto list =
        list_of("# a list\r\n\r\nmd5\t" + std::string(md5_of_abc) + "  # one\r\n" + line("pdq", pdq));
    EXPECT_EQ(list.size(), 2u);
}

TEST(GuardList, ALineThatCannotBeReadIsNamedAndNothingIsTaken)
{
    for (const std::string wrong :
         {"md5 12", "sha3 00", "md5", "sha256 zz", "900150983cd24fb0d6963f7d28e17f72"}) {
        GuardList list;
        const auto added = list.add(line("pdq", pdq) + "\n" + wrong + "\n");
        ASSERT_FALSE(added) << wrong;
        EXPECT_THAT(added.error().detail, HasSubstr("line 2")) << wrong;
        EXPECT_TRUE(list.is_empty());
    }
}

} // namespace
} // namespace stillwatch::cases
