#include "evidence/cdxj.hpp"

#include "evidence/warc.hpp"
#include "evidence/warc_read.hpp"
#include "tests/support/sample_capture.hpp"

#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

TEST(Surt, TurnsTheHostRoundAndSortsTheQuery)
{
    EXPECT_EQ(surt_of("https://www.img.board.example:8443/B.jpg?b=2&a=1"),
              "example,board,img:8443)/b.jpg?a=1&b=2");
    EXPECT_EQ(surt_of("http://board.example/"), "example,board)/");
    EXPECT_EQ(surt_of("http://board.example"), "example,board)/");
    EXPECT_EQ(surt_of("http://www2.board.example/x?"), "example,board)/x");
    EXPECT_EQ(surt_of("http://wwwboard.example/x#part"), "example,wwwboard)/x");
    EXPECT_EQ(surt_of("http://board.example/x?it's"), "example,board)/x?it%27s");
    EXPECT_EQ(surt_of("http://[2001:db8::1]:81/"), "[2001:db8::1]:81)/");
    EXPECT_EQ(surt_of("http://127.0.0.1/a"), "1,0,0,127)/a");
    EXPECT_EQ(surt_of("urn:tls-certificates:https://board.example/"),
              "urn:tls-certificates:https://board.example/");
}

TEST(Mime, IsOneTypeWithoutParameters)
{
    EXPECT_EQ(mime_of({{"Content-Type", " text/html ; charset=utf-8"}}), "text/html");
    EXPECT_EQ(mime_of({{"content-type", "a/b"}, {"Content-Type", "c/d"}}), "a/b, c/d");
    EXPECT_EQ(mime_of({{"Content-Type", "image/\xE4\x01"}}), "image/??");
    EXPECT_EQ(mime_of({{"Content-Length", "3"}}), "");
}

TEST(Cdxj, IsALineARecordSortedByAddress)
{
    CdxRecord page{"https://board.example/b", test::sample_time(), "text/html", 200, "ABC", 10, 20};
    CdxRecord picture{"https://board.example/a", test::sample_time(), "", 0, "", 30, 40};
    EXPECT_EQ(
        render_cdxj(std::vector{page, picture}, "data.warc.gz"),
        "example,board)/a 20261123021700 "
        R"({"url":"https://board.example/a","length":"40","offset":"30","filename":"data.warc.gz"})"
        "\nexample,board)/b 20261123021700 "
        R"({"url":"https://board.example/b","mime":"text/html","status":"200","digest":"ABC","length":"20","offset":"10","filename":"data.warc.gz"})"
        "\n");
}

TEST(Cdxj, WriterAndReaderSayTheSameOfAFile)
{
    const auto capture = test::sample_capture();
    std::vector<WarcExchange> exchanges{{&capture.page[0], ""}};
    for (const auto& fetched : capture.image)
        exchanges.push_back({&fetched, ""});
    const auto file = write_warc({"data.warc.gz", "", "", "", "", test::sample_time()}, exchanges);
    const auto read = read_warc(file.bytes);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(file.index.size(), 5U) << "three answers, two of them with certificates";
    EXPECT_EQ(read->index, file.index);
}

} // namespace
} // namespace stillwatch::evidence
