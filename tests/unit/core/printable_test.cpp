#include "core/printable.hpp"

#include <gtest/gtest.h>

namespace stillwatch {
namespace {

TEST(Printable, OrdinaryTextOfAnyScriptStaysAsItIs)
{
    for (const auto* text : {"a page", "Grüße", "фото", "صورة", "写真 📷", ""})
        EXPECT_EQ(printable(text), text);
}

TEST(Printable, ControlCharactersOfBothRangesAreWrittenOut)
{
    EXPECT_EQ(printable("a\x1b[31m\n\x7f"), "a\\x1b[31m\\x0a\\x7f");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "\\xc2\\x9b31m");
    EXPECT_EQ(printable("\xc2\x80\xc2\xa0"), "\\xc2\\x80\xc2\xa0");
}

TEST(Printable, BytesThatAreNoUtf8AreWrittenOut)
{
    EXPECT_EQ(printable("\x9b"
                        "2J"),
              "\\x9b2J");
    EXPECT_EQ(printable("\xc2"), "\\xc2");
    EXPECT_EQ(printable("\xe0\x82\x9b"), "\\xe0\\x82\\x9b") << "a control character written too long";
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
}

TEST(Printable, NothingTurnsTheDirectionOfWriting)
{
    EXPECT_EQ(printable("gpj.\u202Eexe"), "gpj.\\xe2\\x80\\xaeexe");
    EXPECT_EQ(printable("\u2066\u200F\u061C"), "\\xe2\\x81\\xa6\\xe2\\x80\\x8f\\xd8\\x9c");
    EXPECT_EQ(printable("\u2028"), "\\xe2\\x80\\xa8");
}

} // namespace
} // namespace stillwatch
