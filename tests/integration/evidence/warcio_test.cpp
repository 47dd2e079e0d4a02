#include "core/json.hpp"
#include "evidence/warc.hpp"
#include "tests/support/command.hpp"
#include "tests/support/sample_capture.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace stillwatch::evidence {
namespace {

using test::TemporaryDirectory;

const std::string folder = STILLWATCH_SOURCE_DIR "/tests/integration/evidence";

// What warcio finds in the sample: one object a record.
std::vector<json::object> records_by_warcio()
{
    const TemporaryDirectory directory;
    const auto path = directory / "data.warc.gz";
    const auto page = test::fetched_page();
    const auto hop = test::fetched_redirect();
    auto image = test::fetched_image(100'000);
    image.cut = Cut::size;
    const std::vector exchanges{WarcExchange{&page, ""}, WarcExchange{&hop, page.url.text()},
                                WarcExchange{&image, hop.url.text()}};
    const WarcInfo info{"data.warc.gz", "stillwatch 0.1.0",    "Example Helpline", "Stillwatch/0.1",
                        "obey",         test::sample_time(500)};
    test::write_file(path, write_warc(info, exchanges).bytes);
    const auto result = test::run_command({"node", folder + "/read_warc.mjs", path.string()});
    EXPECT_EQ(result.exit_code, 0) << result.err << result.out << "\n(run `npm ci` in " << folder
                                   << " first)";
    std::vector<json::object> records;
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);)
        records.push_back(parse_json(line).value().as_object());
    return records;
}

TEST(Warcio, ReadsEveryRecordAndFindsItsDigestsRight)
{
    const auto records = records_by_warcio();
    ASSERT_EQ(records.size(), 12U);
    for (const auto& record : records) {
        EXPECT_EQ(bool_member(record, "blockDigest"), true) << json::serialize(record);
        EXPECT_EQ(bool_member(record, "payloadDigest"), true) << json::serialize(record);
    }
    EXPECT_EQ(text_member(records[0], "type"), "warcinfo");
}

TEST(Warcio, SeesWhoAnsweredAndHow)
{
    const auto records = records_by_warcio();
    ASSERT_EQ(records.size(), 12U);
    const auto& page = records[1];
    EXPECT_EQ(text_member(page, "type"), "response");
    EXPECT_EQ(text_member(page, "uri"), "https://board.example/thread/canary-page");
    EXPECT_EQ(text_member(page, "ip"), "192.0.2.1");
    EXPECT_EQ(text_member(page, "cipher"), "TLS_AES_128_GCM_SHA256");
    EXPECT_EQ(number_member(page, "status"), 200);
    EXPECT_EQ(number_member(page, "payloadSize"), 26);
    EXPECT_EQ(number_member(records[5], "status"), 302);
    const auto& image = records[8];
    EXPECT_EQ(number_member(image, "status"), 200);
    EXPECT_EQ(number_member(image, "payloadSize"), 100'000);
    EXPECT_EQ(text_member(image, "truncated"), "length");
    EXPECT_NE(text_member(image, "protocols").value_or("").find("h2"), std::string::npos);
}

TEST(Warcio, TiesTheCertificatesToTheirAnswer)
{
    const auto records = records_by_warcio();
    ASSERT_EQ(records.size(), 12U);
    EXPECT_EQ(text_member(records[3], "type"), "resource");
    EXPECT_EQ(text_member(records[3], "contentType"), "application/pem-certificate-chain");
    EXPECT_EQ(text_member(records[3], "concurrent"), text_member(records[1], "id"));
}

TEST(Warcio, ReadsARevisitRecordAndWhatItRefersTo)
{
    const TemporaryDirectory directory;
    const auto path = directory / "data.warc.gz";
    const auto image = test::fetched_image();
    const auto same = test::sample_record();
    const std::vector exchanges{WarcExchange{&image, "", &same}};
    test::write_file(path,
                     write_warc({"data.warc.gz", "", "", "", "", test::sample_time()}, exchanges).bytes);
    const auto result = test::run_command({"node", folder + "/read_warc.mjs", path.string()});
    ASSERT_EQ(result.exit_code, 0) << result.err << result.out;
    std::istringstream lines(result.out);
    std::string line;
    std::getline(lines, line); // warcinfo
    std::getline(lines, line);
    const auto record = parse_json(line).value().as_object();
    EXPECT_EQ(text_member(record, "type"), "revisit");
    EXPECT_EQ(text_member(record, "refersToUrl"), same.url.text());
    EXPECT_EQ(text_member(record, "refersToDate"), format_utc(same.at));
    EXPECT_EQ(number_member(record, "status"), 200);
    EXPECT_EQ(number_member(record, "payloadSize"), 0);
    EXPECT_EQ(bool_member(record, "blockDigest"), true);
}

TEST(Warcio, ItsOwnIndexerListsEveryAddress)
{
    const TemporaryDirectory directory;
    const auto path = directory / "data.warc.gz";
    const auto image = test::fetched_image();
    const std::vector exchanges{WarcExchange{&image, ""}};
    test::write_file(path,
                     write_warc({"data.warc.gz", "", "", "", "", test::sample_time()}, exchanges).bytes);
    const auto result =
        test::run_command({"node", folder + "/node_modules/warcio/dist/cli.js", "cdx-index", path.string()});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find("example,board,img)/1.jpg 20261123021700"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("\"status\":\"200\""), std::string::npos) << result.out;
}

} // namespace
} // namespace stillwatch::evidence
