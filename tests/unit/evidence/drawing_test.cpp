#include "evidence/drawing.hpp"

#include "evidence/cover.hpp"
#include "tests/support/sample_capture.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace stillwatch::evidence {
namespace {

Placement half()
{
    Placement placement;
    placement.quadrilateral = {0, 0, 500, 0, 500, 400, 0, 400};
    return placement;
}

TEST(Drawing, ShowsTheOutlineOfTheReferenceInThatOfThePicture)
{
    const auto svg = render_drawing(half(), {1000, 400});
    EXPECT_TRUE(svg.starts_with("<svg ")) << svg;
    EXPECT_NE(svg.find("width=\"420.0\" height=\"168.0\""), std::string::npos) << svg; // 1000 x 400 in 420
    EXPECT_NE(svg.find("points=\"30.0,30.0 240.0,30.0 240.0,198.0 30.0,198.0\""), std::string::npos) << svg;
    EXPECT_EQ(svg.find("stroke-dasharray"), std::string::npos);
    for (const auto* foreign : {"<image", "href", "<script", "data:", "style="})
        EXPECT_EQ(svg.find(foreign), std::string::npos) << foreign;
}

TEST(Drawing, ShowsWhereTheyDisagree)
{
    auto placement = half();
    placement.edited = {0.5, 0, 1, 0.5};
    const auto svg = render_drawing(placement, {1000, 400});
    EXPECT_NE(
        svg.find("points=\"135.0,30.0 240.0,30.0 240.0,114.0 135.0,114.0\" fill=\"none\" stroke=\"#b00020\""),
        std::string::npos)
        << svg;
}

TEST(Drawing, IsLeftOutWhereItsFiguresAreNone)
{
    EXPECT_EQ(render_drawing(half(), {0, 400}), "");
    auto placement = half();
    placement.quadrilateral[3] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(render_drawing(placement, {1000, 400}), "");
}

TEST(Drawing, StandsOnTheCoverOfAPackageWhoseReferenceWasLaidOntoThePicture)
{
    const auto settings = test::sample_settings("/nowhere", "age1x");
    auto facts = test::sample_facts();
    EXPECT_EQ(render_cover(settings, facts, test::sample_capture(), "id").find("<svg"), std::string::npos);
    facts.finding.match.placement = half();
    facts.picture = {1000, 400};
    const auto cover = render_cover(settings, facts, test::sample_capture(), "id");
    EXPECT_NE(cover.find(render_drawing(half(), {1000, 400})), std::string::npos);
    EXPECT_NE(cover.find("no part of either picture is shown"), std::string::npos);
}

} // namespace
} // namespace stillwatch::evidence
