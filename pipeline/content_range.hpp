#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch::pipeline {

// What a 206 answer holds of its file (RFC 9110 section 14.4).
struct ContentRange {
    std::uint64_t from = 0;
    std::uint64_t bytes = 0;
    std::uint64_t file_bytes = 0;

    friend bool operator==(const ContentRange&, const ContentRange&) = default;
};

// "bytes 0-1048575/33000000"; nothing where the whole length is not told ("*"), or it is no such range.
std::optional<ContentRange> parse_content_range(std::string_view header) noexcept;

// "bytes=0-1048575".
std::string range_header(std::uint64_t from, std::uint64_t bytes);

} // namespace stillwatch::pipeline
