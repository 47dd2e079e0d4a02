#include "evidence/warc_record.hpp"

#include "evidence/corrupt.hpp"
#include "evidence/warc.hpp"
#include "net/response_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace stillwatch::evidence {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view blank_line = "\r\n\r\n";

Cut cut_of(std::string_view truncated)
{
    if (truncated.empty()) return Cut::none;
    return truncated == "length" ? Cut::size : truncated == "time" ? Cut::time : Cut::disconnect;
}

} // namespace

std::string_view WarcRecord::value(std::string_view name) const noexcept
{
    const auto found = std::ranges::find(fields, name, &HeaderField::name);
    return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

std::vector<std::string_view> WarcRecord::values(std::string_view name) const
{
    std::vector<std::string_view> all;
    for (const auto& field : fields)
        if (field.name == name) all.push_back(field.value);
    return all;
}

std::optional<std::vector<HeaderField>> warc_lines(std::string_view text)
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

Result<WarcRecord> read_warc_record(std::string_view record, std::size_t number)
{
    constexpr std::string_view version = "WARC/1.1\r\n";
    const auto end = record.find(blank_line);
    if (!record.starts_with(version) || end == std::string_view::npos || end < version.size())
        return corrupt("no WARC/1.1 head");
    const auto head = record.substr(version.size(), end + line_end.size() - version.size());
    auto fields = warc_lines(head);
    if (!fields) return corrupt("a line of the head is no field");
    auto block = record.substr(end + blank_line.size());
    if (!block.ends_with(blank_line)) return corrupt("does not end with a blank line");
    block.remove_suffix(blank_line.size());
    WarcRecord read{std::move(*fields), block};
    if (read.value("Content-Length") != fmt::format("{}", block.size()))
        return corrupt("Content-Length is wrong");
    if (read.value("WARC-Block-Digest") != warc_digest(as_bytes(block)))
        return corrupt("block digest differs");
    if (read.fields.size() < 2 || read.fields[0].name != "WARC-Type" ||
        read.fields[1].name != "WARC-Record-ID")
        return corrupt("does not begin with WARC-Type and WARC-Record-ID");
    const auto second = head.find(line_end) + line_end.size();
    const auto rest = head.substr(head.find(line_end, second) + line_end.size());
    if (read.fields[1].value != warc_record_id(number, read.fields[0].value, rest))
        return corrupt("its id is not that of its fields and its place in the file");
    return read;
}

Result<AnswerHead> read_answer_head(std::string_view block)
{
    constexpr auto unlimited = std::numeric_limits<std::size_t>::max();
    net::ResponseHead head(unlimited, unlimited);
    auto rest = block;
    while (!head.is_complete()) {
        if (rest.empty()) return corrupt("no end of the HTTP head");
        const auto line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
        rest.remove_prefix(line.size());
        if (!head.add(line)) return corrupt(fmt::format("HTTP head: {}", head.error()->detail));
    }
    if (head.text().size() + rest.size() != block.size())
        return corrupt("an HTTP head before that of the answer");
    return AnswerHead{head.status(), std::move(head.text()), std::move(head.fields())};
}

Result<Fetched> answer_of(const WarcRecord& response)
{
    auto address = Url::parse(response.value("WARC-Target-URI"));
    if (!address) return corrupt("WARC-Target-URI is no address");
    const auto started = parse_utc(response.value("WARC-Date"));
    if (!started) return corrupt("WARC-Date is no time");
    Fetched fetched{.url = std::move(*address)};
    fetched.started = *started;
    auto head = read_answer_head(response.block);
    if (!head) return head.error();
    const auto rest = response.block.substr(head->text.size());
    fetched.status = head->status;
    fetched.response_head = std::move(head->text);
    fetched.headers = std::move(head->fields);
    fetched.body = to_bytes(rest);
    fetched.cut = cut_of(response.value("WARC-Truncated"));
    const auto protocols = response.values("WARC-Protocol");
    fetched.peer.address = response.value("WARC-IP-Address");
    if (!protocols.empty()) fetched.peer.http_version = protocols[0];
    if (protocols.size() > 1) fetched.peer.tls_version = protocols[1];
    fetched.peer.cipher = response.value("WARC-Cipher-Suite");
    const auto digest = response.value("WARC-Payload-Digest");
    if (response.value("WARC-Type") == "revisit") {
        if (response.value("WARC-Profile") != revisit_profile || digest.empty() || !fetched.body.empty() ||
            response.value("WARC-Truncated") != "length")
            return corrupt("is no revisit with an identical payload digest");
        fetched.cut = Cut::none; // the payload is whole, elsewhere
        return fetched;
    }
    if (digest.empty()) return fetched;
    const auto payload = fetched.payload();
    if (!payload) return Error{Errc::corrupt, payload.error().detail};
    if (digest != warc_digest(*payload)) return corrupt("payload digest differs");
    return fetched;
}

} // namespace stillwatch::evidence
