#include "net/response_head.hpp"

#include "core/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace stillwatch::net {

namespace {

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

    if (complete_) return true; // a trailer
    const bool ends_head = !line.empty() && (line.front() == '\n' || line.front() == '\r');
    const auto whole = line;
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
        line.remove_suffix(1);
    if (!is_begun_) {
        constexpr std::size_t usual_bytes = 512;
        constexpr std::size_t usual_lines = 16;
        text_ = whole;
        text_.reserve(usual_bytes);
        fields_.reserve(usual_lines);
        return add_status_line(line);
    }
    text_ += whole;
    return ends_head ? end_head() : add_field(line);
}

bool ResponseHead::fail(Errc code, std::string detail)
{
    error_ = Error{code, std::move(detail)};
    return false;
}

// "HTTP/1.1 200 OK", "HTTP/2 200". libcurl takes any case, and what is not written large as the final head.
bool ResponseHead::add_status_line(std::string_view line)
{
    constexpr std::string_view protocol = "HTTP/";
    fields_.clear();
    content_length_.reset();
    if (!same_name(line.substr(0, protocol.size()), protocol))
        return fail(Errc::malformed, "answer without a status line");
    const auto rest = line.substr(std::min(line.find_first_of(" \t"), line.size()));
    const auto digits = trimmed(rest).substr(0, 3);
    const auto status = to_number(digits);
    if (digits.size() != 3 || !status || *status < 100)
        return fail(Errc::malformed, "status line without a status");
    status_ = static_cast<int>(*status);
    is_begun_ = true;
    may_be_interim_ = line.starts_with(protocol);
    return true;
}

bool ResponseHead::end_head()
{
    is_begun_ = false;
    if (status_ == 101)
        return fail(Errc::malformed, "the server changes to a protocol that was not asked for");
    complete_ = status_ >= 200 || !may_be_interim_;
    if (!complete_) interim_.push_back(status_);
    return true;
}

bool ResponseHead::add_field(std::string_view line)
{
    if (line.front() == ' ' || line.front() == '\t') { // a folded line, RFC 9112 section 5.2
        if (fields_.empty()) return true;              // nothing to fold it into: kept in the text only
        fields_.back().value += ' ';
        fields_.back().value += trimmed(line);
        return true;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return true; // kept in the text only
    // Blanks between name and colon are let pass by everybody who reads answers (RFC 9112 section 5.1).
    const auto name = trimmed(line.substr(0, colon));
    const auto value = trimmed(line.substr(colon + 1));
    if (same_name(name, "content-length") && !note_length(value)) return false;
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
