#include "core/chunked.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

namespace stillwatch {

namespace {

constexpr std::size_t most_digits = 16;

struct Size {
    std::size_t bytes = 0;
    std::size_t digits = 0;
};

// The number at the beginning of the text; nothing where there is none that libcurl would read.
std::optional<Size> size_at(std::string_view text) noexcept
{
    Size size;
    const auto* first = text.data();
    const auto read = std::from_chars(first, first + std::min(text.size(), most_digits + 1), size.bytes, 16);
    size.digits = static_cast<std::size_t>(read.ptr - first);
    constexpr std::size_t largest = std::numeric_limits<std::int64_t>::max();
    if (read.ec != std::errc{} || size.digits > most_digits || size.bytes > largest) return std::nullopt;
    return size;
}

} // namespace

Unchunked unchunk(ByteView body)
{
    using End = Unchunked::End;
    Unchunked result;
    auto& payload = result.payload;
    payload.reserve(body.size());
    const auto ended = [&](End end) {
        result.end = end;
        return std::move(result);
    };
    auto rest = as_text(body);
    for (;;) {
        if (rest.empty()) return ended(End::early);
        const auto size = size_at(rest);
        if (!size) return ended(End::broken);
        const auto line_end = rest.find('\n', size->digits);
        if (line_end == std::string_view::npos) return ended(End::early);
        rest.remove_prefix(line_end + 1);
        if (size->bytes == 0) return ended(End::complete);
        const auto data = as_bytes(rest.substr(0, size->bytes));
        payload.insert(payload.end(), data.begin(), data.end());
        rest.remove_prefix(data.size());
        const auto line_feed = rest.find_first_not_of('\r');
        if (line_feed == std::string_view::npos) return ended(End::early);
        if (rest[line_feed] != '\n') return ended(End::broken);
        rest.remove_prefix(line_feed + 1);
    }
}

} // namespace stillwatch
