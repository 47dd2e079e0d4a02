#include "cases/references.hpp"
#include "core/json.hpp"
#include "matcher/reference_codec.hpp"
#include "matcher/video_reference.hpp"
#include "pipeline/picture_mark.hpp"
#include "pipeline/video_faces.hpp"
#include "store/face_records.hpp"
#include "world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <future>

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

// What a film shows, by its milliseconds.
using Film = std::map<std::int64_t, std::string>;

VideoFrame frame_at(std::int64_t time_ms, const std::string& file)
{
    VideoFrame frame;
    frame.time_ms = time_ms;
    frame.picture = std::make_shared<const Bytes>(as_bytes(file).begin(), as_bytes(file).end());
    return frame;
}

class FakeVideo final : public VideoReader {
public:
    explicit FakeVideo(Film film) : film_(std::move(film)) {}
    FakeVideo(Film film, std::optional<Error> error, std::int64_t duration_ms)
        : film_(std::move(film)), error_(std::move(error)), duration_ms_(duration_ms)
    {
    }

    Result<void> put(std::uint64_t, ByteView) override { return {}; }
    Task<Result<VideoReading>> frames(VideoPass, std::int64_t after_ms, MoreBytes) override
    {
        if (error_) co_return *error_;
        VideoReading reading;
        reading.facts = {"mov", "h264", duration_ms_, 640, 360};
        for (const auto& [time, file] : film_) // those whole seconds are chosen
            if (time > after_ms && time % 1'000 == 0) reading.frames.push_back(frame_at(time, file));
        co_return reading;
    }
    Task<Result<VideoReading>> frames_near(std::vector<std::int64_t> times_ms, MoreBytes) override
    {
        if (error_) co_return *error_;
        VideoReading reading;
        reading.facts = {"mov", "h264", duration_ms_, 640, 360};
        std::set<std::int64_t> nearest;
        for (const auto wanted : times_ms)
            nearest.insert(std::ranges::min_element(film_, {}, [&](const auto& one) {
                               return std::abs(one.first - wanted);
                           })->first);
        for (const auto time : nearest)
            reading.frames.push_back(frame_at(time, film_.at(time)));
        co_return reading;
    }

private:
    Film film_;
    std::optional<Error> error_{};
    std::int64_t duration_ms_ = 3'000;
};

class FakeVideos final : public VideoReaders {
public:
    Film film{};
    std::optional<Error> error{};
    std::int64_t duration_ms = 3'000;
    int opened = 0;

    Result<std::unique_ptr<VideoReader>> open(std::uint64_t) override
    {
        ++opened;
        return std::unique_ptr<VideoReader>(std::make_unique<FakeVideo>(film, error, duration_ms));
    }
};

class WatchedVideos : public testing::Test, protected World {
protected:
    WatchedVideos()
    {
        use_settings();
        auto with_videos = services;
        with_videos.videos = &videos;
        watching.emplace(with_videos, pipeline.settings());
        web.pages[start] =
            ScriptedFetcher::status(200, {{"Content-Type", "video/webm"}}, "\x1A\x45\xDF\xA3 film");
    }

    store::VisitResult watch(std::int64_t generation = 0)
    {
        auto visit = claim_one();
        visit.kind = LinkKind::video;
        visit.generation = generation;
        auto result = run(watching->visit(visit)).value();
        EXPECT_TRUE(stores.frontier().apply({result}));
        return result;
    }
    store::Visit claim_one()
    {
        return stores.frontier()
            .claim_one(url(start), clock.now(), clock.now() + std::chrono::hours(1))
            .value();
    }

    const Film shows_the_sea{{0, picture_file("hill")},     {700, picture_file("hill")},
                             {1'000, picture_file("sea")},  {1'300, picture_file("sea", "later")},
                             {2'000, picture_file("wood")}, {2'300, picture_file("wood")}};
    FakeVideos videos;
    std::optional<Pipeline> watching;
};

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

// A face like the person's in each picture of the sea.
class FacesOfTheSea final : public FaceReader {
public:
    bool lies = false; // those who served others tell what nobody else sees
    std::optional<Error> error{};

    static std::vector<float> numbers() { return {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}; }
    static Sha256 model() { return Sha256::of(as_bytes("models")); }
    Task<Result<FacesSeen>> faces(Document document) override
    {
        if (error) co_return *error;
        FacesSeen seen;
        seen.width_px = 640;
        seen.height_px = 360;
        seen.model = model();
        const bool is_there = std::string(as_text(*document.body)).find("sea") != std::string::npos;
        if (is_there && !(lies && document.trust == Trust::unshared))
            seen.faces.push_back({{100, 50, 60, 80}, 0.99, 60, 3, 0, numbers()});
        co_return std::move(seen);
    }
};

class FacesInVideos : public WatchedVideos {
protected:
    FacesInVideos()
    {
        references.look_for_faces(
            {FacesOfTheSea::model(), faces::ThresholdTable({{1, 1, {{1e-5, 0.5}, {1e-7, 0.7}}}}), {}});
        with_both.videos = &videos;
        with_both.faces = &readers;
        watching.emplace(with_both, pipeline.settings());
        auto consent = stillwatch::test::sample_consent();
        consent.scope = "pictures,faces";
        consent.expires_at = at(20'000'000);
        const auto c = book.open(consent, cases::ApprovalRule::one_person, {"anna", clock.now()}).value();
        const auto record = matcher::make_reference_record(matcher::ReferenceFace{
            FacesOfTheSea::model(), Sha256::of(as_bytes("photograph")), FacesOfTheSea::numbers()});
        Reference draft;
        draft.name = "F-01";
        draft.sealed = cases::seal_reference(c.public_key, c.pseudonym, record).value().bytes;
        draft.extractor_version = extractor_version;
        (void)book.enrol(c.pseudonym, draft, {"anna", clock.now()}).value();
        reload();
        videos.film = {{0, picture_file("hill")},
                       {1'000, picture_file("sea")},
                       {2'000, picture_file("sea", "2")},
                       {3'000, picture_file("sea", "3")},
                       {4'000, picture_file("wood")}};
    }
    Fingerprint mark_of_picture(const std::string& file) const
    {
        const auto features = features_of(file);
        const auto upright = static_cast<std::size_t>(Orientation::original);
        return picture_mark(features.frames.front().fingerprints[upright], signing);
    }
    FacesOfTheSea readers;
    Services with_both = services;
};

TEST_F(FacesInVideos, AFaceOverSomeFramesIsOneLeadWithWhenItIsSeen)
{
    EXPECT_EQ(watch().outcome, Outcome::compared);
    ASSERT_EQ(findings().size(), 1U);
    EXPECT_EQ(findings()[0].match.tier, Tier::resemblance);
    EXPECT_EQ(findings()[0].match.status, MatchStatus::candidate);
    const auto kept = store::FaceRecords(stores.cases()).lead_of(findings()[0].id).value();
    EXPECT_EQ(kept.likeness.value().faces, 3); // the mean of three
    const auto video = parse_json(*stores.cases().video_of(findings()[0].id)).value().as_object();
    const auto& span = video.at("spans").as_array().at(0).as_object();
    EXPECT_DOUBLE_EQ(span.at("from_s").to_number<double>(), 1.0);
    EXPECT_DOUBLE_EQ(span.at("to_s").to_number<double>(), 3.0);
    EXPECT_EQ(video.at("frames_matched").to_number<int>(), 3);
}

TEST_F(FacesInVideos, ALeadCountsWhenAWorkerSaysSoThatServedNoOtherSite)
{
    readers.lies = true;
    EXPECT_EQ(watch().outcome, Outcome::compared);
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_EQ(counters.total("worker_disagreements_total"), 1);
}

// The frame is what a picture is known by elsewhere: one body in a still and in a film, with two faces.
TEST_F(FacesInVideos, TheFrameThatShowsTheFaceIsFoundAgainWithAnotherFace)
{
    (void)watch();
    ASSERT_EQ(findings().size(), 1U);
    const auto id = findings()[0].id;
    const store::FaceRecords records(stores.cases());
    const auto lead = records.lead_of(id).value();
    ASSERT_TRUE(lead.frame);
    EXPECT_FALSE(findings()[0].fingerprint) << "a video has none of its own";
    Finding still = findings()[0];
    still.content = Sha256::of(as_bytes("a still"));
    still.case_id = CaseId{77};
    still.fingerprint = mark_of_picture(picture_file("sea", "far"));
    store::FaceLead other{lead.mark};
    for (auto& word : other.mark.words)
        word = ~word;
    EXPECT_EQ(records.other_face_on(still, other, 31, 96), id);
    EXPECT_FALSE(records.other_face_on(still, lead, 31, 96)) << "the same face";
    still.fingerprint = mark_of_picture(picture_file("wood"));
    EXPECT_FALSE(records.other_face_on(still, other, 31, 96)) << "another picture";
}

TEST_F(FacesInVideos, WhereAVideoMatchesAndItsFacesCannotBeReadTheyAreReadTheNextDay)
{
    (void)enrol(open_case(), picture_file("wood"));
    videos.film.emplace(4'300, picture_file("wood", "2"));
    readers.error = Error{Inspector::lost, "worker: killed"};
    const auto first = watch();
    EXPECT_EQ(findings().size(), 1U);
    EXPECT_LE(first.due - first.at, std::chrono::hours(24));
    ASSERT_TRUE(first.verdict);
    EXPECT_EQ(first.verdict->generation, 0);
    readers.error.reset();
    const auto second = watch(first.generation);
    EXPECT_EQ(findings().size(), 2U);
    EXPECT_EQ(second.verdict.value().generation, second.generation);
}

// Counts what it is asked.
class CountedVideo final : public VideoReader {
public:
    explicit CountedVideo(Film film) : video_(std::move(film)) {}
    int asked_near = 0;

    Result<void> put(std::uint64_t from, ByteView bytes) override { return video_.put(from, bytes); }
    Task<Result<VideoReading>> frames(VideoPass pass, std::int64_t after_ms, MoreBytes more) override
    {
        return video_.frames(pass, after_ms, more);
    }
    Task<Result<VideoReading>> frames_near(std::vector<std::int64_t> times_ms, MoreBytes more) override
    {
        ++asked_near;
        return video_.frames_near(std::move(times_ms), more);
    }

private:
    FakeVideo video_;
};

TEST_F(FacesInVideos, TracksAreLinkedAndComparedInThePool)
{
    VideoFaces looked(with_both, url(start), "board");
    for (const auto& [time_ms, file] : videos.film) {
        const FrameBeside frame{time_ms, frame_at(time_ms, file).picture, {}};
        stillwatch::test::run_to_end(loop, looked.look(frame));
    }
    CountedVideo video(videos.film);
    std::promise<void> free;
    asio::post(cpu, [is_free = free.get_future().share()] { is_free.wait(); }); // its only thread
    std::optional<std::size_t> leads;
    const auto ask = [&]() -> Task<> {
        const auto found = co_await looked.leads(video);
        leads = found ? found->size() : 0;
    };
    asio::co_spawn(loop, ask(), asio::detached);
    loop.restart();
    while (loop.poll() > 0)
        continue;
    EXPECT_EQ(video.asked_near, 0) << "the loop compared tracks itself";
    free.set_value();
    loop.restart();
    while (!leads && loop.run_one() > 0)
        continue;
    EXPECT_EQ(video.asked_near, 1);
    EXPECT_EQ(leads, 1U);
}

} // namespace
} // namespace stillwatch::pipeline
