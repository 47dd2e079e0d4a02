#include "evidence/warc_check.hpp"

#include "core/fetch.hpp"
#include "evidence/gzip.hpp"
#include "evidence/warc.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

namespace stillwatch::evidence {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view blank_line = "\r\n\r\n";

// Lines "Name: value" up to the end of `text`; nothing when one has no colon.
std::optional<std::vector<HeaderField>> header_fields(std::string_view text)
{
    std::vector<HeaderField> fields;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find(line_end));
        text.remove_prefix(std::min(line.size() + line_end.size(), text.size()));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        const auto value = line.substr(std::min(colon + 2, line.size()));
        fields.push_back({std::string(line.substr(0, colon)), std::string(value)});
    }
    return fields;
}

std::string_view value_of(const std::vector<HeaderField>& fields, std::string_view name)
{
    for (const auto& field : fields)
        if (field.name == name) return field.value;
    return {};
}

// The payload of an HTTP answer: its body without chunk framing.
Result<Bytes> payload_of(std::string_view block, const std::vector<HeaderField>& record)
{
    const auto end = block.find(blank_line);
    if (end == std::string_view::npos) return Error{Errc::corrupt, "no end of the HTTP head"};
    const auto first = block.find(line_end);
    const auto head = first == end ? std::string_view() : block.substr(first + 2, end - first - 2);
    auto fields = header_fields(head);
    if (!fields) return Error{Errc::corrupt, "the HTTP head is damaged"};
    auto address = Url::parse(value_of(record, "WARC-Target-URI"));
    if (!address) return Error{Errc::corrupt, "WARC-Target-URI is no address"};
    Fetched fetched{.url = std::move(*address)};
    fetched.headers = std::move(*fields);
    fetched.body = to_bytes(block.substr(end + blank_line.size()));
    fetched.peer.http_version = value_of(record, "WARC-Protocol");
    if (!value_of(record, "WARC-Truncated").empty()) fetched.cut = Cut::disconnect;
    return fetched.payload();
}

Result<void> check_record(std::string_view record)
{
    const auto corrupt = [](std::string_view what) { return Error{Errc::corrupt, std::string(what)}; };
    constexpr std::string_view version = "WARC/1.1\r\n";
    const auto end = record.find(blank_line);
    if (!record.starts_with(version) || end == std::string_view::npos || end < version.size())
        return corrupt("no WARC/1.1 head");
    const auto fields = header_fields(record.substr(version.size(), end - version.size()));
    if (!fields) return corrupt("a line of the head is no field");
    auto block = record.substr(end + blank_line.size());
    if (!block.ends_with(blank_line)) return corrupt("does not end with a blank line");
    block.remove_suffix(blank_line.size());
    if (value_of(*fields, "Content-Length") != fmt::format("{}", block.size()))
        return corrupt("Content-Length is wrong");
    if (value_of(*fields, "WARC-Block-Digest") != warc_digest(as_bytes(block)))
        return corrupt("block digest differs");
    const auto payload_digest = value_of(*fields, "WARC-Payload-Digest");
    if (payload_digest.empty()) return {};
    const auto payload = payload_of(block, *fields);
    if (!payload) return payload.error();
    if (payload_digest != warc_digest(*payload)) return corrupt("payload digest differs");
    return {};
}

} // namespace

Result<std::size_t> check_warc(ByteView file, const WarcLimits& limits)
{
    std::size_t records = 0;
    while (!file.empty()) {
        ++records;
        const auto named = [records](const Error& error) {
            return Error{error.code, fmt::format("WARC record {}: {}", records, error.detail)};
        };
        if (records > limits.max_records) return named({Errc::too_large, "too many records"});
        const auto record = gunzip_member(file, limits.max_record_bytes);
        if (!record) return named(record.error());
        if (const auto checked = check_record(as_text(*record)); !checked) return named(checked.error());
    }
    if (records == 0) return Error{Errc::corrupt, "a WARC file without records"};
    return records;
}

} // namespace stillwatch::evidence
