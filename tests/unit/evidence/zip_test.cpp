#include "evidence/zip.hpp"

#include "tests/support/command.hpp"
#include "tests/support/sample_capture.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

const auto noise = test::noise(1000);
const std::vector<ZipMember> sample_members{
    {"archive/data.bin", noise}, {"empty", {}}, {"text.json", as_bytes("{}\n")}};

Bytes sample_zip()
{
    return write_zip(sample_members, test::sample_time(750)).value();
}

TEST(Zip, ReadsWhatItWrote)
{
    const auto archive = sample_zip();
    const auto content = read_zip(archive);
    ASSERT_TRUE(content) << to_string(content.error());
    ASSERT_EQ(content->members.size(), 3U);
    EXPECT_EQ(content->members[0].name, "archive/data.bin");
    EXPECT_TRUE(std::ranges::equal(content->members[0].content, noise));
    EXPECT_TRUE(content->members[1].content.empty());
    EXPECT_EQ(as_text(content->members[2].content), "{}\n");
    EXPECT_EQ(format_utc(content->modified), "2026-11-23T02:17:00.000Z");
}

TEST(Zip, KeepsEvenSecondsFrom1980On)
{
    EXPECT_EQ(format_utc(zip_time(*parse_utc("2026-12-31T23:59:59.999Z"))), "2026-12-31T23:59:58.000Z");
    EXPECT_EQ(format_utc(zip_time(*parse_utc("1970-01-01T00:00:00Z"))), "1980-01-01T00:00:00.000Z");
    EXPECT_EQ(format_utc(zip_time(*parse_utc("2028-02-29T12:00:02Z"))), "2028-02-29T12:00:02.000Z");
}

TEST(Zip, IsWholeForUnzip)
{
    const test::TemporaryDirectory directory;
    test::write_file(directory / "a.zip", sample_zip());
    const auto program =
        "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.namelist())";
    const auto told = test::run_command({"python3", "-c", program, (directory / "a.zip").string()});
    EXPECT_EQ(told.out, "None ['archive/data.bin', 'empty', 'text.json']\n") << told.err;
}

TEST(Zip, EveryChangedBitIsNoticedInItsPart)
{
    const auto archive = sample_zip();
    const auto content = read_zip(archive).value();
    const auto begin = static_cast<std::size_t>(content.members[0].content.data() - archive.data());
    for (std::size_t bit = 0; bit < archive.size() * 8; ++bit) {
        auto changed = archive;
        changed[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        const auto read = read_zip(changed);
        ASSERT_FALSE(read) << "bit " << bit;
        const bool within = bit / 8 >= begin && bit / 8 < begin + noise.size();
        if (within) {
            EXPECT_TRUE(read.error().detail.starts_with("archive/data.bin:")) << read.error().detail;
        }
    }
}

TEST(Zip, RefusesWhatIsCutOrLonger)
{
    const auto archive = sample_zip();
    for (std::size_t size = 0; size < archive.size(); size += 3)
        EXPECT_FALSE(read_zip(ByteView(archive).first(size))) << size;
    auto longer = archive;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(read_zip(longer));
}

TEST(Zip, RefusesNamesThatDoNotFit)
{
    const std::string long_name(256, 'a');
    for (const auto& name : {std::string(), long_name}) {
        const std::vector<ZipMember> members{{name, {}}};
        const auto made = write_zip(members, {});
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, Errc::invalid_argument);
    }
}

} // namespace
} // namespace stillwatch::evidence
