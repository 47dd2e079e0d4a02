#include "faces/calibration.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

namespace stillwatch::faces {
namespace {

// People who are told apart perfectly: each has a direction, photographs differ a little from it.
std::vector<PersonFaces> people(std::size_t count, std::size_t photographs)
{
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    constexpr std::size_t dimension = 64;
    std::vector<PersonFaces> all;
    for (std::size_t p = 0; p < count; ++p) {
        std::vector<float> direction(dimension);
        for (auto& number : direction)
            number = normal(random);
        PersonFaces faces;
        for (std::size_t f = 0; f < photographs; ++f) {
            auto face = direction;
            double length = 0;
            for (auto& number : face) {
                number += 0.3F * normal(random);
                length += static_cast<double>(number) * static_cast<double>(number);
            }
            for (auto& number : face)
                number = static_cast<float>(number / std::sqrt(length));
            faces.push_back(std::move(face));
        }
        all.push_back(std::move(faces));
    }
    return all;
}

TEST(FaceCalibration, ThresholdsAreWhatStrangersReach)
{
    const auto measured = measured_thresholds(people(120, 4));
    ASSERT_TRUE(measured) << measured.error().detail;
    EXPECT_EQ(measured->pairs_of_strangers, 120U * 119U / 2U * 16U);
    EXPECT_EQ(measured->pairs_of_one_person, 120U * 6U);
    // Random directions of 64 numbers: the similarity has a deviation of 1/8.
    EXPECT_NEAR(measured->table.similarity(1, 1, 1e-2), 2.33 / 8, 0.03);
    EXPECT_GT(measured->table.similarity(1, 1, 1e-4), measured->table.similarity(1, 1, 1e-3));
    EXPECT_GT(measured->found_at_1e_5, 0.95);
    // Photographs differ by .3 in each direction: 1 / (1 + .09), and some less.
    EXPECT_NEAR(measured->agreement_5_percent, 0.917 - 0.03, 0.03);
}

TEST(FaceCalibration, AFewPeopleSayNothingOfRareMistakes)
{
    const auto measured = measured_thresholds(people(10, 2));
    ASSERT_FALSE(measured);
    EXPECT_EQ(measured.error().code, Errc::refused);
    EXPECT_THAT(measured.error().detail, ::testing::HasSubstr("some hundred people"));
}

} // namespace
} // namespace stillwatch::faces
