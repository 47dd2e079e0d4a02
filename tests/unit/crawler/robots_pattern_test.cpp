#include "crawler/robots/robots_pattern.hpp"

#include "crawler/robots/robots.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <random>

namespace stillwatch::crawler {

namespace {

// The meaning of a pattern in its plainest form.
bool matches_by_definition(std::string_view pattern, std::string_view target)
{
    if (pattern.empty()) return true;
    if (pattern == "$") return target.empty();
    if (pattern.front() == '*')
        return matches_by_definition(pattern.substr(1), target) ||
               (!target.empty() && matches_by_definition(pattern, target.substr(1)));
    return !target.empty() && target.front() == pattern.front() &&
           matches_by_definition(pattern.substr(1), target.substr(1));
}

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t most)
{
    std::string text;
    for (auto left = random() % (most + 1); left > 0; --left)
        text += alphabet[random() % alphabet.size()];
    return text;
}

double cpu_seconds()
{
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

TEST(RobotsPattern, AgreesWithTheDefinition)
{
    std::mt19937 random(7);
    for (int i = 0; i < 20'000; ++i) {
        auto pattern = random_text(random, "aab*", 8);
        if (random() % 3 == 0) pattern += '$';
        const auto target = random_text(random, "aab", 10);
        ASSERT_EQ(matches(pattern, target), matches_by_definition(pattern, target))
            << pattern << ' ' << target;
    }
}

TEST(RobotsPattern, LongPartsAgreeWithTheDefinition)
{
    std::mt19937 random(8);
    for (int i = 0; i < 5'000; ++i) {
        const auto part = random_text(random, "aaab", 22);
        const auto target = random_text(random, "aaab", 60);
        ASSERT_EQ(matches("*" + part, target), target.find(part) != std::string::npos)
            << part << ' ' << target;
    }
}

TEST(RobotsPattern, TimeGrowsWithTheSumOfLengths)
{
    // Quadratic searching would compare 30 x 16,000 x 16,000 bytes here, backtracking would never end.
    const std::string target = "/" + std::string(32'000, 'a');
    const auto many_stars = [] {
        std::string pattern = "/";
        for (int i = 0; i < 8'000; ++i)
            pattern += "*a";
        return pattern + "b";
    }();
    const auto one_part = "*" + std::string(16'000, 'a') + "b";
    const auto before = cpu_seconds();
    for (int i = 0; i < 30; ++i) {
        EXPECT_FALSE(matches(many_stars, target));
        EXPECT_FALSE(matches(one_part, target));
    }
    EXPECT_LT(cpu_seconds() - before, 2.0);
}

TEST(RobotsPattern, ComparableFormIsStable)
{
    std::mt19937 random(9);
    for (int i = 0; i < 5'000; ++i) {
        const auto text = random_text(random, "a/%2fAzZ~$*\xE3 ", 12);
        const auto target = comparable_target(text);
        EXPECT_EQ(comparable_target(target), target) << text;
        const auto pattern = comparable_pattern(text);
        EXPECT_EQ(comparable_pattern(pattern), pattern) << text;
    }
}

} // namespace

} // namespace stillwatch::crawler
