#include "pipeline/face_mark.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace stillwatch::pipeline {
namespace {

// A face at that angle from the first axis, in the plane of it and axis `toward`.
std::vector<float> face_at(double similarity, std::size_t toward = 1)
{
    std::vector<float> numbers(512);
    numbers[0] = static_cast<float>(similarity);
    numbers[toward] = static_cast<float>(std::sqrt(1 - similarity * similarity));
    return numbers;
}

TEST(FaceMark, DiffersByTheAngleBetweenFaces)
{
    const auto key = vault::SigningKey::generate();
    const auto mark = face_mark(face_at(1), key);
    for (const double similarity : {0.95, 0.83, 0.6, 0.38, 0.0}) {
        const double expected = 256 * std::acos(similarity) / std::numbers::pi;
        const double spread = std::sqrt(expected * (256 - expected) / 256);
        EXPECT_NEAR(hamming(mark, face_mark(face_at(similarity, 7), key)), expected, 5 * spread)
            << similarity;
    }
    EXPECT_EQ(hamming(mark, face_mark(face_at(1), key)), 0);
}

TEST(FaceMark, SaysNothingWithoutTheKey)
{
    const auto mark = face_mark(face_at(1), vault::SigningKey::generate());
    EXPECT_GT(hamming(mark, face_mark(face_at(1), vault::SigningKey::generate())), 80);
}

} // namespace
} // namespace stillwatch::pipeline
