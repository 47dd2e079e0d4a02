#include "evidence/warc.hpp"

#include "evidence/gzip.hpp"
#include "evidence/warc_read.hpp"
#include "tests/support/sample_capture.hpp"

#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

const WarcInfo sample_info{"data.warc.gz", "stillwatch 0.1.0",    "Example\r\nHelpline", "Stillwatch/0.1",
                           "obey",         test::sample_time(500)};

std::vector<std::string> records_of(ByteView file)
{
    std::vector<std::string> records;
    while (!file.empty()) {
        const auto record = gunzip_member(file, 1U << 24U);
        if (!record) return {};
        records.emplace_back(as_text(*record));
    }
    return records;
}

std::vector<std::string> records_of(const Fetched& fetched, const std::string& via = "")
{
    const std::vector exchanges{WarcExchange{&fetched, via}};
    return records_of(write_warc(sample_info, exchanges).bytes);
}

bool has_line(const std::string& record, std::string_view line)
{
    return record.find(std::string("\r\n").append(line).append("\r\n")) != std::string::npos;
}

std::string field(const std::string& record, const std::string& name)
{
    const auto begin = record.find("\r\n" + name + ": ");
    if (begin == std::string::npos) return {};
    const auto value = begin + name.size() + 4;
    return record.substr(value, record.find("\r\n", value) - value);
}

TEST(Warc, HasARecordForEachPartOfAnExchange)
{
    const auto records = records_of(test::fetched_page());
    ASSERT_EQ(records.size(), 5U);
    const std::vector<std::string> types{"warcinfo", "response", "request", "resource", "metadata"};
    for (std::size_t i = 0; i < types.size(); ++i) {
        EXPECT_TRUE(records[i].starts_with("WARC/1.1\r\nWARC-Type: " + types[i] + "\r\n")) << records[i];
        EXPECT_TRUE(records[i].ends_with("\r\n\r\n"));
    }
}

TEST(Warc, ResponseHoldsTheBytesAsReceivedAndWhoSentThem)
{
    const auto page = test::fetched_page();
    const auto response = records_of(page)[1];
    EXPECT_NE(response.find("\r\n\r\n" + page.response_head + std::string(as_text(page.body)) + "\r\n\r\n"),
              std::string::npos);
    EXPECT_TRUE(has_line(response, "WARC-Target-URI: https://board.example/thread/canary-page"));
    EXPECT_TRUE(has_line(response, "WARC-Date: 2026-11-23T02:17:00.250Z"));
    EXPECT_TRUE(has_line(response, "WARC-IP-Address: 192.0.2.1"));
    EXPECT_TRUE(has_line(response, "WARC-Protocol: http/1.1"));
    EXPECT_TRUE(has_line(response, "WARC-Protocol: tls/1.3"));
    EXPECT_TRUE(has_line(response, "WARC-Cipher-Suite: TLS_AES_128_GCM_SHA256"));
    EXPECT_TRUE(has_line(response, "Content-Type: application/http; msgtype=response"));
    EXPECT_EQ(response.find("WARC-Truncated"), std::string::npos);
}

TEST(Warc, PayloadDigestIsOfTheBodyWithoutChunks)
{
    const auto response = records_of(test::fetched_page())[1];
    EXPECT_EQ(field(response, "WARC-Payload-Digest"), warc_digest(as_bytes("<p>canary-page-content</p>")));
}

TEST(Warc, AMalformedBodyHasNoPayloadDigest)
{
    auto page = test::fetched_page();
    page.body = to_bytes("not chunked");
    const auto response = records_of(page)[1];
    EXPECT_EQ(field(response, "WARC-Payload-Digest"), "");
    EXPECT_NE(field(response, "WARC-Block-Digest"), "");
}

TEST(Warc, PlainHttpHasNoCipherAndNoChain)
{
    const auto records = records_of(test::fetched_redirect());
    ASSERT_EQ(records.size(), 4U);
    EXPECT_EQ(field(records[1], "WARC-Cipher-Suite"), "");
    EXPECT_EQ(field(records[1], "WARC-Protocol"), "http/1.1");
    EXPECT_EQ(field(records[1], "WARC-IP-Address"), "2001:db8::1");
}

TEST(Warc, Http2HeadsStandInHttp1Syntax)
{
    const auto records = records_of(test::fetched_image());
    EXPECT_TRUE(has_line(records[1], "WARC-Protocol: h2"));
    EXPECT_TRUE(has_line(records[1], "HTTP/1.1 200 "));
    EXPECT_TRUE(has_line(records[2], "GET /1.jpg HTTP/1.1"));
}

TEST(Warc, AHeadOfHttp1StaysAsItCameWhateverItSays)
{
    auto page = test::fetched_page();
    page.interim = {103, 103};
    page.response_head = "HTTP/2 404 \nHTTP/1.1 200 OK: x\nA : b\n\t c\n\rX: 1\n";
    page.body = {};
    const auto records = records_of(page);
    EXPECT_NE(records[1].find("\r\n\r\n" + page.response_head + "\r\n\r\n"), std::string::npos);
    EXPECT_TRUE(has_line(records[4], "interimStatuses: 103, 103"));
}

TEST(Warc, ACutBodySaysSo)
{
    auto image = test::fetched_image();
    image.cut = Cut::size;
    EXPECT_TRUE(has_line(records_of(image)[1], "WARC-Truncated: length"));
    image.cut = Cut::time;
    EXPECT_TRUE(has_line(records_of(image)[1], "WARC-Truncated: time"));
    image.cut = Cut::disconnect;
    EXPECT_TRUE(has_line(records_of(image)[1], "WARC-Truncated: disconnect"));
}

TEST(Warc, OurCredentialsAreReplacedAndNamedOnTheRecord)
{
    const auto records = records_of(test::fetched_page());
    EXPECT_EQ(records[2].find("canary-cookie"), std::string::npos);
    EXPECT_TRUE(has_line(records[2], "Cookie: redacted"));
    EXPECT_TRUE(has_line(records[2], "X-Stillwatch-Redacted: Cookie"));
}

TEST(Warc, PartsPointToTheirResponse)
{
    const auto records = records_of(test::fetched_page());
    const auto id = field(records[1], "WARC-Record-ID");
    EXPECT_TRUE(id.starts_with("<urn:uuid:"));
    for (std::size_t i = 2; i < 5; ++i)
        EXPECT_EQ(field(records[i], "WARC-Concurrent-To"), id);
    EXPECT_EQ(field(records[1], "WARC-Warcinfo-ID"), field(records[0], "WARC-Record-ID"));
    EXPECT_EQ(field(records[3], "Content-Type"), "application/pem-certificate-chain");
}

TEST(Warc, MetadataSayWhereTheAddressCameFrom)
{
    const auto records = records_of(test::fetched_image(), "https://board.example/");
    EXPECT_TRUE(has_line(records[4], "fetchTimeMs: 120"));
    EXPECT_NE(records[4].find("\r\n\r\nvia: https://board.example/\r\n"), std::string::npos);
}

TEST(Warc, ALineBreakInASettingMakesNoField)
{
    const auto info = records_of(test::fetched_page())[0];
    EXPECT_TRUE(has_line(info, "operator: Example  Helpline"));
}

TEST(Warc, EqualInputGivesEqualBytes)
{
    const auto image = test::fetched_image();
    const std::vector exchanges{WarcExchange{&image, ""}, WarcExchange{&image, ""}};
    const auto file = write_warc(sample_info, exchanges).bytes;
    EXPECT_EQ(file, write_warc(sample_info, exchanges).bytes);
    const auto records = records_of(file);
    ASSERT_EQ(records.size(), 9U);
    EXPECT_NE(field(records[1], "WARC-Record-ID"), field(records[5], "WARC-Record-ID"));
}

TEST(WarcRead, CountsTheRecords)
{
    const auto page = test::fetched_page();
    auto cut = test::fetched_page();
    cut.body.resize(12);
    cut.cut = Cut::disconnect;
    const auto image = test::fetched_image();
    const std::vector exchanges{WarcExchange{&page, ""}, WarcExchange{&cut, ""}, WarcExchange{&image, ""}};
    const auto checked = read_warc(write_warc(sample_info, exchanges).bytes);
    ASSERT_TRUE(checked) << to_string(checked.error());
    EXPECT_EQ(checked->records, 13U);
    EXPECT_EQ(checked->exchanges.size(), 3U);
}

Bytes file_of(const std::vector<std::string>& records)
{
    Bytes file;
    for (const auto& record : records) {
        const auto member = gzip_member(as_bytes(record));
        file.insert(file.end(), member.begin(), member.end());
    }
    return file;
}

std::string error_of(const std::vector<std::string>& records)
{
    const auto read = read_warc(file_of(records));
    return read ? "" : read.error().detail;
}

// Of the sample's file with one change in its second record.
std::string error_of(std::string_view from, std::string_view to)
{
    auto records = records_of(test::fetched_page());
    const auto position = records[1].find(from);
    EXPECT_NE(position, std::string::npos) << from;
    records[1].replace(position, from.size(), to);
    return error_of(records);
}

TEST(WarcRead, NamesRecordAndFault)
{
    EXPECT_EQ(error_of("canary-page-content", "canary-page-CONTENT"), "WARC record 2: block digest differs");
    EXPECT_EQ(error_of("WARC-Payload-Digest: sha256:", "WARC-Payload-Digest: sha256:A"),
              "WARC record 2: its id is not that of its fields and its place in the file");
    EXPECT_EQ(error_of("Content-Length: ", "Content-Length: 1"), "WARC record 2: Content-Length is wrong");
    EXPECT_EQ(error_of("WARC/1.1", "WARC/0.9"), "WARC record 2: no WARC/1.1 head");
    EXPECT_EQ(error_of("WARC-IP-Address: ", "WARC-IP-Address- "),
              "WARC record 2: a line of the head is no field");
}

TEST(WarcRead, RecordsOutOfTheirOrderAreNamed)
{
    auto records = records_of(test::fetched_page());
    std::swap(records[2], records[3]);
    EXPECT_EQ(error_of(records), "WARC record 3: its id is not that of its fields and its place in the file");
}

TEST(WarcRead, AdditionalAndMissingRecordsAreNamed)
{
    auto records = records_of(test::fetched_page());
    records.push_back(records[4]);
    EXPECT_EQ(error_of(records), "WARC record 6: its id is not that of its fields and its place in the file");
    records.resize(3);
    EXPECT_EQ(error_of(records), "the last exchange is not complete");
}

// A record with the id that its fields and place ask for, as somebody who knows the format would make it.
std::string with_right_id(const std::string& record, std::size_t number, std::string_view type)
{
    const auto begin = record.find("\r\n", record.find("WARC-Record-ID: ")) + 2;
    const auto rest = record.substr(begin, record.find("\r\n\r\n") + 2 - begin);
    return "WARC/1.1\r\nWARC-Type: " + std::string(type) +
           "\r\nWARC-Record-ID: " + warc_record_id(number, type, rest) + "\r\n" + record.substr(begin);
}

TEST(WarcRead, ARecordWithTheRightIdInAWrongPlaceIsNamed)
{
    auto records = records_of(test::fetched_page());
    records.push_back(with_right_id(records[4], 6, "metadata"));
    EXPECT_EQ(error_of(records), "WARC record 6: metadata where a response belongs");
    records = records_of(test::fetched_page());
    records.insert(records.begin() + 2, with_right_id(records[4], 3, "metadata"));
    EXPECT_EQ(error_of(records), "WARC record 3: metadata out of its place");
    records = records_of(test::fetched_page());
    records.push_back(with_right_id(records[0], 6, "warcinfo"));
    EXPECT_EQ(error_of(records), "WARC record 6: belongs to another file");
}

TEST(WarcRead, GivesBackWhatWasFetched)
{
    auto page = test::fetched_page();
    page.response_head =
        "HTTP/1.1 404 Not Found\nHTTP/1.1 200 OK: x\nTransfer-Encoding : chunked\nX: a\n\t b\n\rX: 1\n";
    page.headers = {{"HTTP/1.1 200 OK", "x"}, {"Transfer-Encoding", "chunked"}, {"X", "a b"}};
    page.status = 404;
    const std::vector exchanges{WarcExchange{&page, "https://board.example/"}};
    const auto content = read_warc(write_warc(sample_info, exchanges).bytes);
    ASSERT_TRUE(content) << to_string(content.error());
    ASSERT_EQ(content->exchanges.size(), 1U);
    const auto& read = content->exchanges.front().fetched;
    EXPECT_EQ(read.url, page.url);
    EXPECT_EQ(read.status, 404);
    EXPECT_EQ(read.response_head, page.response_head);
    EXPECT_EQ(read.headers, page.headers);
    EXPECT_EQ(read.body, page.body);
    EXPECT_EQ(as_text(read.payload().value()), "<p>canary-page-content</p>");
    EXPECT_EQ(read.started, page.started);
    EXPECT_EQ(read.finished, page.finished);
    EXPECT_EQ(read.peer.address, page.peer.address);
    EXPECT_EQ(read.peer.tls_version, page.peer.tls_version);
    EXPECT_EQ(content->exchanges.front().via, "https://board.example/");
    EXPECT_EQ(content->exchanges.front().redacted.request, (std::vector<std::string>{"Cookie"}));
}

TEST(WarcRead, RefusesAnEmptyOrForeignFile)
{
    EXPECT_FALSE(read_warc({}));
    EXPECT_FALSE(read_warc(as_bytes("no gzip")));
    EXPECT_FALSE(read_warc(gzip_member({})));
}

TEST(WarcRead, TooManyRecordsAreRefused)
{
    const auto page = test::fetched_page();
    const std::vector exchanges{WarcExchange{&page, ""}};
    const auto checked = read_warc(write_warc(sample_info, exchanges).bytes,
                                   {.max_record_bytes = 1U << 20U, .max_records = 4});
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error(), (Error{Errc::too_large, "WARC record 5: too many records"}));
}

} // namespace
} // namespace stillwatch::evidence
