#include "alerts/leak.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::alerts {
namespace {

constexpr std::string_view desk = "https://desk.example/a/1?x=1&y=2";

TEST(Leak, TheConfiguredLinkIsNone)
{
    EXPECT_TRUE(is_content_free("see https://desk.example/a/1?x=1&y=2\n", desk));
    EXPECT_TRUE(is_content_free("<a href=\"https://desk.example/a/1?x=1&amp;y=2\">desk</a>", desk));
    EXPECT_TRUE(is_content_free("https://desk.exam=\r\nple/a/1?x=3D1&y=3D2", desk));
    EXPECT_FALSE(is_content_free("see https://desk.example/a/1?x=1&y=2", ""));
}

TEST(Leak, AnyOtherAddressIsOne)
{
    EXPECT_FALSE(is_content_free("see http://board.example/", desk));
    EXPECT_FALSE(is_content_free("see HTTPS://BOARD.example/", desk));
    EXPECT_FALSE(is_content_free("see htt=\r\nps://board.example/", desk));
    EXPECT_FALSE(is_content_free("see https=3A//board.example/", desk));
    EXPECT_FALSE(is_content_free("{\"u\":\"https:\\/\\/board.example\"}", desk));
    EXPECT_FALSE(is_content_free("see www.board.example", desk));
    EXPECT_FALSE(is_content_free("https://desk.example/a/1?x=1&y=2/../board", desk));
}

TEST(Leak, PicturesAndAttachmentsAreSome)
{
    for (const auto* text :
         {"Content-Type: image/png", "<IMG SRC=x>", "data:text/plain,abc", "Content-Disposition: attachment",
          "Content-Transfer-Encoding: base64", "Content-Type: application/pdf"})
        EXPECT_FALSE(is_content_free(text, desk)) << text;
}

TEST(Leak, LongBase64IsOneEvenBrokenIntoLines)
{
    std::string block;
    for (int line = 0; line < 40; ++line)
        block += std::string(76, 'A') + "\r\n";
    EXPECT_FALSE(is_content_free(block, desk));
    EXPECT_TRUE(is_content_free(block.substr(0, 1000), desk));
}

} // namespace
} // namespace stillwatch::alerts
