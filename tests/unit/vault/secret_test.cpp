#include "vault/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

namespace stillwatch::vault {
namespace {

TEST(SecretBytes, BeginAsZeros)
{
    const SecretBytes secret(48);
    ASSERT_EQ(secret.size(), 48U);
    EXPECT_TRUE(std::ranges::all_of(secret.bytes(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST(SecretBytes, CompareByContentAndLength)
{
    const auto secret = SecretBytes::copy_of(as_bytes("one secret"));
    EXPECT_TRUE(secret.same_as(as_bytes("one secret")));
    EXPECT_FALSE(secret.same_as(as_bytes("one secreT")));
    EXPECT_FALSE(secret.same_as(as_bytes("one secre")));
    EXPECT_TRUE(SecretBytes().same_as({}));
}

TEST(SecretBytes, MoveLeavesNothingBehind)
{
    auto first = SecretBytes::copy_of(as_bytes("moved"));
    const auto second = std::move(first);
    EXPECT_EQ(second.text(), "moved");
    first = SecretBytes();
    EXPECT_TRUE(first.empty());
}

TEST(SecretBytesDeathTest, ReadingPastTheEndEndsTheProcess)
{
    const SecretBytes secret(4096);
    const volatile std::byte* behind = secret.bytes().data() + 4096;
    EXPECT_DEATH((void)static_cast<std::byte>(*behind), "");
}

TEST(LockedMemoryError, NamesLimitAndFix)
{
    const std::string text = LockedMemoryError(8192, ENOMEM).what();
    EXPECT_NE(text.find("cannot lock 8 KiB"), std::string::npos) << text;
    EXPECT_NE(text.find("RLIMIT_MEMLOCK"), std::string::npos) << text;
    EXPECT_NE(text.find("LimitMEMLOCK="), std::string::npos) << text;
}

} // namespace
} // namespace stillwatch::vault
