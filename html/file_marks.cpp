#include "html/file_marks.hpp"

#include <array>
#include <cstring>
#include <utility>

namespace stillwatch::html {

namespace {

// The text of each mark, and where those two of its characters stand that are rarest together.
struct Mark {
    std::string_view text;
    std::size_t pair_at;
};

constexpr std::array<Mark, file_mark_kinds> marks{{
    {"base64,", 4},     // "64"
    {"data:image/", 4}, // ":i"
    {"/9j", 1},         // "9j", as in /9j/ and \/9j\/
    {"iVBORw0KGgo", 0},
    {"R0lGOD", 0},
    {"UklGR", 1}, // "kl"
}};

constexpr std::size_t block_width = 16;
using Block = unsigned char __attribute__((vector_size(block_width)));

// At which of the positions a pair of any mark stands, each mark in registers.
template <std::size_t... index>
Block pairs_in(Block first, Block second, std::index_sequence<index...>) noexcept
{
    const auto is_pair = [&](unsigned char one, unsigned char two) {
        return reinterpret_cast<Block>((first == one) & (second == two));
    };
    return (is_pair(static_cast<unsigned char>(marks[index].text[marks[index].pair_at]),
                    static_cast<unsigned char>(marks[index].text[marks[index].pair_at + 1])) |
            ...);
}

} // namespace

FileMarks file_marks_in(std::string_view text) noexcept
{
    using Halves = std::uint64_t __attribute__((vector_size(block_width)));
    FileMarks present;
    const auto look_at = [&](std::size_t at) {
        for (std::size_t i = 0; i < marks.size(); ++i)
            if (at >= marks[i].pair_at && text.substr(at - marks[i].pair_at).starts_with(marks[i].text))
                present.set(static_cast<FileMark>(i));
    };
    std::size_t at = 0;
    for (; at + block_width < text.size(); at += block_width) {
        Block first;
        Block second;
        std::memcpy(&first, text.data() + at, block_width);
        std::memcpy(&second, text.data() + at + 1, block_width);
        const auto found = pairs_in(first, second, std::make_index_sequence<marks.size()>());
        const auto halves = reinterpret_cast<Halves>(found);
        if ((halves[0] | halves[1]) == 0) continue;
        for (std::size_t i = 0; i < block_width; ++i)
            if (found[i] != 0) look_at(at + i);
    }
    for (; at < text.size(); ++at)
        look_at(at);
    return present;
}

} // namespace stillwatch::html
