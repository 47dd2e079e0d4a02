#include "html/mark_search.hpp"

#include "html/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stillwatch::html {
namespace {

constexpr std::array<SearchedMark, 6> marks{
    {{"age-gate"}, {"i am 18"}, {"class=\"h-captcha", 7}, {"<input"}, {"gate"}, {"gate-age"}}};
constexpr MarkSearch search(marks);

using Found = std::vector<std::pair<std::size_t, std::size_t>>; // mark, place

Found found_in(std::string_view text)
{
    Found found;
    search.find_in(text, [&](std::size_t mark, std::size_t at) { found.emplace_back(mark, at); });
    std::ranges::sort(found);
    return found;
}

// One after the other, at each place.
Found expected_in(std::string_view text)
{
    Found found;
    for (std::size_t i = 0; i < marks.size(); ++i)
        for (auto at = find_name(text, marks[i].text); at != std::string_view::npos;
             at = find_name(text, marks[i].text, at + 1))
            found.emplace_back(i, at);
    return found;
}

TEST(MarkSearch, EachIsFoundWhereverItStandsInAnyCase)
{
    for (const auto& mark : marks)
        for (const std::string filler : {".", "a", "g", "-", "<"})
            for (std::size_t before = 0; before < 12; ++before)
                for (std::size_t behind = 0; behind < 3; ++behind) {
                    std::string text;
                    for (std::size_t i = 0; i < before; ++i)
                        text += filler;
                    std::string written(mark.text);
                    if (before % 2 == 1) std::ranges::transform(written, written.begin(), upper);
                    text += written;
                    for (std::size_t i = 0; i < behind; ++i)
                        text += filler;
                    EXPECT_EQ(found_in(text), expected_in(text)) << text;
                    EXPECT_TRUE(search.is_any_in(text));
                }
}

TEST(MarkSearch, OverlappingOnesAreAllFound)
{
    for (const std::string_view text : {"age-gate-age-gate", "gategategate-agegate", "I AM 18<INPUT<input",
                                        "h-captcha", "class=\"h-captch", "", "g", "gat"})
        EXPECT_EQ(found_in(text), expected_in(text)) << text;
}

} // namespace
} // namespace stillwatch::html
