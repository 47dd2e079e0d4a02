#include "html/charset.hpp"

#include "tests/unit/html/links_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::html {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

std::string charset_of(std::string_view document, std::string_view content_type = "")
{
    return decode_text(as_bytes(document), content_type).charset;
}

TEST(Charset, TheByteOrderMarkWinsOverTheHeader)
{
    EXPECT_EQ(charset_of("\xEF\xBB\xBFx", "text/html; charset=koi8-r"), "utf-8");
    EXPECT_EQ(charset_of("\xFF\xFEx\0"s, "text/html; charset=koi8-r"), "utf-16le");
    EXPECT_EQ(charset_of("\xFE\xFF\0x"s), "utf-16be");
}

TEST(Charset, TheHeaderWinsOverMeta)
{
    EXPECT_EQ(charset_of("<meta charset=utf-8>", "text/html;charset=\"Windows-1251\""), "windows-1251");
    EXPECT_EQ(charset_of("<meta charset=big5>", "text/html; charset=nonsense"), "big5");
}

TEST(Charset, MetaIsReadInBothForms)
{
    EXPECT_EQ(charset_of("<!-- <meta charset=big5> --><html><meta charset='Shift-JIS'>"), "shift_jis");
    EXPECT_EQ(charset_of("<META content='text/html; charset=KOI8-R' http-equiv=Content-Type>"), "koi8-r");
    EXPECT_EQ(charset_of("<meta name=x content='text/html; charset=koi8-r'>"), "utf-8");
    EXPECT_EQ(charset_of("<meta charset=utf-16>"), "utf-8");
    EXPECT_EQ(charset_of("<meta charset=latin1>"), "windows-1252");
}

TEST(Charset, WithoutDeclarationValidityDecides)
{
    EXPECT_EQ(charset_of("\xC3\xA9"), "utf-8");
    EXPECT_EQ(charset_of("\xE9t\xE9"), "windows-1252");
    EXPECT_EQ(charset_of("<\0!\0"s), "utf-16le");
}

TEST(Charset, WithoutDeclarationTheWordsOfALegacyPageTell)
{
    const auto page = [](std::string_view charset, std::string_view words) {
        std::string text = "<html><body class=\"english words, and more of them\">";
        for (int i = 0; i < 3; ++i)
            text += "<p>" + encode_text(words, charset) + "</p><img src='/files/" +
                    encode_text(words.substr(0, words.find(' ')), charset) + ".jpg'>";
        return text;
    };
    const std::string russian = "архив фотографий форум сообщения пользователей раздел";
    for (const auto* charset : {"windows-1251", "koi8-r"})
        EXPECT_EQ(charset_of(page(charset, russian)), charset);
    EXPECT_EQ(charset_of(page("shift_jis", "写真の掲示板です。画像をアップロードしてください")), "shift_jis");
    EXPECT_EQ(charset_of(page("euc-jp", "写真の掲示板です。画像をアップロードしてください")), "euc-jp");
    EXPECT_EQ(charset_of(page("big5", "請上傳圖片到論壇的相簿裡面")), "big5");
    EXPECT_EQ(charset_of(page("euc-kr", "사진 게시판에 그림을 올려 주세요")), "euc-kr");
    EXPECT_EQ(charset_of(page("gb18030", "请把图片上传到论坛的相册里面")), "gb18030");
    EXPECT_EQ(charset_of(page("windows-1252", "größere Übersicht für Schüler und Mädchen, café")),
              "windows-1252");
}

TEST(Charset, LegacyTextBecomesUtf8)
{
    const auto text_of = [](std::string_view document, std::string_view type) {
        return std::string(decode_text(as_bytes(document), type).text());
    };
    EXPECT_EQ(text_of("\xEF\xF0\xE8", "text/html; charset=windows-1251"), "\u043f\u0440\u0438");
    EXPECT_EQ(text_of("\x93\xFA\x96\x7B", "text/html; charset=sjis"), "\u65e5\u672c");
    EXPECT_EQ(text_of("\xD6\xD0", "text/html; charset=gb2312"), "\u4e2d");
    EXPECT_EQ(text_of("\x80", "text/html; charset=iso-8859-1"), "\u20ac");
    EXPECT_EQ(text_of("\xFE\xFF\0x\x20\xAC"s, ""), "x\u20ac");
}

TEST(Charset, EveryNameHasAConverter)
{
    for (const auto* name :
         {"windows-1250", "windows-1251",   "windows-1252", "windows-1253", "windows-1254", "windows-1255",
          "windows-1256", "windows-1257",   "windows-1258", "windows-874",  "iso-8859-2",   "iso-8859-3",
          "iso-8859-4",   "iso-8859-5",     "iso-8859-6",   "iso-8859-7",   "iso-8859-8",   "iso-8859-10",
          "iso-8859-13",  "iso-8859-14",    "iso-8859-15",  "koi8-r",       "koi8-u",       "ibm866",
          "macintosh",    "x-mac-cyrillic", "gbk",          "gb18030",      "big5",         "euc-jp",
          "iso-2022-jp",  "shift_jis",      "euc-kr"}) {
        const auto decoded = decode_text(as_bytes("abc"), "text/html; charset="s + name);
        EXPECT_EQ(decoded.charset, name);
        EXPECT_EQ(decoded.converted, "abc") << name;
    }
}

TEST(Charset, LinksOfUtf16AndWronglyDeclaredPagesAreFound)
{
    std::string wide = "\xFF\xFE"s;
    for (const char c : "<img src=1.jpg>"s)
        wide += std::string{c, '\0'};
    EXPECT_THAT(links_of(page_of(wide)), ElementsAre("img_src image ~/1.jpg"));
    EXPECT_THAT(links_of(page_of("<img src=\xE9.jpg><img src=2.jpg>", "text/html; charset=utf-8")),
                ElementsAre("img_src image ~/%E9.jpg", "img_src image ~/2.jpg"));
    EXPECT_THAT(links_of(page_of("<img src=\xE9.jpg>", "text/html; charset=latin1")),
                ElementsAre("img_src image ~/%C3%A9.jpg"));
}

TEST(Charset, QueriesGoInTheCharsetOfTheirDocument)
{
    EXPECT_THAT(
        links_of(page_of("<a href='/\xEA?q=\xEA&amp;x=1'>x</a><a href='?q=&#9829;'>x</a>",
                         "text/html; charset=windows-1251")),
        ElementsAre("a_href page http://a.example/%D0%BA?q=%EA&x=1", "a_href page ~/page.html?q=%E2%99%A5"));
    EXPECT_EQ(encode_text("\xD0\xBA", "koi8-r"), "\xCB");
    EXPECT_EQ(encode_text("\xD0\xBA", "windows-1252"), "\xD0\xBA"); // not there
    EXPECT_EQ(encode_text("\xD0\xBA", "utf-16le"), "\xD0\xBA");
}

TEST(Charset, ADeclaredUtf16WithoutZerosIsNone)
{
    EXPECT_EQ(decode_text(as_bytes("<img src=1.jpg>"), "text/html; charset=utf-16").charset, "utf-8");
    EXPECT_EQ(decode_text(as_bytes("<\0p\0>\0"s), "text/html; charset=utf-16").charset, "utf-16le");
}

} // namespace
} // namespace stillwatch::html
