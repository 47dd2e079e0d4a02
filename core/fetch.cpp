#include "core/fetch.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace stillwatch {

namespace {

std::string_view trimmed(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// RFC 9112 section 7.1: size line, data, CRLF; a zero size ends; trailers are dropped. A body that was cut
// gives what was complete.
Result<Bytes> without_chunks(ByteView body, bool is_cut)
{
    Bytes payload;
    std::string_view rest = as_text(body);
    const auto ends_early = [&]() -> Result<Bytes> {
        if (is_cut) return payload;
        return Error{Errc::malformed, "chunked body ends inside a chunk"};
    };
    for (;;) {
        const auto line_end = rest.find("\r\n");
        if (line_end == std::string_view::npos) return ends_early();
        std::size_t size = 0;
        const auto* end = rest.data() + line_end;
        const auto read = std::from_chars(rest.data(), end, size, 16);
        if (read.ec != std::errc{} || (read.ptr != end && *read.ptr != ';' && *read.ptr != ' '))
            return Error{Errc::malformed, "chunk size line is no hexadecimal number"};
        rest.remove_prefix(line_end + 2);
        if (size == 0) return payload;
        const auto part = as_bytes(rest.substr(0, size));
        payload.insert(payload.end(), part.begin(), part.end());
        if (rest.size() < 2 || rest.size() - 2 < size) return ends_early(); // size + 2 may wrap
        if (rest.substr(size, 2) != "\r\n") return Error{Errc::malformed, "chunk does not end with a line end"};
        rest.remove_prefix(size + 2);
    }
}

} // namespace

std::string_view name_of(Cut cut) noexcept
{
    switch (cut) {
    case Cut::none: return "none";
    case Cut::size: return "size";
    case Cut::time: return "time";
    case Cut::disconnect: return "disconnect";
    }
    return "unknown";
}

std::string_view Fetched::header(std::string_view name) const noexcept
{
    for (const auto& field : headers)
        if (same_name(field.name, name)) return trimmed(field.value);
    return {};
}

bool Fetched::is_chunked() const noexcept
{
    return peer.http_version == "http/1.1" && same_name(header("Transfer-Encoding"), "chunked");
}

Result<Bytes> Fetched::payload() const
{
    if (is_chunked()) return without_chunks(body, cut != Cut::none);
    return body;
}

} // namespace stillwatch
