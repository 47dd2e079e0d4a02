#include "net/response_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace stillwatch::net {

namespace {

bool is_name(std::string_view text, std::string_view lower_name) noexcept
{
    return std::ranges::equal(text, lower_name, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

std::string_view trimmed(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::uint64_t> to_number(std::string_view text) noexcept
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

} // namespace

bool ResponseHead::add(std::string_view line)
{
    if (error_) return false;
    bytes_ += line.size();
    ++lines_;
    if (bytes_ > max_bytes_) return fail(Errc::too_large, fmt::format("headers over {} bytes", max_bytes_));
    if (lines_ > max_lines_)
        return fail(Errc::too_large, fmt::format("more than {} header lines", max_lines_));

    const auto whole = line;
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
        line.remove_suffix(1);
    if (complete_) return true; // a trailer
    if (line.starts_with("HTTP/")) {
        text_ = whole;
        return add_status_line(line);
    }
    if (status_ == 0) return fail(Errc::malformed, "answer without a status line");
    text_ += whole;
    if (!line.empty()) return add_field(line);
    complete_ = status_ >= 200;
    return true;
}

bool ResponseHead::fail(Errc code, std::string detail)
{
    error_ = Error{code, std::move(detail)};
    return false;
}

// "HTTP/1.1 200 OK", "HTTP/2 200". A head before it was an interim one.
bool ResponseHead::add_status_line(std::string_view line)
{
    fields_.clear();
    content_length_.reset();
    const auto blank = line.find(' ');
    const auto digits = blank == std::string_view::npos ? std::string_view{} : line.substr(blank + 1, 3);
    const auto status = to_number(digits);
    if (digits.size() != 3 || !status || *status < 100)
        return fail(Errc::malformed, "status line without a status");
    status_ = static_cast<int>(*status);
    return true;
}

bool ResponseHead::add_field(std::string_view line)
{
    if (line.front() == ' ' || line.front() == '\t') { // a folded line, RFC 9112 section 5.2
        if (fields_.empty()) return fail(Errc::malformed, "folded line before the first header");
        fields_.back().value += ' ';
        fields_.back().value += trimmed(line);
        return true;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return true; // kept in the text only
    const auto name = line.substr(0, colon);
    const auto value = trimmed(line.substr(colon + 1));
    if (is_name(name, "content-length") && !note_length(value)) return false;
    fields_.push_back(HeaderField{std::string(name), std::string(value)});
    return true;
}

// RFC 9110 section 8.6: equal repetitions may be taken as one, anything else must not be trusted.
bool ResponseHead::note_length(std::string_view value)
{
    while (true) {
        const auto comma = value.find(',');
        const auto length = to_number(trimmed(value.substr(0, comma)));
        if (!length) return fail(Errc::malformed, "Content-Length is no number");
        if (content_length_ && *content_length_ != *length)
            return fail(Errc::malformed, "two different Content-Length headers");
        content_length_ = length;
        if (comma == std::string_view::npos) return true;
        value.remove_prefix(comma + 1);
    }
}

} // namespace stillwatch::net
