#include "faces/reference_face.hpp"

#include <gmock/gmock.h>

namespace stillwatch::faces {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

FacesSeen one_good_face()
{
    FacesSeen seen;
    seen.width_px = seen.height_px = 400;
    Face face;
    face.box = {100, 100, 120, 150};
    face.side_px = 120;
    face.score = 0.97;
    face.norm = 3.4;
    face.embedding = {1.0F, 0.0F};
    seen.faces.push_back(face);
    return seen;
}

Gates gates()
{
    Gates gates;
    gates.reference_norm = 2.73;
    gates.reference_agreement = 0.42;
    return gates;
}

TEST(ReferenceFace, OneLargeClearFaceStandsForAPerson)
{
    const auto face = reference_face(one_good_face(), gates());
    ASSERT_TRUE(face) << face.error().detail;
    EXPECT_EQ(face->side_px, 120);
}

TEST(ReferenceFace, WhatToImproveIsSaidInPlainWords)
{
    const auto why = [](auto change) {
        auto seen = one_good_face();
        change(seen);
        const auto face = reference_face(seen, gates());
        return face ? std::string("taken") : face.error().detail;
    };
    EXPECT_THAT(why([](FacesSeen& seen) { seen.faces.clear(); }), HasSubstr("no face is seen"));
    EXPECT_THAT(why([](FacesSeen& seen) {
                    seen.faces.clear();
                    seen.left_out = 1;
                }),
                HasSubstr("too small or too unclear"));
    EXPECT_THAT(why([](FacesSeen& seen) { seen.left_out = 1; }), HasSubstr("2 faces are seen"));
    EXPECT_THAT(why([](FacesSeen& seen) { seen.faces.front().side_px = 79; }), HasSubstr("79 pixels wide"));
    EXPECT_THAT(why([](FacesSeen& seen) { seen.faces.front().score = 0.85; }), HasSubstr("not clearly one"));
    EXPECT_THAT(why([](FacesSeen& seen) { seen.faces.front().norm = 2.5; }), HasSubstr("sharper photograph"));
}

TEST(ReferenceFace, TheOneThatIsNotLikeTheOthersIsNamed)
{
    const std::vector<float> a{1, 0, 0};
    const std::vector<float> b{0.9F, 0.43589F, 0};
    const std::vector<float> stranger{0, 0, 1};
    EXPECT_THAT(odd_ones({a, b, stranger}, gates()), ElementsAre(2));
    EXPECT_THAT(odd_ones({a, b}, gates()), IsEmpty());
    EXPECT_THAT(odd_ones({a, stranger}, gates()), ElementsAre(0, 1)) << "nobody can tell which";
    EXPECT_THAT(odd_ones({a}, gates()), IsEmpty());
}

TEST(ReferenceFace, FewPhotographsAreTakenAndTheirPriceIsSaid)
{
    EXPECT_THAT(advice_for(1), HasSubstr("1 of 3 to 10"));
    EXPECT_EQ(advice_for(5), "");
    EXPECT_THAT(advice_for(12), HasSubstr("more than ten"));
}

} // namespace
} // namespace stillwatch::faces
