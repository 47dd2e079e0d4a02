#include "config/checks.hpp"

#include <gtest/gtest.h>

namespace stillwatch::config {
namespace {

TEST(ConfigChecks, BlocksWithHostBitsAreRefused)
{
    EXPECT_TRUE(parse_block("127.0.0.0/8").has_value());
    EXPECT_TRUE(parse_block("fd00::/8").has_value());
    EXPECT_TRUE(parse_block("10.0.0.1/32").has_value());
    for (const auto* bad :
         {"127.0.0.1/8", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "fd00::1/8", "x/8", "", "10.0.0.0/8/8"})
        EXPECT_FALSE(parse_block(bad).has_value()) << bad;
}

TEST(ConfigChecks, BlocksContainTheirAddresses)
{
    const auto block = parse_block("172.16.0.0/12");
    ASSERT_TRUE(block.has_value());
    EXPECT_TRUE(block->contains(*parse_block("172.31.255.255/32")));
    EXPECT_FALSE(block->contains(*parse_block("172.32.0.0/32")));
    EXPECT_FALSE(block->contains(*parse_block("::1/128")));
    EXPECT_FALSE(block->contains(*parse_block("172.0.0.0/8")));
}

TEST(ConfigChecks, MailAddressesArePlain)
{
    EXPECT_TRUE(is_mail_address("desk@helpline.example"));
    EXPECT_TRUE(is_mail_address("o'neil+x@localhost"));
    for (const auto* bad : {"desk", "@x", "a@", "a b@x", "A <a@x>", "a@x\r\nBcc: b@x", "a@x,b@x",
                            "a@[127.0.0.1]", "a@-x", "\"a\"@x", "ä@x"})
        EXPECT_FALSE(is_mail_address(bad)) << bad;
}

TEST(ConfigChecks, NamesAreShortAndPlain)
{
    EXPECT_TRUE(is_name("example-board_2.x"));
    for (const auto* bad : {"", "-a", "a b", "ä", "a/b", "a\n"})
        EXPECT_FALSE(is_name(bad)) << bad;
    EXPECT_FALSE(is_name(std::string(65, 'a')));
}

TEST(ConfigChecks, ScopeHostsAreNormalised)
{
    EXPECT_EQ(scope_host("IMG.Board.example"), "img.board.example");
    EXPECT_EQ(scope_host("board.example:8080"), "board.example:8080");
    EXPECT_EQ(scope_host("[::1]:8080"), "[::1]:8080");
    EXPECT_EQ(scope_host("[::1]"), "[::1]");
    for (const auto* bad :
         {"", "board.example:80", "board.example:443", "a/b", "u@h", "h:", "h:0x1", "h:70000", "*.example"})
        EXPECT_FALSE(scope_host(bad).has_value()) << bad;
}

} // namespace
} // namespace stillwatch::config
