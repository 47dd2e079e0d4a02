#include "evidence/warc.hpp"

#include "core/digest.hpp"
#include "evidence/cdxj.hpp"
#include "evidence/gzip.hpp"
#include "evidence/redact.hpp"
#include "evidence/warc_record.hpp"
#include "vault/mac.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <vector>

namespace stillwatch::evidence {

namespace {

struct NamedField {
    std::string_view name;
    std::string value;
};
using Fields = std::vector<NamedField>;

// Values come from settings and servers; a line break in one would begin another field.
std::string one_line(std::string_view text)
{
    std::string line(text);
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, ' ');
    return line;
}

std::string warc_fields(const Fields& fields)
{
    std::string text;
    for (const auto& field : fields)
        if (!field.value.empty()) text += fmt::format("{}: {}\r\n", field.name, one_line(field.value));
    return text;
}

std::string text_of(const Sha256& digest)
{
    return fmt::format("sha256:{}", to_base32(digest.bytes));
}

constexpr std::size_t small_records = 256U << 10U;

class Writer {
public:
    // Adds a record and gives its id. `fields` are those between WARC-Date and the digests.
    std::string add(std::string_view type, Timestamp date, Fields fields, std::string_view content_type,
                    ByteView block)
    {
        return add(type, date, std::move(fields), content_type, {block, {}}, Effort::press);
    }

    // The same of a block in two parts, the larger of which may be some dozen megabytes: it is read for its
    // digest and copied once.
    struct Block {
        ByteView head;
        ByteView body;
        std::size_t size() const noexcept { return head.size() + body.size(); }
    };
    std::string add(std::string_view type, Timestamp date, Fields fields, std::string_view content_type,
                    Block block, Effort effort)
    {
        Sha256Hasher hasher;
        hasher.update(block.head);
        hasher.update(block.body);
        const auto block_digest = text_of(hasher.finish());
        fields.insert(fields.begin(), {"WARC-Date", format_utc(date)});
        fields.push_back({"WARC-Block-Digest", block_digest});
        if (!info_id_.empty()) fields.push_back({"WARC-Warcinfo-ID", info_id_});
        fields.push_back({"Content-Type", std::string(content_type)});
        fields.push_back({"Content-Length", fmt::format("{}", block.size())});
        const auto rest = warc_fields(fields);
        const auto id = warc_record_id(++records_, type, rest);
        const auto head =
            fmt::format("WARC/1.1\r\nWARC-Type: {}\r\nWARC-Record-ID: {}\r\n{}\r\n", type, id, rest);
        const std::array parts{as_bytes(head), block.head, block.body, as_bytes("\r\n\r\n")};
        const auto size = head.size() + block.size() + parts.back().size();
        const auto begin = file_.bytes.size();
        if (effort == Effort::store) {
            make_room(stored_member_size(size));
            append_stored_member(file_.bytes, parts);
        } else {
            Bytes record;
            record.reserve(size);
            for (const auto& part : parts)
                record.insert(record.end(), part.begin(), part.end());
            const auto member = gzip_member(record);
            make_room(member.size());
            file_.bytes.insert(file_.bytes.end(), member.begin(), member.end());
        }
        last_ = {begin, file_.bytes.size() - begin};
        if (type == "warcinfo") info_id_ = id;
        return id;
    }

    // Names the record that was added last; `answer`: where it is of one.
    void index(CdxRecord record, std::optional<WarcAnswer> answer = {})
    {
        if (answer) file_.answers.push_back(*std::move(answer));
        std::tie(record.offset, record.length) = last_;
        file_.index.push_back(std::move(record));
    }

    WarcFile finish() { return std::move(file_); }

private:
    // And for the small records that follow a picture, which would else be copied for the first of them.
    void make_room(std::size_t bytes)
    {
        auto& file = file_.bytes;
        if (file.capacity() - file.size() < bytes)
            file.reserve(file.size() + std::max(file.size(), bytes + small_records));
    }

    WarcFile file_;
    std::pair<std::uint64_t, std::uint64_t> last_{}; // offset and length
    std::string info_id_;
    std::size_t records_ = 0;
};

std::string_view first_line(std::string_view head)
{
    return head.substr(0, head.find_first_of("\r\n"));
}

// The version in the start line of a request or status line of HTTP/2, "HTTP/2" as libcurl writes it, becomes
// HTTP/1.1: readers of WARC know no other syntax. What a server of HTTP/1 wrote stays as it is.
std::string in_http1_syntax(std::string_view head, const PeerInfo& peer)
{
    std::string text(head);
    if (peer.http_version.starts_with("http/1")) return text;
    const auto line = first_line(head);
    for (const std::string_view version : {"HTTP/2.0", "HTTP/2", "HTTP/3"}) {
        if (line.starts_with(version) && (line.size() == version.size() || line[version.size()] == ' '))
            return text.replace(0, version.size(), "HTTP/1.1");
        if (line.ends_with(version))
            return text.replace(line.size() - version.size(), version.size(), "HTTP/1.1");
    }
    return text;
}

std::string_view truncation(Cut cut)
{
    switch (cut) {
    case Cut::none: return "";
    case Cut::size: return "length";
    case Cut::time: return "time";
    case Cut::disconnect: return "disconnect";
    }
    return "unspecified";
}

Fields connection_fields(const Fetched& fetched)
{
    return {{"WARC-Target-URI", fetched.url.text()},
            {"WARC-IP-Address", fetched.peer.address},
            {"WARC-Protocol", fetched.peer.http_version},
            {"WARC-Protocol", fetched.peer.tls_version},
            {"WARC-Cipher-Suite", fetched.peer.cipher}};
}

// Pictures, videos and encoded bodies are compressed already.
Effort effort_for(const Fetched& fetched)
{
    const auto type = mime_of(fetched.headers);
    const bool is_pressed =
        type.starts_with("image/") || type.starts_with("video/") || !fetched.encodings().empty();
    return is_pressed ? Effort::store : Effort::press;
}

// Of an answer with the same payload as another record; the block ends with the head, which WARC-Truncated
// says (WARC 1.1, section 6.7.2).
void add_revisit_fields(Fields& fields, const CapturedRecord& same)
{
    fields.push_back({"WARC-Profile", std::string(revisit_profile)});
    fields.push_back({"WARC-Refers-To", same.record});
    fields.push_back({"WARC-Refers-To-Target-URI", same.url.text()});
    fields.push_back({"WARC-Refers-To-Date", format_utc(same.at)});
    fields.push_back({"WARC-Truncated", "length"});
}

std::string add_response(Writer& writer, const WarcExchange& exchange, std::span<const std::string> secrets)
{
    const auto& fetched = *exchange.fetched;
    auto fields = connection_fields(fetched);
    const auto answer =
        redact_response(in_http1_syntax(fetched.response_head, fetched.peer), fetched.secrets, secrets);
    fields.push_back({redacted_field, fmt::format("{}", fmt::join(answer.names, ", "))});
    if (exchange.same)
        add_revisit_fields(fields, *exchange.same);
    else
        fields.push_back({"WARC-Truncated", std::string(truncation(fetched.cut))});
    std::optional<Sha256> payload_digest;
    if (!fetched.is_chunked())
        payload_digest = Sha256::of(fetched.body); // what payload() would copy
    else if (const auto payload = fetched.payload())
        payload_digest = Sha256::of(*payload);
    const auto digest = payload_digest ? text_of(*payload_digest) : std::string();
    if (!digest.empty()) fields.push_back({"WARC-Payload-Digest", digest});
    const Writer::Block block{as_bytes(answer.head), exchange.same ? ByteView() : ByteView(fetched.body)};
    auto id = writer.add(exchange.same ? "revisit" : "response", fetched.started, std::move(fields),
                         "application/http; msgtype=response", block, effort_for(fetched));
    // As a reader will read it: what the fetch made of the head may be less.
    Fetched written{.url = fetched.url};
    written.started = fetched.started;
    if (auto head = read_answer_head(answer.head)) {
        written.status = head->status;
        written.headers = std::move(head->fields);
    }
    auto entry = cdx_of_answer(written, digest);
    if (exchange.same) entry.mime = revisit_mime;
    writer.index(std::move(entry), WarcAnswer{id, payload_digest});
    return id;
}

void add_exchange(Writer& writer, const WarcExchange& exchange, std::span<const std::string> secrets)
{
    const auto& fetched = *exchange.fetched;
    const auto response = add_response(writer, exchange, secrets);
    const auto with_response = [&response](Fields fields) {
        fields.push_back({"WARC-Concurrent-To", response});
        return fields;
    };
    const auto request = redact_request(in_http1_syntax(fetched.request_head, fetched.peer), fetched.secrets);
    auto request_fields = with_response(connection_fields(fetched));
    request_fields.push_back({redacted_field, fmt::format("{}", fmt::join(request.names, ", "))});
    writer.add("request", fetched.started, std::move(request_fields), "application/http; msgtype=request",
               as_bytes(request.head));
    if (fetched.peer.certificate_chain && !fetched.peer.certificate_chain->empty()) {
        auto fields = with_response(connection_fields(fetched));
        fields.front().value = certificates_address(fetched.url.text());
        writer.add("resource", fetched.started, std::move(fields), "application/pem-certificate-chain",
                   as_bytes(*fetched.peer.certificate_chain));
        writer.index(cdx_of_certificates(fetched));
    }
    const auto metadata =
        warc_fields({{"via", exchange.via},
                     {"fetchTimeMs", fmt::format("{}", (fetched.finished - fetched.started).count())},
                     {"firstByteMs", fmt::format("{}", fetched.first_byte.count())},
                     {"peerPort", fmt::format("{}", fetched.peer.port)},
                     {"tlsProblem", fetched.peer.tls_problem},
                     {"proxy", fetched.peer.proxy},
                     {"interimStatuses", fmt::format("{}", fmt::join(fetched.interim, ", "))}});
    writer.add("metadata", fetched.started, with_response({{"WARC-Target-URI", fetched.url.text()}}),
               "application/warc-fields", as_bytes(metadata));
}

} // namespace

// The number keeps apart two records that are equal in everything else.
std::string warc_record_id(std::size_t number, std::string_view type, std::string_view fields)
{
    return fmt::format("<urn:uuid:{}>", vault::derive_id(as_bytes("stillwatch warc record"),
                                                         {fmt::format("{}", number), type, fields}));
}

std::string warc_digest(ByteView bytes)
{
    return text_of(Sha256::of(bytes));
}

WarcFile write_warc(const WarcInfo& info, std::span<const WarcExchange> exchanges)
{
    Writer writer;
    const auto block = warc_fields({{"software", info.software},
                                    {"format", "WARC File Format 1.1"},
                                    {"conformsTo", "http://iipc.github.io/warc-specifications/specifications/"
                                                   "warc-format/warc-1.1/"},
                                    {"operator", info.organisation},
                                    {"robots", info.robots},
                                    {"http-header-user-agent", info.user_agent}});
    writer.add("warcinfo", info.created_at, {{"WARC-Filename", info.filename}}, "application/warc-fields",
               as_bytes(block));
    std::vector<const Fetched*> all;
    for (const auto& exchange : exchanges)
        all.push_back(exchange.fetched);
    const auto secrets = secrets_of(all);
    for (const auto& exchange : exchanges)
        add_exchange(writer, exchange, secrets);
    return writer.finish();
}

} // namespace stillwatch::evidence
