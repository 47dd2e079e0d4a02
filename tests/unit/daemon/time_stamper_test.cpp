#include "daemon/time_stamper.hpp"
#include "evidence/orphans.hpp"
#include "tests/support/time_authority.hpp"
#include "tests/unit/pipeline/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::daemon {
namespace {

using namespace pipeline::test;
using test::TimeAuthority;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Signer = TimeAuthority::Signer;

const std::string address = "http://time.example/tsr";

// One authority for all tests: making its keys takes longest.
const TimeAuthority& authority()
{
    static const TimeAuthority one;
    return one;
}

class TimeStamperTest : public testing::Test, protected World {
protected:
    TimeStamperTest()
    {
        use_settings();
        stamper.use({evidence, {{url(address), authority().roots()}}, std::chrono::hours(1)});
    }

    void answer(Signer signer = Signer::good)
    {
        web.pages[address] = [signer](const FetchRequest& request) -> Result<Fetched> {
            return reply_of(request, authority().reply(as_bytes(request.body), signer));
        };
    }
    static Fetched reply_of(const FetchRequest& request, Bytes body)
    {
        Fetched answer{.url = request.url};
        answer.status = 200;
        answer.body = std::move(body);
        return answer;
    }

    // Something that waits as a package does.
    std::string package(const std::string& name)
    {
        auto file = "C-7F3K-" + name + ".wacz.age";
        test::write_file(evidence / file, as_bytes("sealed"));
        (void)evidence::note_unstamped(evidence, {file, digest_of(name), clock.now()}).value();
        return file;
    }
    static Sha256 digest_of(const std::string& name) { return Sha256::of(as_bytes(name)); }
    std::string beside(const std::string& file, std::string_view suffix) const
    {
        const auto path = evidence / (file + std::string(suffix));
        return std::filesystem::exists(path) ? std::string(as_text(test::read_file(path))) : "";
    }
    std::vector<evidence::CheckedStamp> checked(const std::string& file, const std::string& name) const
    {
        const auto read = evidence::read_stamp_file(beside(file, evidence::stamp_suffix));
        if (!read) return {};
        return evidence::check_stamps(*read, digest_of(name), authority().roots()).value();
    }
    std::string problem() const
    {
        for (const auto& each : problems.current())
            if (each.kind == "time_stamps") return each.detail;
        return "";
    }
    std::vector<std::string> log()
    {
        std::vector<std::string> lines;
        for (const auto& line : stores.cases().audit(0, 100))
            if (line.action == "evidence.stamp") lines.push_back(line.object);
        return lines;
    }

    TimeStamper stamper{stores, web, clock, counters, problems};
};

TEST_F(TimeStamperTest, AllThatWaitIsStampedWithOneQuestion)
{
    answer();
    std::map<std::string, std::string> files;
    for (const auto* name : {"a", "b", "c"})
        files[name] = package(name);
    EXPECT_EQ(run(stamper.round()), 3U);
    EXPECT_EQ(web.times_asked(address), 1U);
    for (const auto& [name, file] : files) {
        EXPECT_THAT(checked(file, name), SizeIs(1));
        EXPECT_EQ(beside(file, evidence::unstamped_suffix), "");
    }
    ASSERT_THAT(log(), SizeIs(1));
    EXPECT_THAT(log()[0], HasSubstr("packages=3 authority=time.example at="));
    EXPECT_EQ(run(stamper.round()), 0U); // nothing waits: nobody is asked
    EXPECT_EQ(web.times_asked(address), 1U);
    EXPECT_EQ(problem(), "");
}

TEST_F(TimeStamperTest, APackageOfThePipelineHoldsWithItsStamp)
{
    answer();
    serve(start, "img " + image);
    serve(image, picture_file("sea"));
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    const auto file = findings().at(0).evidence_file;
    EXPECT_NE(beside(file, evidence::unstamped_suffix), "");
    EXPECT_EQ(run(stamper.round()), 1U);
    const auto read = evidence::read_stamp_file(beside(file, evidence::stamp_suffix));
    ASSERT_TRUE(read);
    EXPECT_TRUE(evidence::check_stamps(*read, read->digest, authority().roots()));
}

TEST_F(TimeStamperTest, AStampOfAnotherDigestIsNoneAndTold)
{
    web.pages[address] = [](const FetchRequest& request) -> Result<Fetched> {
        const auto other = net::make_time_stamp_query(digest_of("other"));
        return reply_of(request, authority().reply(other.der));
    };
    const auto file = package("a");
    EXPECT_EQ(run(stamper.round()), 0U);
    EXPECT_EQ(beside(file, evidence::stamp_suffix), "");
    EXPECT_NE(beside(file, evidence::unstamped_suffix), "");
    EXPECT_THAT(problem(), HasSubstr("message imprint mismatch"));
    EXPECT_THAT(log(), IsEmpty());
}

TEST_F(TimeStamperTest, AnAnswerToAnEarlierQuestionIsNoneAndTold)
{
    Bytes kept;
    web.pages[address] = [&kept](const FetchRequest& request) -> Result<Fetched> {
        if (kept.empty()) kept = authority().reply(as_bytes(request.body));
        return reply_of(request, kept);
    };
    const auto file = package("a");
    EXPECT_EQ(run(stamper.round()), 1U);
    // The same package waits again, so the same root is asked about, with another nonce.
    std::filesystem::remove(evidence / (file + ".stamp"));
    (void)evidence::note_unstamped(evidence, {file, digest_of("a"), clock.now()}).value();
    EXPECT_EQ(run(stamper.round()), 0U);
    EXPECT_EQ(beside(file, evidence::stamp_suffix), "");
    EXPECT_THAT(problem(), HasSubstr("nonce mismatch"));
}

TEST_F(TimeStamperTest, CertificatesThatEndedOrServeSomethingElseAreRefusedAndTold)
{
    for (const auto signer : {Signer::expired, Signer::other_usage}) {
        answer(signer);
        const auto file = package(signer == Signer::expired ? "a" : "b");
        EXPECT_EQ(run(stamper.round()), 0U);
        EXPECT_EQ(beside(file, evidence::stamp_suffix), "");
        EXPECT_THAT(problem(), HasSubstr("certificate verify error"));
    }
    answer();
    EXPECT_EQ(run(stamper.round()), 2U);
    EXPECT_EQ(problem(), "");
}

TEST_F(TimeStamperTest, AnAuthorityThatCannotBeReachedIsToldAfterADayAndNothingIsLost)
{
    web.pages[address] = [](const FetchRequest&) -> Result<Fetched> {
        return Error{Errc::unreachable, "no route to time.example"};
    };
    const auto file = package("a");
    for (int hour = 0; hour < 23; ++hour) {
        EXPECT_EQ(run(stamper.round()), 0U);
        clock.pass(std::chrono::hours(1));
    }
    EXPECT_EQ(problem(), "");
    EXPECT_EQ(stamper.waiting(), 1U);
    EXPECT_EQ(stamper.status().at("pending").to_number<int>(), 1);
    clock.pass(std::chrono::hours(1));
    EXPECT_EQ(run(stamper.round()), 0U);
    EXPECT_THAT(problem(), HasSubstr("no route to time.example"));
    answer();
    EXPECT_EQ(run(stamper.round()), 1U);
    EXPECT_EQ(problem(), "");
    EXPECT_THAT(checked(file, "a"), SizeIs(1));
    EXPECT_EQ(stamper.waiting(), 0U);
}

TEST_F(TimeStamperTest, TheSecondAuthorityStampsLaterWhatTheFirstHasStamped)
{
    const std::string second = "http://second.example/tsr";
    stamper.use({evidence,
                 {{url(address), authority().roots()}, {url(second), authority().roots()}},
                 std::chrono::hours(1)});
    answer();
    const auto file = package("a");
    EXPECT_EQ(run(stamper.round()), 1U); // the second one answers 404
    EXPECT_THAT(checked(file, "a"), SizeIs(1));
    EXPECT_NE(beside(file, evidence::unstamped_suffix), "");
    EXPECT_THAT(problem(), HasSubstr("HTTP 404"));
    web.pages[second] = web.pages[address];
    (void)package("b");
    EXPECT_EQ(run(stamper.round()), 3U);
    EXPECT_THAT(checked(file, "a"), SizeIs(2));
    EXPECT_EQ(beside(file, evidence::unstamped_suffix), "");
    EXPECT_EQ(web.times_asked(address), 2U);
}

TEST_F(TimeStamperTest, APackageThatIsWithdrawnMeanwhileGetsNoFile)
{
    const auto file = package("a");
    web.pages[address] = [this, file](const FetchRequest& request) -> Result<Fetched> {
        (void)evidence::remove_package(evidence, file).value();
        return reply_of(request, authority().reply(as_bytes(request.body)));
    };
    EXPECT_EQ(run(stamper.round()), 0U);
    EXPECT_TRUE(std::filesystem::is_empty(evidence));
}

TEST_F(TimeStamperTest, ANoteThatACrashLeftBehindItsStampGoes)
{
    answer();
    const auto file = package("a");
    EXPECT_EQ(run(stamper.round()), 1U);
    (void)package("a");
    EXPECT_EQ(run(stamper.round()), 0U);
    EXPECT_EQ(beside(file, evidence::unstamped_suffix), "");
    EXPECT_EQ(web.times_asked(address), 1U);
}

TEST_F(TimeStamperTest, ADamagedNoteIsTold)
{
    answer();
    const auto file = package("a");
    test::write_file(evidence / (file + ".unstamped"), as_bytes("something"));
    EXPECT_EQ(run(stamper.round()), 0U);
    EXPECT_THAT(problem(), HasSubstr("1 packages get no further time stamp"));
    EXPECT_THAT(problem(), HasSubstr(file + ".unstamped: is damaged"));
}

TEST_F(TimeStamperTest, StampsThatCannotBeReadAreLeftAsTheyAreAndTold)
{
    const std::string second = "http://second.example/tsr";
    answer();
    web.pages[second] = web.pages[address];
    const auto file = package("a");
    const auto other = package("b");
    stamper.use({evidence,
                 {{url(address), authority().roots()}, {url(second), authority().roots()}},
                 std::chrono::hours(1)});
    web.pages.erase(second);
    EXPECT_EQ(run(stamper.round()), 2U);
    const auto path = evidence / (file + ".stamp");
    const auto good = beside(file, evidence::stamp_suffix);
    const auto of_other = beside(other, evidence::stamp_suffix);
    const auto garbled = good.substr(0, good.size() / 2);
    web.pages[second] = web.pages[address];
    for (const auto& [content, reason] :
         {std::pair(garbled, "stamp file: is no JSON object"), std::pair(of_other, "is of another package"),
          std::pair(std::string(2U << 20U, ' '), "more than 1048576 bytes"), std::pair(std::string(), "")}) {
        test::write_file(path, as_bytes(content));
        (void)run(stamper.round());
        EXPECT_EQ(beside(file, evidence::stamp_suffix), content);
        EXPECT_NE(beside(file, evidence::unstamped_suffix), "");
        EXPECT_THAT(problem(), HasSubstr(file + ".stamp: " + reason));
    }
    EXPECT_THAT(checked(other, "b"), SizeIs(2)); // which has nothing to do with it
    std::filesystem::remove(path);
    std::filesystem::create_directory(path); // a file that cannot be read, whoever reads
    EXPECT_EQ(run(stamper.round()), 0U);
    EXPECT_THAT(problem(), HasSubstr("Is a directory"));
    std::filesystem::remove(path);
    test::write_file(path, as_bytes(good));
    EXPECT_EQ(run(stamper.round()), 1U); // once a person has put it right
    EXPECT_THAT(checked(file, "a"), SizeIs(2));
    EXPECT_EQ(problem(), "");
}

TEST_F(TimeStamperTest, AClockThatDiffersFromTheAuthoritysIsTold)
{
    using std::chrono::system_clock;
    answer();
    for (const auto& [difference, is_told] : {std::pair(0, false), std::pair(10, true)}) {
        (void)package(is_told ? "a" : "b");
        clock.set(std::chrono::floor<std::chrono::milliseconds>(system_clock::now()));
        clock.pass(std::chrono::minutes(difference));
        EXPECT_EQ(run(stamper.round()), 1U);
        EXPECT_EQ(problems.is_set("clock", "time.example"), is_told);
    }
}

} // namespace
} // namespace stillwatch::daemon
