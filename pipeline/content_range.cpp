#include "pipeline/content_range.hpp"

#include "core/ascii.hpp"

#include <fmt/format.h>

#include <charconv>

namespace stillwatch::pipeline {

namespace {

// The number that the text begins with, taken from it; no sign, no blanks.
std::optional<std::uint64_t> take_number(std::string_view& text) noexcept
{
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    return number;
}

bool take(std::string_view& text, char expected) noexcept
{
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(1);
    return true;
}

} // namespace

std::optional<ContentRange> parse_content_range(std::string_view header) noexcept
{
    constexpr std::string_view unit = "bytes ";
    if (header.size() < unit.size() || !same_name(header.substr(0, unit.size()), unit)) return std::nullopt;
    header.remove_prefix(unit.size());
    const auto from = take_number(header);
    if (!from || !take(header, '-')) return std::nullopt;
    const auto last = take_number(header);
    if (!last || !take(header, '/')) return std::nullopt;
    const auto file_bytes = take_number(header);
    if (!file_bytes || !header.empty() || *last < *from || *last >= *file_bytes) return std::nullopt;
    return ContentRange{*from, *last - *from + 1, *file_bytes};
}

std::string range_header(std::uint64_t from, std::uint64_t bytes)
{
    return fmt::format("bytes={}-{}", from, from + bytes - 1);
}

} // namespace stillwatch::pipeline
