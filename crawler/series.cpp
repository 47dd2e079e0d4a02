#include "crawler/series.hpp"

#include "core/ascii.hpp"

#include <cstddef>
#include <string_view>

namespace stillwatch::crawler {

namespace {

// How many digits begin the text.
std::size_t digits(std::string_view text) noexcept
{
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count]))
        ++count;
    return count;
}

} // namespace

bool same_series(const Url& a, const Url& b) noexcept
{
    if (a.scheme() != b.scheme() || a.host() != b.host() || a.port() != b.port()) return false;
    std::string_view left = a.target();
    std::string_view right = b.target();
    while (!left.empty() && !right.empty()) {
        const auto left_digits = digits(left);
        const auto right_digits = digits(right);
        if ((left_digits == 0) != (right_digits == 0)) return false;
        if (left_digits == 0 && left.front() != right.front()) return false;
        left.remove_prefix(left_digits == 0 ? 1 : left_digits);
        right.remove_prefix(right_digits == 0 ? 1 : right_digits);
    }
    return left.empty() && right.empty();
}

} // namespace stillwatch::crawler
