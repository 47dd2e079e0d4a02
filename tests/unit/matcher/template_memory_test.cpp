#include "matcher/template_memory.hpp"

#include "core/bytes.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace stillwatch::matcher {
namespace {

Sha256 picture(int number)
{
    return Sha256::of(as_bytes(std::to_string(number)));
}

PartKey feature(std::size_t index, std::int64_t reference = 1)
{
    return {ReferenceId{reference}, 0, PartKey::Kind::feature, index};
}

TEST(PartKey, NamesEachPartDifferently)
{
    std::set<PartKey> keys;
    for (std::int64_t reference : {1, 2, 1'000'000})
        for (std::size_t frame = 0; frame < 4; ++frame)
            for (const auto kind : {PartKey::Kind::feature, PartKey::Kind::tile})
                for (std::size_t index : {0U, 1U, 255U, 1'199U})
                    keys.insert({ReferenceId{reference}, frame, kind, index});
    EXPECT_EQ(keys.size(), 3U * 4 * 2 * 4);
}

TEST(TemplateMemory, KnowsNothingAtFirst)
{
    const TemplateMemory memory;
    EXPECT_TRUE(memory.templates()->empty());
    EXPECT_FALSE(memory.templates()->contains(feature(1)));
}

TEST(TemplateMemory, TwoOtherPicturesMakeATemplate)
{
    TemplateMemory memory;
    memory.learn(picture(1), std::vector{feature(1), feature(2)});
    EXPECT_TRUE(memory.templates()->empty());
    memory.learn(picture(2), std::vector{feature(2), feature(3)});
    const auto templates = memory.templates();
    EXPECT_EQ(templates->size(), 1U);
    EXPECT_TRUE(templates->contains(feature(2)));
    EXPECT_FALSE(templates->contains(feature(1)));
    EXPECT_FALSE(templates->contains(feature(2, 5))) << "of another reference";
}

TEST(TemplateMemory, TheSamePictureCountsOnce)
{
    TemplateMemory memory;
    for (int i = 0; i < 5; ++i)
        memory.learn(picture(1), std::vector{feature(1), feature(1)});
    EXPECT_TRUE(memory.templates()->empty());
}

TEST(TemplateMemory, WhatWasGivenOutDoesNotChange)
{
    TemplateMemory memory;
    const auto before = memory.templates();
    memory.learn(picture(1), std::vector{feature(1)});
    memory.learn(picture(2), std::vector{feature(1)});
    EXPECT_TRUE(before->empty());
    EXPECT_EQ(memory.templates()->size(), 1U);
    EXPECT_EQ(memory.templates(), memory.templates()) << "made anew only when something was learnt";
}

TEST(TemplateMemory, BeginsAnewWhenItIsFull)
{
    TemplateMemory memory;
    memory.learn(picture(1), std::vector{feature(1)});
    memory.learn(picture(2), std::vector{feature(1)});
    ASSERT_FALSE(memory.templates()->empty());
    constexpr std::size_t parts_a_picture = 1'000;
    constexpr std::size_t pictures = TemplateMemory::max_parts / parts_a_picture + 1;
    for (std::size_t number = 0; number < pictures; ++number) {
        std::vector<PartKey> parts;
        for (std::size_t i = 0; i < parts_a_picture; ++i)
            parts.push_back(feature(i, static_cast<std::int64_t>(100 + number)));
        memory.learn(picture(static_cast<int>(100 + number)), parts);
    }
    EXPECT_TRUE(memory.templates()->empty());
    memory.learn(picture(3), std::vector{feature(1)});
    memory.learn(picture(4), std::vector{feature(1)});
    EXPECT_TRUE(memory.templates()->contains(feature(1))) << "and learns again";
}

} // namespace
} // namespace stillwatch::matcher
