#include "alerts/mime.hpp"

#include "tests/unit/alerts/fakes.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace stillwatch::alerts {

using testing::HasSubstr;

namespace {

Letter sample_letter()
{
    return {"desk@helpline.example",
            "a@helpline.example",
            "[Desk] 1 item",
            "alt_x.desk@helpline.example",
            "case.C-1@helpline.example",
            at("2026-11-23T02:17:00Z"),
            "line\n",
            "<p>line</p>\n"};
}

TEST(Mime, HeadersSayWhoWhenAndThatNobodyShallAnswer)
{
    const auto message = compose(sample_letter()).value();
    EXPECT_THAT(message, testing::StartsWith(
                             "Date: Mon, 23 Nov 2026 02:17:00 +0000\r\nFrom: desk@helpline.example\r\n"
                             "To: a@helpline.example\r\nMessage-ID: <alt_x.desk@helpline.example>\r\n"));
    for (const auto* line :
         {"\r\nAuto-Submitted: auto-generated\r\n", "\r\nX-Auto-Response-Suppress: All\r\n",
          "\r\nMIME-Version: 1.0\r\n", "\r\nReferences: <case.C-1@helpline.example>\r\n",
          "\r\nSubject: [Desk] 1 item\r\n"})
        EXPECT_THAT(message, HasSubstr(line));
}

TEST(Mime, TheSameLetterGivesTheSameBytes)
{
    EXPECT_EQ(compose(sample_letter()).value(), compose(sample_letter()).value());
}

TEST(Mime, PlainTextComesBeforeHtml)
{
    const auto message = compose(sample_letter()).value();
    EXPECT_LT(message.find("text/plain"), message.find("text/html"));
    EXPECT_TRUE(message.ends_with("--\r\n"));
}

TEST(Mime, LinesEndWithCrlfAndStayShort)
{
    auto letter = sample_letter();
    letter.text = std::string(5000, 'x');
    letter.text += "\n" + std::string(3000, ' ') + "\n";
    letter.subject = std::string(3000, 'y');
    const auto message = compose(letter).value();
    std::size_t begin = 0;
    while (begin < message.size()) {
        const auto end = message.find('\n', begin);
        ASSERT_NE(end, std::string::npos);
        ASSERT_GT(end, begin);
        EXPECT_EQ(message[end - 1], '\r');
        EXPECT_LE(end + 1 - begin, 1000U);
        begin = end + 1;
    }
}

TEST(Mime, HeadersCannotBeInjected)
{
    for (const auto* bad :
         {"a@x\r\nBcc: b@y", "a@x\nBcc: b@y", "a@x, b@y", "A <a@x>", "a@x>", "", "a", "a b@x", "a@x@y"}) {
        auto letter = sample_letter();
        letter.to = bad;
        EXPECT_FALSE(compose(letter).has_value()) << bad;
        letter = sample_letter();
        letter.from = bad;
        EXPECT_FALSE(compose(letter).has_value()) << bad;
        letter = sample_letter();
        letter.message_id = bad;
        EXPECT_FALSE(compose(letter).has_value()) << bad;
    }
    auto letter = sample_letter();
    letter.subject = "x\r\nBcc: b@y\r\n\r\nbody";
    const auto message = compose(letter).value();
    EXPECT_EQ(message.find("\r\nBcc"), std::string::npos);
    EXPECT_THAT(message, HasSubstr("Subject: x  Bcc: b@y    body\r\n"));
}

TEST(Mime, BodyCannotEndTheMessage)
{
    auto letter = sample_letter();
    letter.text = "a\n.\nb\n..\n";
    const auto message = compose(letter).value();
    EXPECT_EQ(message.find("\r\n."), std::string::npos);
}

TEST(QuotedPrintable, EncodesWhatMailWouldChange)
{
    EXPECT_EQ(quoted_printable("a=b\n"), "a=3Db\r\n");
    EXPECT_EQ(quoted_printable("end \n"), "end=20\r\n");
    EXPECT_EQ(quoted_printable("grün"), "gr=C3=BCn");
    EXPECT_EQ(quoted_printable("a\rb\tc"), "a=0Db=09c");
    std::istringstream lines(quoted_printable(std::string(200, '=')));
    for (std::string line; std::getline(lines, line);)
        EXPECT_LE(line.size(), 77U);
}

TEST(HeaderText, EncodesOtherScriptsWithoutCuttingCharacters)
{
    EXPECT_EQ(header_text("plain"), "plain");
    EXPECT_EQ(header_text("grün"), "=?utf-8?B?Z3LDvG4=?=");
    EXPECT_EQ(header_text("=?utf-8?Q?fake?="), "=?utf-8?B?PT91dGYtOD9RP2Zha2U/PQ==?=");
    std::string long_text;
    for (int i = 0; i < 50; ++i)
        long_text += "ü";
    const auto encoded = header_text(long_text);
    EXPECT_THAT(encoded, HasSubstr("?=\r\n =?"));
    // 44 bytes, 22 whole characters, in the first piece.
    EXPECT_EQ(encoded.find("?="), std::string("=?utf-8?B?").size() + 60);
}

} // namespace
} // namespace stillwatch::alerts
