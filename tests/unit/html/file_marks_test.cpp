#include "html/file_marks.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace {

using namespace stillwatch::html;

constexpr std::array<std::string_view, file_mark_kinds> texts{"base64,",     "data:image/", "/9j",
                                                              "iVBORw0KGgo", "R0lGOD",      "UklGR"};

std::string told(FileMarks marks)
{
    std::string names;
    for (std::size_t i = 0; i < file_mark_kinds; ++i)
        if (marks.test(static_cast<FileMark>(i))) names.append(texts[i]).append(" ");
    return names;
}

std::string alone(std::size_t mark)
{
    std::string name(texts[mark]);
    name += ' ';
    return name;
}

TEST(FileMarks, EachIsFoundWhereverItStands)
{
    for (std::size_t mark = 0; mark < file_mark_kinds; ++mark)
        for (std::size_t before = 0; before < 40; ++before)
            for (std::size_t behind = 0; behind < 40; ++behind) {
                std::string text(before, '.');
                text += texts[mark];
                text.append(behind, '.');
                EXPECT_EQ(told(file_marks_in(text)), alone(mark)) << before << ' ' << behind;
            }
}

TEST(FileMarks, ACutMarkIsNone)
{
    for (const auto text : texts) {
        EXPECT_EQ(told(file_marks_in(text.substr(1))), "") << text;
        EXPECT_EQ(told(file_marks_in(text.substr(0, text.size() - 1))), "") << text;
        std::string far(64, ':');
        far += text.substr(1);
        EXPECT_EQ(told(file_marks_in(far)), "") << text;
    }
}

TEST(FileMarks, ManyAtOnceAreAllFound)
{
    std::string text = "iiiii64:i9jiVR0kl";
    std::string all;
    for (const auto one : texts) {
        text += one;
        all.append(one).append(" ");
    }
    EXPECT_EQ(told(file_marks_in(text)), all);
    EXPECT_EQ(told(file_marks_in("")), "");
}

} // namespace
