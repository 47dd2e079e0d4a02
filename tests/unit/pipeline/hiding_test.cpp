#include "pipeline/answers.hpp"
#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// A site cannot hide a picture behind what it says of it.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::Each;
using testing::IsEmpty;
using testing::SizeIs;

const std::string elsewhere = "https://img.board.example/elsewhere.jpg";

class HidingTest : public testing::Test, protected World {
protected:
    HidingTest()
    {
        use_settings();
        // As a worker that undoes encodings: these bytes are none that gzip made.
        inspector.refusal = [](const Document& document) -> std::optional<Error> {
            if (document.content_encoding.empty()) return std::nullopt;
            return Error{Errc::malformed, "gzip: broken stream"};
        };
    }
    void serve_status(const std::string& address, int status, const std::string& body,
                      std::vector<HeaderField> headers = {})
    {
        web.pages[address] = ScriptedFetcher::status(status, std::move(headers), body);
    }
    // What becomes of a picture that a page names.
    store::VisitResult picture_result()
    {
        serve(start, "img " + image);
        return crawl().at(image);
    }
    std::int64_t not_compared(const std::string& reason) const
    {
        const auto reasons = counters.by_label("not_compared_total");
        const auto found = reasons.find(reason);
        return found == reasons.end() ? 0 : found->second;
    }
};

TEST_F(HidingTest, AFalseEncodingSaysNothingOfTheSameBytesElsewhere)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve(start, "img " + image + "\nimg " + elsewhere);
    serve(image, picture_file("sea", "small"),
          {{"Content-Type", "image/jpeg"}, {"Content-Encoding", "gzip"}});
    serve(elsewhere, picture_file("sea", "small"));
    const auto results = crawl();
    EXPECT_EQ(results.at(image).outcome, Outcome::waiting);
    EXPECT_FALSE(results.at(image).verdict);
    EXPECT_EQ(not_compared("content_encoding"), 1);
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].image_url.text(), elsewhere);
}

TEST_F(HidingTest, ALaterHonestAnswerIsCompared)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve(image, picture_file("sea", "small"),
          {{"Content-Type", "image/jpeg"}, {"Content-Encoding", "gzip"}});
    (void)picture_result();
    EXPECT_THAT(findings(), IsEmpty());
    serve(image, picture_file("sea", "small"));
    clock.pass(std::chrono::minutes(6));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(HidingTest, ARefusalUnderAnEncodingSaysNothingOfTheBytesWithout)
{
    (void)enrol(open_case(), picture_file("sea"));
    inspector.refusal = [](const Document& document) -> std::optional<Error> {
        if (document.content_encoding.empty()) return std::nullopt;
        return Error{Errc::undecodable, "no picture format that we read"};
    };
    serve(start, "img " + image + "\nimg " + elsewhere);
    serve(image, picture_file("sea", "small"), {{"Content-Type", "image/jpeg"}, {"Content-Encoding", "br"}});
    serve(elsewhere, picture_file("sea", "small"));
    const auto results = crawl();
    EXPECT_TRUE(results.at(image).verdict.value().undecodable);
    EXPECT_NE(results.at(image).content, results.at(elsewhere).content);
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(HidingTest, WhatLeavesContentAloneLeavesItsDigestAlone)
{
    const auto file = picture_file("sea");
    for (const auto* value : {"", "identity", "identity, identity", "made-up"}) {
        Fetched answer{.url = url(image)};
        answer.headers = {{"Content-Encoding", value}};
        answer.body = to_bytes(file);
        EXPECT_EQ(payload_of(answer).content, Sha256::of(as_bytes(file))) << value;
    }
}

TEST_F(HidingTest, NoLengthOfTheEncodingHidesAPicture)
{
    (void)enrol(open_case(), picture_file("sea"));
    std::string list = "identity";
    for (int i = 0; i < 1'000; ++i)
        list += ", identity";
    serve(image, picture_file("sea", "small"), {{"Content-Encoding", list}});
    EXPECT_EQ(picture_result().outcome, Outcome::compared);
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(HidingTest, EncodingsInTwoLinesAreOneList)
{
    Fetched answer{.url = url(image)};
    answer.headers = {{"Content-Encoding", "gzip"}, {"content-encoding", "br"}};
    EXPECT_EQ(encodings_of(answer), "gzip, br");
}

TEST_F(HidingTest, AnEncodedPictureIsRecordedUnderTheDigestOfItsFile)
{
    (void)enrol(open_case(), picture_file("sea"));
    inspector.refusal = nullptr; // the fake reads "packed" bytes as they stand
    const auto file = picture_file("sea", "packed");
    serve(start, "img " + image + "\na https://board.example/t/1");
    serve("https://board.example/t/1", "img " + elsewhere);
    for (const auto& address : {image, elsewhere})
        serve(address, file, {{"Content-Type", "image/jpeg"}, {"Content-Encoding", "gzip"}});
    const auto results = crawl();
    ASSERT_THAT(occurrences(), SizeIs(2));
    EXPECT_EQ(occurrences()[0].content, Sha256::of(as_bytes(file)));
    EXPECT_EQ(results.at(image).verdict.value().file, Sha256::of(as_bytes(file)));
    EXPECT_EQ(counters.total("pictures_known_total"), 1) << "the second address is known by its bytes";
}

TEST_F(HidingTest, APictureIsComparedWhateverItsStatus)
{
    (void)enrol(open_case(), picture_file("sea"));
    const std::vector<int> statuses{203, 206, 226, 300, 400, 401, 403, 404, 410, 418, 451, 500, 501};
    const auto address = [](int status) {
        return "https://img.board.example/" + std::to_string(status) + ".jpg";
    };
    std::string page;
    for (const int status : statuses) {
        page += "img " + address(status) + "\n";
        serve_status(address(status), status, picture_file("sea", std::to_string(status)),
                     {{"ETag", "\"v1\""}});
    }
    serve(start, page);
    const auto results = crawl();
    EXPECT_THAT(occurrences(), SizeIs(statuses.size()));
    for (const int status : statuses) {
        const auto& result = results.at(address(status));
        EXPECT_EQ(result.http_status, status);
        ASSERT_TRUE(result.verdict) << status;
        EXPECT_TRUE(result.verdict->matched) << status;
        EXPECT_EQ(result.etag, "") << "a 304 would speak of another answer";
    }
}

TEST_F(HidingTest, TheStatusStillDecidesLiveness)
{
    (void)enrol(open_case(), picture_file("hill"));
    serve_status(image, 404, picture_file("sea"));
    const auto gone = picture_result();
    EXPECT_EQ(gone.outcome, Outcome::gone);
    EXPECT_FALSE(gone.verdict.value().matched);
    serve_status(image, 403, picture_file("sea"));
    EXPECT_EQ(crawl_later().at(image).outcome, Outcome::unreachable);
    serve_status(image, 203, picture_file("sea"));
    EXPECT_EQ(crawl_later().at(image).outcome, Outcome::compared);
}

TEST_F(HidingTest, APictureThatWasGoneWithItsBytesIsComparedWithANewReference)
{
    (void)enrol(open_case(), picture_file("hill"));
    serve_status(image, 404, picture_file("sea", "small"));
    (void)picture_result();
    EXPECT_THAT(findings(), IsEmpty());
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_TRUE(crawl().empty()) << "and not again and again";
}

TEST_F(HidingTest, APictureAtAPagesAddressIsComparedWhateverItsStatus)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve_status(start, 403, picture_file("sea", "small"), {{"Content-Type", "text/html"}});
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(HidingTest, AnErrorsDocumentIsNoPage)
{
    serve_status(start, 404, "a https://board.example/t/1\n", {{"Content-Type", "text/html"}});
    const auto result = crawl().at(start);
    EXPECT_EQ(result.outcome, Outcome::gone);
    EXPECT_THAT(result.discovered, IsEmpty());
    EXPECT_EQ(not_compared("error_page"), 1);
}

TEST_F(HidingTest, APageWithAStatusOfSuccessIsRead)
{
    for (const int status : {203, 206, 226}) {
        serve_status(start, status, "a https://board.example/t/" + std::to_string(status) + "\n");
        EXPECT_THAT(crawl_later().at(start).discovered, SizeIs(1)) << status;
    }
}

TEST_F(HidingTest, AHeaderOfAChallengeHidesNoPicture)
{
    (void)enrol(open_case(), picture_file("sea"));
    for (const int status : {200, 403, 503}) {
        serve_status(image, status, picture_file("sea", std::to_string(status)),
                     {{"cf-mitigated", "challenge"}});
        serve(start, "img " + image);
        const auto results = status == 200 ? crawl() : crawl_later();
        EXPECT_TRUE(results.at(image).verdict.value().matched) << status;
        EXPECT_FALSE(results.at(image).wall) << status;
    }
}

TEST_F(HidingTest, APictureInsideAnEncodedPageIsCompared)
{
    (void)enrol(open_case(), picture_file("sea"));
    inspector.refusal = nullptr;
    serve(start, picture_file("sea", "packed"),
          {{"Content-Type", "text/html"}, {"Content-Encoding", "gzip"}});
    const auto result = crawl().at(start);
    EXPECT_EQ(result.kind, LinkKind::image);
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_THAT(evidence_files(), SizeIs(1));
}

TEST_F(HidingTest, AnEncodedLogInInPlaceOfAPictureIsAWall)
{
    (void)enrol(open_case(), picture_file("sea"));
    inspector.refusal = [](const Document&) {
        return Error{Errc::undecodable, "no picture format that we read"};
    };
    serve(image, "wall login\n", {{"Content-Type", "text/html"}, {"Content-Encoding", "gzip"}});
    const auto result = picture_result();
    EXPECT_EQ(result.outcome, Outcome::unreachable);
    EXPECT_EQ(result.wall, Wall::login);
    EXPECT_FALSE(result.verdict);
    EXPECT_EQ(not_compared("page_in_place"), 1);
}

TEST_F(HidingTest, AReferencesVeryFileIsFoundThoughNoWorkerReadsIt)
{
    inspector.refusal = [](const Document&) { return Error{Errc::undecodable, "refused"}; };
    (void)enrol(open_case(), picture_file("sea"));
    serve(image, picture_file("sea"));
    EXPECT_TRUE(picture_result().verdict.value().matched);
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].match.tier, Tier::exact);
}

TEST_F(HidingTest, WhatWasUndecodableIsFoundWhenItIsAReferenceLater)
{
    (void)enrol(open_case(), picture_file("hill"));
    inspector.refusal = [](const Document&) { return Error{Errc::undecodable, "refused"}; };
    serve_with_etag(image, picture_file("sea"), "\"v1\"");
    EXPECT_EQ(picture_result().outcome, Outcome::undecodable);
    (void)enrol(open_case(), picture_file("sea"));
    const auto results = crawl();
    EXPECT_THAT(last_headers(image), IsEmpty());
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(results.at(image).outcome, Outcome::compared);
}

TEST_F(HidingTest, WhatIsUnchangedAndCannotBeReadIsNotCountedAsCompared)
{
    (void)enrol(open_case(), picture_file("hill"));
    inspector.refusal = [](const Document&) { return Error{Errc::undecodable, "refused"}; };
    serve_with_etag(image, picture_file("sea"), "\"v1\"");
    (void)picture_result();
    EXPECT_EQ(crawl_later().at(image).outcome, Outcome::undecodable);
    EXPECT_EQ(last_headers(image).size(), 1U) << "asked whether it changed";
    EXPECT_EQ(stores.frontier().coverage(references.current()->generation()).undecodable, 1);
}

TEST_F(HidingTest, TooSmallStaysTooSmall)
{
    (void)enrol(open_case(), picture_file("hill"));
    inspector.refusal = [](const Document&) { return Error{Errc::invalid_argument, "1x1"}; };
    serve(image, picture_file("spacer"));
    EXPECT_EQ(picture_result().outcome, Outcome::too_small);
    EXPECT_EQ(crawl_later().at(image).outcome, Outcome::too_small);
    EXPECT_EQ(inspector.pictures_read, 1);
    EXPECT_EQ(stores.frontier().coverage(references.current()->generation()).too_small, 1);
    EXPECT_EQ(stores.frontier().coverage(references.current()->generation()).undecodable, 0);
}

TEST_F(HidingTest, WhatOurLimitCutsSaysNothingOfTheSameBytesElsewhere)
{
    (void)enrol(open_case(), picture_file("sea"));
    const auto file = picture_file("sea", "small");
    serve(start, "img " + image + "\nimg " + elsewhere);
    web.pages[image] = [file](const FetchRequest& request) {
        auto answer = ScriptedFetcher::status(200, {{"ETag", "\"v1\""}}, file)(request);
        answer->cut = Cut::size;
        return answer;
    };
    inspector.refusal = [this](const Document&) -> std::optional<Error> {
        if (inspector.pictures_read > 1) return std::nullopt;
        return Error{Errc::undecodable, "truncated"};
    };
    serve(elsewhere, file);
    const auto results = crawl();
    EXPECT_EQ(results.at(image).outcome, Outcome::undecodable);
    EXPECT_FALSE(results.at(image).verdict);
    EXPECT_EQ(results.at(image).etag, "") << "a 304 would say that it was judged";
    EXPECT_EQ(not_compared("cut_at_limit"), 1);
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(HidingTest, AValidatorWithControlCharactersIsNeitherKeptNorSent)
{
    (void)enrol(open_case(), picture_file("hill"));
    serve(image, picture_file("sea"), {{"ETag", "\"a\x01z\""}, {"Last-Modified", "yesterday\x7f"}});
    const auto result = picture_result();
    EXPECT_EQ(result.etag, "");
    EXPECT_EQ(result.last_modified, "");
    auto visit = store::Visit{result.id, result.host, "board", url(image)};
    visit.kind = LinkKind::image;
    visit.etag = "\"a\x01z\""; // as an earlier version kept it
    visit.content = result.content;
    EXPECT_EQ(run(pipeline.visit(visit)).value().outcome, Outcome::compared);
    EXPECT_THAT(last_headers(image), IsEmpty());
}

TEST_F(HidingTest, AMatchIsToldTwice)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve(image, picture_file("sea", "small"));
    (void)picture_result();
    EXPECT_THAT(inspector.trusts, testing::ElementsAre(Trust::confirmed_refusals, Trust::unshared));
}

TEST_F(HidingTest, OfMatchesThatWorkersOfThisSiteAloneToldASampleIsToldTwice)
{
    inspector.workers_are_shared = {false};
    (void)enrol(open_case(), picture_file("sea"));
    std::string page;
    for (int number = 0; number < 9; ++number) {
        const auto address = "https://board.example/" + std::to_string(number) + ".jpg";
        serve(address, picture_file("sea", std::to_string(number)));
        page += "img " + address + "\n";
    }
    serve(start, page);
    (void)crawl();
    EXPECT_EQ(std::ranges::count(inspector.trusts, Trust::confirmed_refusals), 9);
    EXPECT_EQ(std::ranges::count(inspector.trusts, Trust::fresh), 2);
    EXPECT_THAT(findings(), SizeIs(testing::Ge(1U)));
}

TEST_F(HidingTest, WhereASampleIsRefutedEveryMatchIsToldTwice)
{
    inspector.workers_are_shared = {false};
    inspector.pretends = picture_file("sea", "small");
    (void)enrol(open_case(), picture_file("sea"));
    serve(image, picture_file("hill"));
    (void)picture_result();
    serve("https://board.example/other.jpg", picture_file("wood"));
    serve(start, "img https://board.example/other.jpg");
    clock.pass(std::chrono::hours(72));
    (void)crawl();
    EXPECT_THAT(findings(), IsEmpty());
    const auto asked = Trust::confirmed_refusals;
    EXPECT_THAT(inspector.trusts, testing::ElementsAre(asked, Trust::fresh, asked, Trust::fresh));
    EXPECT_TRUE(problems.is_set("worker_disagreement"));
}

TEST_F(HidingTest, AMatchThatASharedWorkerHadAPartInIsToldTwice)
{
    settings.tiers = {Tier::exact, Tier::near};
    use_settings();
    inspector.workers_are_shared = {true, false}; // the coarse pass alone
    (void)enrol(open_case(), picture_file("sea"));
    serve(image, picture_file("sea", "small"));
    (void)picture_result();
    const auto asked = Trust::confirmed_refusals;
    EXPECT_THAT(inspector.trusts, testing::ElementsAre(asked, asked, Trust::unshared));
}

// What makes a finding dear is decoding.
TEST_F(HidingTest, TheSecondWorkerHasNoCoarsePass)
{
    settings.tiers = {Tier::exact, Tier::near};
    use_settings();
    (void)enrol(open_case(), picture_file("sea"));
    serve(image, picture_file("sea", "small"));
    (void)picture_result();
    const auto asked = Trust::confirmed_refusals;
    EXPECT_THAT(inspector.trusts, testing::ElementsAre(asked, asked, Trust::unshared));
}

TEST_F(HidingTest, AMatchThatASecondWorkerDoesNotSeeIsNone)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve(image, picture_file("hill"));
    inspector.pretends = picture_file("sea", "small"); // the first worker, which lies
    (void)picture_result();
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_EQ(counters.total("worker_disagreements_total"), 1);
}

} // namespace
} // namespace stillwatch::pipeline
