#include "faces/tracks.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace stillwatch::faces {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t dimension = 64;
const Sha256 model = Sha256::of(as_bytes("models"));

// Of unit length, towards axis `toward`, with a share of axis `other`.
Face face_at(std::size_t toward, double left = 100, std::size_t other = dimension - 1, double share = 0)
{
    Face face;
    face.box = {left, 50, 60, 80};
    face.side_px = 60;
    face.norm = 3;
    face.embedding.resize(dimension);
    face.embedding[toward] = static_cast<float>(std::sqrt(1 - share * share));
    face.embedding[other] = static_cast<float>(share);
    return face;
}

FacesSeen frame_with(std::vector<Face> faces)
{
    FacesSeen seen;
    seen.model = model;
    seen.faces = std::move(faces);
    return seen;
}

class FaceTracks : public ::testing::Test {
protected:
    FaceTracks()
    {
        const auto enrolled = face_at(0);
        const EnrolledFace one{ReferenceId{7}, CaseId{1}, enrolled.embedding};
        people.emplace(
            std::span(&one, 1),
            ThresholdTable({{1, 1, {{1e-5, 0.5}, {1e-7, 0.7}}}, {1, 3, {{1e-5, 0.55}, {1e-7, 0.75}}}}),
            Budget{}, *std::pmr::new_delete_resource());
    }
    double between_weak_and_lead(int faces) const
    {
        const auto from = thresholds_for(
            ThresholdTable({{1, 1, {{1e-5, 0.5}, {1e-7, 0.7}}}, {1, 3, {{1e-5, 0.55}, {1e-7, 0.75}}}}),
            people->rates(), 1, faces);
        return (from.weak + from.lead) / 2;
    }

    std::optional<People> people;
    Tracks tracks{model};
};

TEST_F(FaceTracks, FacesOfNeighbouringFramesAreOneTrackEach)
{
    for (const int second : {2, 0, 1, 3}) // in any order
        tracks.add(second * 1'000, frame_with({face_at(0, 100 + 5 * second), face_at(9, 300)}));
    const auto found = tracks.tracks();
    ASSERT_THAT(found, SizeIs(2));
    for (const auto& track : found) {
        EXPECT_EQ(track.frames, 4U);
        EXPECT_EQ(track.faces, 4);
        EXPECT_EQ(track.from_ms, 0);
        EXPECT_EQ(track.to_ms, 3'000);
        EXPECT_THAT(track.best_ms, ElementsAre(0, 1'000, 2'000, 3'000));
        EXPECT_THAT(track.clearest.embedding, IsEmpty());
    }
}

TEST_F(FaceTracks, AnotherFaceAnotherPlaceAndALongWhileBeginNewOnes)
{
    tracks.add(0, frame_with({face_at(0)}));
    tracks.add(1'000, frame_with({face_at(9)}));      // there, but somebody else
    tracks.add(2'000, frame_with({face_at(0, 300)})); // the same, elsewhere
    tracks.add(9'000, frame_with({face_at(9)}));      // long after
    EXPECT_THAT(tracks.tracks(), SizeIs(4));
}

TEST_F(FaceTracks, WhatIsComparedIsTheMeanOfTheFiveClearest)
{
    for (int i = 0; i < 7; ++i) {
        auto face = face_at(0, 100, 1, i < 2 ? 0.7 : 0);
        face.norm = i < 2 ? 2.3 : 3 + i;
        tracks.add(i * 1'000, frame_with({std::move(face)}));
    }
    const auto found = tracks.tracks();
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found.front().frames, 7U);
    EXPECT_EQ(found.front().faces, 5);
    EXPECT_NEAR(found.front().probe[0], 1, 1e-6);
    EXPECT_EQ(found.front().clearest_ms, 6'000);
    const auto leads = leads_in(found, *people, model);
    ASSERT_THAT(leads, SizeIs(1)) << "one track, one lead";
    EXPECT_EQ(band_of(leads.front().match), Band::strong);
}

TEST_F(FaceTracks, AShortOneIsNoWeakLead)
{
    const double alike = between_weak_and_lead(1);
    const auto face = [](double similarity) {
        return face_at(0, 100, 5, std::sqrt(1 - similarity * similarity));
    };
    for (const int second : {0, 1})
        tracks.add(second * 1'000, frame_with({face(alike)}));
    EXPECT_THAT(leads_in(tracks.tracks(), *people, model), IsEmpty());

    Tracks longer{model};
    for (const int second : {0, 1, 2})
        longer.add(second * 1'000, frame_with({face(between_weak_and_lead(3))}));
    const auto leads = leads_in(longer.tracks(), *people, model);
    ASSERT_THAT(leads, SizeIs(1));
    EXPECT_EQ(band_of(leads.front().match), Band::weak);
}

TEST_F(FaceTracks, SmallFacesAndThoseOfOtherModelsAreLeftOut)
{
    auto small = face_at(0);
    small.side_px = Tracks::least_side_px - 1;
    tracks.add(0, frame_with({small}));
    auto other = frame_with({face_at(0)});
    other.model = Sha256::of(as_bytes("older models"));
    tracks.add(1'000, std::move(other));
    EXPECT_THAT(tracks.tracks(), IsEmpty());
}

TEST_F(FaceTracks, TheirNumberIsBounded)
{
    for (std::int64_t i = 0; !tracks.is_full(); ++i) {
        ASSERT_LE(i, 200);
        tracks.add(i * 100, frame_with(std::vector<Face>(20, face_at(0))));
    }
    tracks.add(0, frame_with({face_at(9)}));
    for (const auto& track : tracks.tracks())
        EXPECT_GT(track.probe[0], 0.9);
}

TEST_F(FaceTracks, WhatIsSeenAgainIsTheNearestFaceOfEachFrame)
{
    for (const int second : {0, 1, 2})
        tracks.add(second * 1'000, frame_with({face_at(0)}));
    const auto track = tracks.tracks().front();
    const std::vector<FacesSeen> frames{frame_with({face_at(9), face_at(0, 100, 1, 0.2)}),
                                        frame_with({face_at(9)}), frame_with({face_at(0)})};
    const auto again = seen_again(track, frames);
    EXPECT_EQ(again.faces, 2);
    EXPECT_GT(again.probe[0], 0.99);
    EXPECT_EQ(seen_again(track, std::span(frames).subspan(1, 1)).faces, 0);
}

} // namespace
} // namespace stillwatch::faces
