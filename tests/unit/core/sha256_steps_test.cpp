#include "core/sha256_steps.hpp"

#include <gtest/gtest.h>

namespace stillwatch {
namespace {

Bytes bytes_of(std::size_t size, unsigned seed)
{
    Bytes bytes(size);
    unsigned value = seed;
    for (auto& byte : bytes) {
        value = value * 1'664'525U + 1'013'904'223U;
        byte = static_cast<std::byte>(value >> 24U);
    }
    return bytes;
}

TEST(Sha256Steps, TwoSideBySideAreWhatEachIsAlone)
{
    for (const std::size_t one_size : {0, 1, 55, 56, 63, 64, 65, 128, 1'000, 4'096, 70'001})
        for (const std::size_t other_size : {0, 64, 119, 640, 70'001}) {
            const auto one = bytes_of(one_size, 1);
            const auto other = bytes_of(other_size, 2);
            Sha256Steps first{one};
            Sha256Steps second{other};
            Sha256Steps::advance(first, second);
            EXPECT_EQ(first.finish(), Sha256::of(one)) << one_size << ' ' << other_size;
            EXPECT_EQ(second.finish(), Sha256::of(other)) << one_size << ' ' << other_size;
        }
}

TEST(Sha256Steps, TheLongerOneGoesOnWithAnother)
{
    const auto longest = bytes_of(100'000, 3);
    const auto second = bytes_of(30'000, 4);
    const auto third = bytes_of(50'050, 5);
    Sha256Steps steps{longest};
    for (const auto* other : {&second, &third}) {
        Sha256Steps beside{*other};
        Sha256Steps::advance(steps, beside);
        EXPECT_EQ(beside.is_nearly_done(), Sha256Steps::go_well_together());
        EXPECT_EQ(beside.finish(), Sha256::of(*other));
    }
    EXPECT_FALSE(steps.is_nearly_done());
    EXPECT_EQ(steps.finish(), Sha256::of(longest));
}

TEST(Sha256Steps, KnownAnswerOfTheStandard)
{
    // FIPS 180-4, examples of the NIST: the message of 896 bits.
    const std::string text = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
                             "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
    Sha256Steps one{as_bytes(text)};
    Sha256Steps other{as_bytes(text)};
    Sha256Steps::advance(one, other);
    for (auto* each : {&one, &other})
        EXPECT_EQ(each->finish().hex(), "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

} // namespace
} // namespace stillwatch
