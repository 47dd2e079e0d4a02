#include "pipeline/picture_mark.hpp"

#include <gtest/gtest.h>

namespace stillwatch::pipeline {
namespace {

TEST(PictureMark, KeepsDistancesAndHidesTheFingerprint)
{
    const auto key = vault::SigningKey::generate();
    const Fingerprint one{{1, 2, 3, 4}};
    const Fingerprint other{{1, 2, 3, 0xFF04}};
    EXPECT_EQ(hamming(picture_mark(one, key), picture_mark(other, key)), hamming(one, other));
    EXPECT_EQ(picture_mark(one, key), picture_mark(one, key));
    EXPECT_GT(hamming(picture_mark(one, key), one), 64);
    EXPECT_NE(picture_mark(one, key), picture_mark(one, vault::SigningKey::generate()));
}

} // namespace
} // namespace stillwatch::pipeline
