#pragma once

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stillwatch::html {

// A text to look for, in small letters. It is looked for by what stands behind its first `lead` characters,
// which is to be rarer than they are, and two characters long at least.
struct SearchedMark {
    std::string_view text;
    std::size_t lead = 0;
};

// Looks for up to 64 short texts at once, in any case of letters, and passes over most of what it looks in:
// the algorithm of Wu and Manber (A fast algorithm for multi-pattern searching, 1994) with blocks of two
// characters.
template <std::size_t size>
class MarkSearch {
public:
    static_assert(size <= 64);

    constexpr explicit MarkSearch(const std::array<SearchedMark, size>& marks) : marks_(marks)
    {
        for (const auto& mark : marks_)
            shortest_ = std::min(shortest_, mark.text.size() - mark.lead);
        steps_.fill(static_cast<std::uint8_t>(shortest_ - 1));
        for (std::size_t i = 0; i < size; ++i) {
            const auto rare = marks_[i].text.substr(marks_[i].lead);
            for (std::size_t at = 0; at + 1 < shortest_; ++at)
                for (const char first : {rare[at], upper(rare[at])})
                    for (const char second : {rare[at + 1], upper(rare[at + 1])}) {
                        auto& step = steps_[block(first, second)];
                        step = std::min(step, static_cast<std::uint8_t>(shortest_ - 2 - at));
                    }
            first_[index(rare[0])] |= std::uint64_t{1} << i;
            second_[index(rare[1])] |= std::uint64_t{1} << i;
        }
    }

    // Calls tell(number of the mark, where it stands) for each that stands in `text`, in their order there.
    template <class Tell>
    void find_in(std::string_view text, const Tell& tell) const
    {
        // The last two characters of a window that is as long as the shortest mark.
        for (std::size_t at = shortest_ - 2; at + 1 < text.size();) {
            const auto step = steps_[block(text[at], text[at + 1])];
            at += step;
            if (step > 0) continue;
            tell_all_at(text, at + 2 - shortest_, tell);
            ++at;
        }
    }

    bool is_any_in(std::string_view text) const
    {
        bool found = false;
        find_in(text, [&](std::size_t, std::size_t) { found = true; });
        return found;
    }

private:
    template <class Tell>
    void tell_all_at(std::string_view text, std::size_t begin, const Tell& tell) const
    {
        auto likely = first_[index(lower(text[begin]))] & second_[index(lower(text[begin + 1]))];
        for (; likely != 0; likely &= likely - 1) {
            const auto number = static_cast<std::size_t>(std::countr_zero(likely));
            const auto& mark = marks_[number];
            if (begin < mark.lead) continue;
            const auto there = begin - mark.lead;
            if (same_name(text.substr(there, mark.text.size()), mark.text)) tell(number, there);
        }
    }

    static constexpr std::size_t index(char c) noexcept { return static_cast<unsigned char>(c); }
    static constexpr std::size_t block(char first, char second) noexcept
    {
        return index(first) << 8U | index(second);
    }

    std::array<SearchedMark, size> marks_;
    std::size_t shortest_ = 64;                // characters behind the lead, of the shortest mark
    std::array<std::uint8_t, 65'536> steps_{}; // by the last two characters of a window: how far it may move
    std::array<std::uint64_t, 256> first_{};   // marks whose first character behind the lead it is
    std::array<std::uint64_t, 256> second_{};  // the second
};

} // namespace stillwatch::html
