#include "cases/references.hpp"
#include "core/json.hpp"
#include "matcher/reference_codec.hpp"
#include "matcher/video_reference.hpp"
#include "watched_videos.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// What becomes of a video where nothing looks at it.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::ElementsAre;
using testing::IsEmpty;

class PipelineVideos : public testing::Test, protected World {
protected:
    PipelineVideos() { use_settings(); }
};

// Without the program that reads them: that is told, and nobody is asked for one.
TEST_F(PipelineVideos, AVideoIsToldAndNotAskedFor)
{
    auto visit = claim().at(0);
    visit.kind = LinkKind::video;
    const auto result = run(pipeline.visit(visit)).value();
    EXPECT_EQ(result.outcome, Outcome::other);
    EXPECT_EQ(result.kind, LinkKind::video);
    EXPECT_THAT(web.asked, IsEmpty());
    EXPECT_THAT(counters.by_label("not_compared_total"), ElementsAre(testing::Pair("video_not_read", 1)));
}

TEST_F(PipelineVideos, WhatTurnsOutAVideoIsOneFromThenOn)
{
    const auto visit = claim().at(0);
    web.pages[start] = ScriptedFetcher::status(200, {{"Content-Type", "text/html"}}, "\x1A\x45\xDF\xA3 film");
    const auto result = run(pipeline.visit(visit)).value();
    EXPECT_EQ(result.outcome, Outcome::other);
    EXPECT_EQ(result.kind, LinkKind::video);
}

TEST_F(WatchedVideos, WhatNeighboursAgreeOnIsRecordedWithWhenItIsShown)
{
    (void)enrol(open_case(), picture_file("sea"));
    videos.film = shows_the_sea;
    const auto result = watch();
    EXPECT_EQ(result.outcome, Outcome::compared);
    EXPECT_EQ(result.kind, LinkKind::video);
    ASSERT_EQ(findings().size(), 1U);
    const auto text = stores.cases().video_of(findings()[0].id);
    ASSERT_TRUE(text);
    const auto video = parse_json(*text).value().as_object();
    const auto& span = video.at("spans").as_array().at(0).as_object();
    EXPECT_DOUBLE_EQ(span.at("from_s").to_number<double>(), 1.0);
    EXPECT_DOUBLE_EQ(span.at("to_s").to_number<double>(), 1.3);
    EXPECT_EQ(video.at("codec").as_string(), "h264");
    EXPECT_EQ(evidence_files().size(), 1U);
    EXPECT_EQ(inspector.trusts.back(), Trust::unshared) << "the surest frame is asked of another worker";
}

TEST_F(WatchedVideos, OneFrameAloneIsNoMatch)
{
    (void)enrol(open_case(), picture_file("sea"));
    videos.film = {{0, picture_file("hill")},
                   {1'000, picture_file("sea")},
                   {1'300, picture_file("hill", "2")},
                   {700, picture_file("hill", "3")}};
    EXPECT_EQ(watch().outcome, Outcome::compared);
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(WatchedVideos, WhatIsKnownIsNotReadAgainUntilThereIsANewReference)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("cliff"));
    videos.film = shows_the_sea;
    const auto first = watch();
    EXPECT_EQ(watch(first.generation).outcome, Outcome::compared);
    EXPECT_EQ(videos.opened, 1);
    (void)enrol(c, picture_file("sea"), "R-02");
    EXPECT_EQ(watch(first.generation).outcome, Outcome::compared);
    EXPECT_EQ(videos.opened, 2);
    EXPECT_EQ(findings().size(), 1U);
}

TEST_F(WatchedVideos, PassingFailuresLeaveNoVerdict)
{
    (void)enrol(open_case(), picture_file("sea"));
    videos.film = shows_the_sea;
    for (const auto code : {Errc::io, VideoReader::lost}) {
        videos.error = Error{code, "it is gone"};
        const auto result = watch();
        EXPECT_EQ(result.outcome, Outcome::waiting) << name_of(code);
        EXPECT_FALSE(result.verdict);
        EXPECT_EQ(result.kind, LinkKind::video);
    }
    EXPECT_THAT(findings(), IsEmpty());
}

// One that costs its worker among many that show nothing: nobody knows what it shows.
TEST_F(WatchedVideos, FramesThatCostTheirWorkersLeaveNoVerdict)
{
    (void)enrol(open_case(), picture_file("sea"));
    videos.film = shows_the_sea;
    inspector.refusal = [](const Document& document) -> std::optional<Error> {
        if (as_text(*document.body).find("sea") == std::string_view::npos) return std::nullopt;
        return Error{Inspector::lost, "worker: killed"};
    };
    const auto first = watch();
    EXPECT_EQ(first.outcome, Outcome::waiting);
    EXPECT_FALSE(first.verdict);
    EXPECT_LE(first.due - first.at, std::chrono::minutes(15));
    inspector.refusal = {};
    clock.pass(std::chrono::minutes(16));
    EXPECT_EQ(watch(first.generation).outcome, Outcome::compared);
    EXPECT_EQ(findings().size(), 1U);
}

TEST_F(WatchedVideos, AVideoNoneOfWhoseFramesCanBeReadIsNotOneThatShowsNothing)
{
    (void)enrol(open_case(), picture_file("sea"));
    videos.film = shows_the_sea;
    inspector.refusal = [](const Document&) { return Error{Errc::undecodable, "broken"}; };
    EXPECT_EQ(watch().outcome, Outcome::undecodable);
}

// The host knows no ranges, and its answer ends early.
TEST_F(WatchedVideos, WhatBrokeOffAndShowsNothingIsAskedForAgain)
{
    (void)enrol(open_case(), picture_file("cliff"));
    videos.film = shows_the_sea;
    web.pages[start] = [](const FetchRequest& request) {
        const std::vector<HeaderField> headers{{"Content-Type", "video/webm"}, {"Content-Length", "1000"}};
        auto answer = ScriptedFetcher::status(200, headers, "\x1A\x45\xDF\xA3 film")(request);
        answer->cut = Cut::disconnect;
        return answer;
    };
    EXPECT_FALSE(watch().verdict);
    EXPECT_THAT(counters.by_label("not_compared_total"), ElementsAre(testing::Pair("cut_off", 1)));
}

// A segment that a busy server did not give may hold what is looked for; one that is gone tells nothing.
TEST_F(WatchedVideos, APlaylistWithASegmentThatMayComeAnotherDayHasNoVerdict)
{
    (void)enrol(open_case(), picture_file("cliff"));
    videos.film = shows_the_sea;
    const std::string later = "https://board.example/b.ts";
    web.pages[start] = ScriptedFetcher::status(200, {{"Content-Type", "application/vnd.apple.mpegurl"}},
                                               "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n"
                                               "#EXTINF:4,\nb.ts\n#EXT-X-ENDLIST\n");
    serve("https://board.example/a.ts", "segment");
    web.pages[later] = ScriptedFetcher::status(503);
    EXPECT_FALSE(watch().verdict);
    EXPECT_THAT(counters.by_label("not_compared_total"), ElementsAre(testing::Pair("cut_off", 1)));
    web.pages[later] = ScriptedFetcher::status(404);
    const auto second = watch();
    EXPECT_EQ(second.outcome, Outcome::compared);
    EXPECT_TRUE(second.verdict);
    EXPECT_EQ(counters.total("videos_in_part_total"), 1);
}

// Between the match and the second opinion nothing of the frame can be had: that is nobody's disagreement.
TEST_F(WatchedVideos, AMatchThatCannotBeShownAgainIsNotDropped)
{
    (void)enrol(open_case(), picture_file("sea"));
    videos.film = shows_the_sea;
    videos.tells_near = 1; // the neighbours
    const auto result = watch();
    EXPECT_EQ(result.outcome, Outcome::waiting);
    EXPECT_FALSE(result.verdict);
    EXPECT_EQ(counters.total("worker_disagreements_total"), 0);
}

TEST_F(WatchedVideos, TheReadersOwnRefusalIsOne)
{
    (void)enrol(open_case(), picture_file("sea"));
    videos.error = Error{Errc::undecodable, "no codec that is read"};
    EXPECT_EQ(watch().outcome, Outcome::undecodable);
    EXPECT_EQ(watch().outcome, Outcome::undecodable);
    EXPECT_EQ(videos.opened, 1);
}

TEST_F(WatchedVideos, WhereNoTimeIsLeftForMoreTheRestWaitsForTheNextDay)
{
    (void)enrol(open_case(), picture_file("cliff"));
    auto short_of_time = std::make_shared<PipelineSettings>(*watching->settings());
    short_of_time->look_time_a_day = std::chrono::seconds(0);
    watching->use(short_of_time);
    videos.film = shows_the_sea;
    const auto result = watch();
    EXPECT_EQ(result.outcome, Outcome::waiting);
    EXPECT_GE(result.due, std::chrono::floor<std::chrono::days>(clock.now()) + std::chrono::hours(24));
    EXPECT_THAT(counters.by_label("not_compared_total"), ElementsAre(testing::Pair("video_glanced", 1)));
}

// A film that was taken from a site begins with the site's logo, and so do all films there.
TEST_F(WatchedVideos, WhatASitePutsBeforeItsFilmsHasNoVoiceFromTheFourthOn)
{
    auto consent = stillwatch::test::sample_consent();
    consent.scope = "pictures,videos";
    consent.expires_at = at(20'000'000);
    const auto c = book.open(consent, cases::ApprovalRule::one_person, {"anna", clock.now()}).value();
    std::vector<matcher::ReferenceFrame> frames;
    for (const auto& [time_ms, motif] :
         std::map<std::int64_t, std::string>{{0, "logo"}, {2'000, "sea"}, {6'000, "cliff"}})
        frames.push_back({time_ms, features_of(picture_file(motif), Detail::reference)});
    const auto record = matcher::make_video_record(Sha256::of(as_bytes("film")), std::move(frames)).value();
    Reference draft;
    draft.name = "V-01";
    draft.sealed = cases::seal_reference(c.public_key, c.pseudonym, record).value().bytes;
    draft.extractor_version = extractor_version;
    (void)book.enrol(c.pseudonym, draft, {"anna", clock.now()}).value();
    reload();
    const auto show = [&](const std::string& name, const std::string& then) {
        web.pages[start] =
            ScriptedFetcher::status(200, {{"Content-Type", "video/webm"}}, "\x1A\x45\xDF\xA3 film " + name);
        videos.duration_ms += 5'000; // films of one length are one film
        videos.film = {{0, picture_file("logo")},          {300, picture_file("logo", "2")},
                       {1'000, picture_file("logo", "3")}, {1'300, picture_file("logo", "4")},
                       {20'000, picture_file(then)},       {20'300, picture_file(then, "2")}};
        return watch().matched.size();
    };
    videos.duration_ms = 30'000;
    for (const auto* name : {"one", "two", "three"})
        EXPECT_EQ(show(name, "wood"), 1U) << name << ": a person decides";
    EXPECT_EQ(show("four", "hill"), 0U);
    EXPECT_EQ(counters.total("video_intros_left_out_total"), 1);
    // What shows more of the reference than its beginning is found all the same.
    EXPECT_EQ(show("five", "sea"), 1U);
    EXPECT_EQ(counters.total("video_intros_left_out_total"), 1);
}

} // namespace
} // namespace stillwatch::pipeline
