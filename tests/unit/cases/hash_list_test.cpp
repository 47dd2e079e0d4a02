#include "cases/hash_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace stillwatch::cases {
namespace {

using testing::HasSubstr;

// A PDQ hash of which half of the bits are set.
std::string pdq(char digit = '3')
{
    std::string hex(63, '5');
    hex += digit;
    return hex;
}
const std::string md5(32, 'a');
const std::string sha1(40, 'b');
const std::string sha256(64, 'c');

HashList read(const std::string& text, ListFormat format)
{
    auto list = read_hash_list(text, format);
    EXPECT_TRUE(list) << (list ? "" : list.error().detail);
    return list ? *list : HashList{};
}
std::string line(std::string_view kind, std::string_view hex)
{
    std::string text(kind);
    text += ' ';
    text += hex;
    text += '\n';
    return text;
}
// Values of the records in order, '-' before those that are withdrawn.
std::vector<std::string> told(const HashList& list)
{
    std::vector<std::string> values;
    for (const auto& record : list.records) {
        std::string value = record.is_withdrawn ? "-" : "";
        value += name_of(record.hash.kind);
        value += ' ';
        value += record.hash.hex();
        values.push_back(value);
    }
    return values;
}

TEST(HashList, ReadsTheLinesOfHashersMatchersAndActioners)
{
    auto text = line("pdq", pdq());
    text += "# a comment\r\n\r\n";
    text += line("MD5", md5);
    text += line("sha1", sha1);
    text += line("sha256", sha256);
    text += line("video_md5", md5);
    text += "raw_text something else\n";
    const auto list = read(text, ListFormat::hma);
    EXPECT_THAT(told(list),
                testing::ElementsAre("pdq " + pdq(), "md5 " + md5, "sha1 " + sha1, "sha256 " + sha256));
    EXPECT_EQ(list.other_kinds, 2u);
    EXPECT_EQ(list.skipped_count, 0u);
}

TEST(HashList, ABadRecordIsSkippedWithItsLine)
{
    auto text = line("pdq", pdq());
    text += line("pdq", "short");
    text += "alone\n";
    text += line("sha512", sha256);
    text += line("md5", md5);
    const auto list = read(text, ListFormat::hma);
    EXPECT_EQ(list.records.size(), 2u);
    EXPECT_EQ(list.skipped_count, 3u);
    ASSERT_EQ(list.skipped.size(), 3u);
    EXPECT_EQ(list.skipped[0].line, 2u);
    EXPECT_EQ(list.skipped[1].line, 3u);
    EXPECT_EQ(list.skipped[2].line, 4u);
    EXPECT_THAT(list.skipped[0].reason, testing::Not(HasSubstr("short"))); // no word of what it held
}

TEST(HashList, WhatWouldMatchStrangersIsNoReference)
{
    const auto list = read(line("pdq", std::string(64, '0')) + line("pdq", std::string(64, 'f')) +
                               line("md5", "d41d8cd98f00b204e9800998ecf8427e"),
                           ListFormat::hma);
    EXPECT_TRUE(list.records.empty());
    EXPECT_EQ(list.skipped_count, 3u);
}

TEST(HashList, ReadsTablesByTheirHeading)
{
    std::string text = "id,signal_type,signal,\"note\",status\r\n";
    text += "1,pdq," + pdq() + ",\"two\nlines, \"\"quoted\"\"\",active\r\n";
    text += "2,md5," + md5 + ",,Deleted\r\n";
    text += "3,md5,nonsense,,\r\n";
    const auto list = read(text, ListFormat::csv);
    EXPECT_THAT(told(list), testing::ElementsAre("pdq " + pdq(), "-md5 " + md5));
    EXPECT_EQ(list.records[1].line, 4u);
    ASSERT_EQ(list.skipped.size(), 1u);
    EXPECT_EQ(list.skipped[0].line, 5u);
}

TEST(HashList, ReadsTablesWithAColumnForEachKind)
{
    const auto list =
        read("content_id;pdq;md5;disabled\na;" + pdq() + ";" + md5 + ";false\nb;;" + md5 + ";true\n",
             ListFormat::csv);
    EXPECT_THAT(told(list), testing::ElementsAre("pdq " + pdq(), "-md5 " + md5)); // the last record counts
}

TEST(HashList, ReadsThreatExchangeUpdatesAndTheirTombstones)
{
    std::string text = "{\"data\":[\n";
    text += R"({"id":"1","indicator":")" + pdq() +
            R"(","type":"HASH_PDQ","should_delete":false,"descriptors":{"data":[{"id":"9"}]}},)";
    text += "\n"
            R"({"id":"2","indicator":")" +
            md5 + R"(","type":"HASH_MD5","should_delete":true},)";
    text += "\n"
            R"({"id":"3","indicator":")" +
            sha1 + R"(","type":"HASH_SHA1","should_delete":false},)";
    text += "\n"
            R"({"id":"4","indicator":"x","type":"HASH_VIDEO_MD5","should_delete":false,"descriptors":{}})";
    text += "\n],\"paging\":{\"next\":\"x\"}}";
    const auto list = read(text, ListFormat::threatexchange);
    EXPECT_THAT(told(list), testing::ElementsAre("pdq " + pdq(), "-md5 " + md5, "-sha1 " + sha1));
    EXPECT_EQ(list.records[1].line, 3u);
    EXPECT_EQ(list.other_kinds, 1u);
}

TEST(HashList, ReadsTheContentsOfBanks)
{
    const auto text = R"([{"id":5,"signals":{"pdq":")" + pdq() + R"(","video_md5":"x"},"disabled":false},)" +
                      R"({"id":6,"signals":{"md5":")" + md5 + R"("},"disabled":true}])";
    EXPECT_THAT(told(read(text, ListFormat::threatexchange)),
                testing::UnorderedElementsAre("pdq " + pdq(), "-md5 " + md5));
}

std::string ncii(const std::string& hash, const std::string& status, const std::string& cases)
{
    std::string text = R"({"lastModtimestamp":1700000000,"signalType":"ImagePDQ","hashValue":")";
    text += hash;
    text += R"(","hashStatus":")";
    text += status;
    text += R"(","caseNumbers":{)";
    text += cases;
    text += R"(},"CSPFeedbacks":[{"source":"x","feedbackValue":"Blocked","tags":["a"]}]})";
    return text;
}

TEST(HashList, StopNciiWithdrawsByTheHashOrByAllItsCases)
{
    std::string text = R"({"count":5,"nextPageToken":"t","hashRecords":[)";
    text += "\n" + ncii(pdq('0'), "Active", R"("1":"Active")") + ",";
    text += "\n" + ncii(pdq('1'), "Withdrawn", R"("2":"Active")") + ",";
    text += "\n" + ncii(pdq('2'), "Deleted", "") + ",";
    text += "\n" + ncii(pdq('3'), "Active", R"("3":"Withdrawn","4":"Deleted")") + ",";
    text += "\n" + ncii(pdq('4'), "Active", R"("5":"Withdrawn","6":"Active")");
    text += "],\"hasMoreRecords\":false}";
    const auto list = read(text, ListFormat::stopncii);
    EXPECT_THAT(told(list), testing::ElementsAre("pdq " + pdq('0'), "-pdq " + pdq('1'), "-pdq " + pdq('2'),
                                                 "-pdq " + pdq('3'), "pdq " + pdq('4')));
    EXPECT_EQ(list.records[1].line, 3u);
}

TEST(HashList, ALaterRecordReplacesAnEarlierOne)
{
    const auto text = ncii(pdq(), "Active", "") + "\n" + ncii(pdq(), "Withdrawn", "");
    EXPECT_THAT(told(read(text, ListFormat::stopncii)), testing::ElementsAre("-pdq " + pdq()));
    const auto back = ncii(pdq(), "Withdrawn", "") + "\n" + ncii(pdq(), "Active", "");
    EXPECT_THAT(told(read(back, ListFormat::stopncii)), testing::ElementsAre("pdq " + pdq()));
}

TEST(HashList, OneBrokenRecordOfJsonCostsNoOther)
{
    const auto text = "[" + ncii(pdq('0'), "Active", "") + ",\n{\"hashValue\": tru},\n{\"signalType\":5},\n" +
                      ncii(pdq('1'), "Active", "") + "\n";
    const auto list = read(text, ListFormat::stopncii);
    EXPECT_EQ(list.records.size(), 2u);
    EXPECT_EQ(list.skipped_count, 3u); // the list has no end
    EXPECT_EQ(list.skipped[0].line, 2u);
    EXPECT_EQ(list.skipped[1].line, 3u);
}

TEST(HashList, NcmecsDeletedEntriesAreGone)
{
    const std::string text = R"(<?xml version="1.0" encoding="UTF-8"?>
<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2">
 <images count="2">
  <image><member id="42">Example</member><id>image1</id><fingerprints>
    <md5>)" + md5 + R"(</md5><sha1>)" +
                             sha1 + R"(</sha1><pdna>AAAA</pdna></fingerprints>
    <feedback><affirmativeFeedback type="Md5"><members><member id="7">x</member></members></affirmativeFeedback></feedback>
  </image>
  <image><member id="43">Other</member><id>image1</id><fingerprints><sha256>)" +
                             sha256 + R"(</sha256></fingerprints></image>
  <deletedImage><member id="43">Other</member><id>image1</id></deletedImage>
 </images>
 <videos><video><member id="42">Example</member><id>v</id><fingerprints><md5>zz</md5><tmk-pdqf rel="self"/></fingerprints></video></videos>
</queryResult>)";
    const auto list = read(text, ListFormat::ncmec);
    EXPECT_THAT(told(list), testing::ElementsAre("md5 " + md5, "sha1 " + sha1));
    EXPECT_EQ(list.other_kinds, 1u);
    ASSERT_EQ(list.skipped.size(), 1u);
    EXPECT_EQ(list.skipped[0].line, 11u);
}

TEST(HashList, SomethingElseIsNoList)
{
    for (const auto format :
         {ListFormat::csv, ListFormat::threatexchange, ListFormat::stopncii, ListFormat::ncmec}) {
        const auto list = read_hash_list("<html><body>Not found</body></html>", format);
        ASSERT_FALSE(list) << name_of(format);
        EXPECT_EQ(list.error().code, Errc::malformed);
    }
    EXPECT_TRUE(read("", ListFormat::stopncii).records.empty());
}

TEST(HashList, ALossOfMoreThanHalfIsSuspicious)
{
    EXPECT_FALSE(is_suspicious_loss(3, 3));
    EXPECT_FALSE(is_suspicious_loss(10, 5));
    EXPECT_TRUE(is_suspicious_loss(10, 6));
}

} // namespace
} // namespace stillwatch::cases
