#include "cases/references.hpp"
#include "core/json.hpp"
#include "matcher/reference_codec.hpp"
#include "pipeline/picture_mark.hpp"
#include "pipeline/video_faces.hpp"
#include "store/face_records.hpp"
#include "watched_videos.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

// Faces of people who have consented to it, in videos.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::IsEmpty;

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
