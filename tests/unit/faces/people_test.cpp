#include "faces/judge.hpp"
#include "faces/people.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace stillwatch::faces {
namespace {

using ::testing::SizeIs;

constexpr std::size_t dimension = 64;

// Of unit length, towards axis `toward`, with a share of axis `other`.
std::vector<float> face_at(std::size_t toward, std::size_t other, double share)
{
    std::vector<float> numbers(dimension);
    numbers[toward] = static_cast<float>(std::sqrt(1 - share * share));
    numbers[other] = static_cast<float>(share);
    return numbers;
}

ThresholdTable table()
{
    return ThresholdTable({{1, 1, {{1e-5, 0.5}, {1e-7, 0.7}}}});
}

class PeopleOfTwo : public ::testing::Test {
protected:
    // One with two photographs, one with one.
    std::vector<float> one = face_at(0, 1, 0.3);
    std::vector<float> two = face_at(0, 2, 0.3);
    std::vector<float> three = face_at(5, 6, 0.1);
    std::vector<EnrolledFace> enrolled{{ReferenceId{7}, CaseId{1}, one},
                                       {ReferenceId{4}, CaseId{1}, two},
                                       {ReferenceId{9}, CaseId{2}, three}};
    Budget budget;
    People people{enrolled, table(), budget, *std::pmr::new_delete_resource()};
};

TEST_F(PeopleOfTwo, APersonIsTheMeanOfTheirPhotographs)
{
    const auto found = people.alike(face_at(0, 10, 0));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found.front().case_id, CaseId{1});
    EXPECT_EQ(found.front().reference, ReferenceId{4}) << "the first of theirs";
    EXPECT_EQ(found.front().references, 2);
    const double mean_length = std::sqrt(2 * 2 * (1 - 0.09) + 2 * 0.09) / 2;
    EXPECT_NEAR(found.front().similarity, std::sqrt(1 - 0.09) / mean_length, 1e-3);
}

TEST_F(PeopleOfTwo, StrangersAreLikeNobody)
{
    EXPECT_THAT(people.alike(face_at(20, 21, 0.5)), SizeIs(0));
    EXPECT_THAT(people.alike(std::vector<float>(dimension / 2, 0.1F)), SizeIs(0)) << "another dimension";
}

TEST_F(PeopleOfTwo, AFoundFaceIsALeadWithItsBoxAndABandInThePlaceOfANumber)
{
    FacesSeen seen;
    seen.width_px = 640;
    seen.height_px = 480;
    Face far;
    far.box = {300, 20, 60, 80};
    far.embedding = face_at(0, 30, 0.5);
    auto near = far;
    near.box = {10, 20, 30, 40};
    near.embedding = face_at(0, 30, 0.1);
    seen.faces = {far, near};
    const auto leads = leads_in(seen, people, seen.model, Weak::told);
    ASSERT_THAT(leads, SizeIs(1)) << "a person once, by the face that is most alike";
    EXPECT_EQ(leads.front().face, 1U);
    const auto& lead = leads.front().match;
    EXPECT_EQ(lead.tier, Tier::resemblance);
    EXPECT_EQ(lead.status, MatchStatus::candidate);
    EXPECT_EQ(lead.relation, Relation::face_only);
    EXPECT_EQ(lead.reason, Reason::face_resembles);
    EXPECT_EQ(band_of(lead), Band::strong);
    EXPECT_EQ(lead.score, score_of(Band::strong));
    const std::array<double, 8> corners{10, 20, 40, 20, 40, 60, 10, 60};
    EXPECT_EQ(lead.placement->quadrilateral, corners);
}

TEST_F(PeopleOfTwo, FacesOfOtherModelsAreNotCompared)
{
    FacesSeen seen;
    seen.faces.emplace_back();
    seen.faces.back().embedding = face_at(0, 30, 0.1);
    EXPECT_THAT(leads_in(seen, people, Sha256::of(as_bytes("other models")), Weak::told), SizeIs(0));
}

TEST_F(PeopleOfTwo, WeakLeadsAreLeftOutUnlessAnotherSignStandsBeside)
{
    FacesSeen seen;
    seen.faces.emplace_back();
    const auto thresholds = thresholds_for(table(), people.rates(), 1, 1);
    const double between = (thresholds.weak + thresholds.lead) / 2;
    seen.faces.back().embedding = face_at(5, 40, std::sqrt(1 - between * between));
    EXPECT_THAT(leads_in(seen, people, seen.model, Weak::left_out), SizeIs(0));
    const auto told = leads_in(seen, people, seen.model, Weak::told);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(band_of(told.front().match), Band::weak);
}

} // namespace
} // namespace stillwatch::faces
