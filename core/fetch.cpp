#include "core/fetch.hpp"

#include "core/ascii.hpp"
#include "core/chunked.hpp"

#include <algorithm>

namespace stillwatch {

namespace {

std::string_view trimmed(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Calls `take` with each entry of a comma-separated list, without surrounding blanks; empty ones are left
// out.
template <class Take>
void for_each_entry(std::string_view list, Take take)
{
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        const auto entry = trimmed(list.substr(0, comma));
        if (!entry.empty()) take(entry);
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

bool has_name(const HeaderField& field, std::string_view name) noexcept
{
    if (field.name.size() <= name.size()) return same_name(field.name, name);
    return same_name(trimmed(field.name), name); // a blank before the colon
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
        if (has_name(field, name)) return trimmed(field.value);
    return {};
}

std::string Fetched::joined(std::string_view name) const
{
    std::string list;
    for (const auto& field : headers) {
        if (!has_name(field, name)) continue;
        if (!list.empty()) list += ", ";
        list += trimmed(field.value);
    }
    return list;
}

std::string Fetched::encodings() const
{
    auto list = joined("Content-Encoding");
    for_each_entry(joined("Transfer-Encoding"), [&](std::string_view coding) {
        if (same_name(coding, "chunked") || same_name(coding, "identity")) return;
        if (!list.empty()) list += ", ";
        list += coding;
    });
    return list;
}

bool Fetched::is_chunked() const noexcept
{
    if (!peer.http_version.starts_with("http/1")) return false;
    bool chunked = false;
    for (const auto& field : headers)
        if (has_name(field, "Transfer-Encoding"))
            for_each_entry(field.value,
                           [&](std::string_view coding) { chunked |= same_name(coding, "chunked"); });
    return chunked;
}

Result<Bytes> Fetched::payload() const
{
    if (!is_chunked()) return body;
    auto inside = unchunk(body);
    if (inside.end == Unchunked::End::broken && inside.payload.empty())
        return Error{Errc::malformed, "the body is no chunk from its first byte"};
    return std::move(inside.payload);
}

} // namespace stillwatch
