#include "html/entities.hpp"

#include <gtest/gtest.h>

namespace stillwatch::html {
namespace {

std::string decoded(std::string_view text)
{
    std::string out;
    EXPECT_TRUE(append_decoded(out, text)) << text;
    return out;
}

TEST(Entities, NamesAndNumbersAreDecoded)
{
    EXPECT_EQ(decoded("a&amp;b&lt;&#47;&#x2f;&#X2F&eacute;&sol;&colon;&quot;&apos;"), "a&b<///\xC3\xA9/:\"'");
    EXPECT_EQ(decoded("&#128512;&#150;&#0;&#xD800;&#99999999999;"),
              "\xF0\x9F\x98\x80\xE2\x80\x93\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Entities, WithoutASemicolonTheNextCharacterDecides)
{
    EXPECT_EQ(decoded("?a=1&copy=2&reg&lt x&ampx&notit &yuml"), "?a=1&copy=2\xC2\xAE< x&ampx&notit \xC3\xBF");
    EXPECT_EQ(decoded("&sol x & && &; &# &#x;"), "&sol x & && &; &# &#x;");
}

TEST(Entities, UnknownNamesAreToldAndLeft)
{
    std::string out;
    EXPECT_FALSE(append_decoded(out, "a&fjlig;b&amp;"));
    EXPECT_EQ(out, "a&fjlig;b&");
}

TEST(Entities, XmlKnowsFive)
{
    std::string out;
    EXPECT_TRUE(append_decoded_xml(out, "&amp;&lt;&gt;&quot;&apos;&#65; & &1"));
    EXPECT_EQ(out, "&<>\"'A & &1");
    EXPECT_FALSE(append_decoded_xml(out, "&eacute;&amp"));
    EXPECT_EQ(out, "&<>\"'A & &1&eacute;&amp");
}

} // namespace
} // namespace stillwatch::html
