#pragma once

#include "core/fetch.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::net {

// Collects the header lines of an answer as they come, within limits, and takes them as libcurl 7.88 does: a
// status line stands first or after the end of an interim head (1xx) and nowhere else, whatever a later line
// looks like; the first line that begins with CR or LF ends the head. Interim heads count against the limits
// and leave their status; the final head stays as received, byte for byte; trailers are counted and dropped.
class ResponseHead {
public:
    ResponseHead(std::size_t max_bytes, std::size_t max_lines) : max_bytes_(max_bytes), max_lines_(max_lines)
    {
    }

    // One line with its line end, in order: status line, fields, the line that ends the head. False when the
    // answer must not be read any further: see error().
    bool add(std::string_view line);

    // too_large (limits), malformed (two different lengths, no status line, a protocol that was not asked
    // for).
    const std::optional<Error>& error() const noexcept { return error_; }
    // Whether the final head has come to its empty line.
    bool is_complete() const noexcept { return complete_; }
    // Bytes of all lines so far, interim heads and trailers included.
    std::size_t bytes_seen() const noexcept { return bytes_; }

    int status() const noexcept { return status_; } // of the last status line; 0 before it
    // Of the interim heads before it, in order.
    std::vector<int>& interim() noexcept { return interim_; }
    // Content-Length, where it is a number and stands once or always the same.
    std::optional<std::uint64_t> content_length() const noexcept { return content_length_; }
    std::string& text() noexcept { return text_; }
    std::vector<HeaderField>& fields() noexcept { return fields_; }

private:
    bool fail(Errc code, std::string detail);
    bool add_status_line(std::string_view line);
    bool end_head();
    bool add_field(std::string_view line);
    bool note_length(std::string_view value);

    std::size_t max_bytes_;
    std::size_t max_lines_;
    std::size_t bytes_ = 0;
    std::size_t lines_ = 0;
    int status_ = 0;
    std::vector<int> interim_;
    bool is_begun_ = false; // between a status line and the end of its head
    bool may_be_interim_ = true;
    bool complete_ = false;
    std::optional<std::uint64_t> content_length_;
    std::string text_;
    std::vector<HeaderField> fields_;
    std::optional<Error> error_;
};

} // namespace stillwatch::net
