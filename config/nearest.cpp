#include "config/nearest.hpp"

#include <algorithm>
#include <vector>

namespace stillwatch::config {

std::size_t edit_distance(std::string_view left, std::string_view right)
{
    const std::size_t width = right.size() + 1;
    std::vector<std::size_t> table((left.size() + 1) * width);
    const auto at = [&](std::size_t row, std::size_t column) -> std::size_t& {
        return table[row * width + column];
    };
    for (std::size_t row = 0; row <= left.size(); ++row)
        at(row, 0) = row;
    for (std::size_t column = 0; column <= right.size(); ++column)
        at(0, column) = column;
    for (std::size_t row = 1; row <= left.size(); ++row) {
        for (std::size_t column = 1; column <= right.size(); ++column) {
            const std::size_t replace = left[row - 1] == right[column - 1] ? 0 : 1;
            auto best = std::min(
                {at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + replace});
            const bool swapped = row > 1 && column > 1 && left[row - 1] == right[column - 2] &&
                                 left[row - 2] == right[column - 1];
            if (swapped) best = std::min(best, at(row - 2, column - 2) + 1);
            at(row, column) = best;
        }
    }
    return at(left.size(), right.size());
}

std::optional<std::string> nearest(std::string_view typed, std::span<const std::string> words)
{
    constexpr std::size_t longest = 64; // a longer key is no slip of the finger, and the table stays small
    if (typed.size() > longest) return std::nullopt;
    std::optional<std::string> best;
    std::size_t best_distance = std::max<std::size_t>(1, typed.size() / 3) + 1;
    for (const auto& word : words) {
        const auto distance = edit_distance(typed, word);
        if (distance >= best_distance) continue;
        best_distance = distance;
        best = word;
    }
    return best;
}

} // namespace stillwatch::config
