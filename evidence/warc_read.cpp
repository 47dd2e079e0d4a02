#include "evidence/warc_read.hpp"

#include "evidence/corrupt.hpp"
#include "evidence/gzip.hpp"
#include "evidence/warc.hpp"
#include "evidence/warc_record.hpp"

#include <fmt/format.h>

#include <charconv>

namespace stillwatch::evidence {

namespace {

std::vector<std::string> names_of(std::string_view list)
{
    std::vector<std::string> names;
    while (!list.empty()) {
        const auto name = list.substr(0, list.find(", "));
        names.emplace_back(name);
        list.remove_prefix(std::min(name.size() + 2, list.size()));
    }
    return names;
}

std::int64_t number_of(std::string_view text)
{
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string_view value_of(const std::vector<HeaderField>& fields, std::string_view name)
{
    for (const auto& field : fields)
        if (field.name == name) return field.value;
    return {};
}

// Takes records one after another and knows which may come next.
class Reader {
public:
    // `offset` and `length` say where its gzip member lies in the file.
    Result<void> take(const WarcRecord& record, std::uint64_t offset, std::uint64_t length)
    {
        offset_ = offset;
        length_ = length;
        const auto type = record.value("WARC-Type");
        if (content.records == 0) return take_info(record, type);
        if (record.value("WARC-Warcinfo-ID") != info_id_) return corrupt("belongs to another file");
        if ((type == "response" || type == "revisit") && awaited_ != Awaited::request)
            return take_response(record);
        if (awaited_ == Awaited::response) return corrupt(fmt::format("{} where a response belongs", type));
        if (const auto checked = check_belonging(record); !checked) return checked;
        if (type == "request" && awaited_ == Awaited::request) return take_request(record);
        if (type == "resource" && awaited_ == Awaited::resource) return take_chain(record);
        if (type == "metadata" && awaited_ != Awaited::request) return take_metadata(record);
        return corrupt(fmt::format("{} out of its place", type));
    }

    Result<void> finish() const
    {
        if (content.records == 0) return corrupt("a WARC file without records");
        if (awaited_ != Awaited::response) return corrupt("the last exchange is not complete");
        return {};
    }

    WarcContent content;

private:
    enum class Awaited { response, request, resource, metadata };

    Result<void> take_info(const WarcRecord& record, std::string_view type)
    {
        if (type != "warcinfo") return corrupt("is no warcinfo");
        const auto fields = warc_lines(record.block);
        const auto created = parse_utc(record.value("WARC-Date"));
        if (!fields || !created) return corrupt("warcinfo is damaged");
        content.created_at = *created;
        content.software = value_of(*fields, "software");
        content.organisation = value_of(*fields, "operator");
        info_id_ = record.value("WARC-Record-ID");
        content.records = 1;
        return {};
    }

    Result<void> take_response(const WarcRecord& record)
    {
        if (awaited_ != Awaited::response) return corrupt("response out of its place");
        auto answer = answer_of(record);
        if (!answer) return answer.error();
        content.exchanges.push_back({std::move(*answer), {}, {}});
        content.exchanges.back().record = record.value("WARC-Record-ID");
        content.exchanges.back().payload_digest = record.value("WARC-Payload-Digest");
        content.exchanges.back().redacted.response = names_of(record.value(redacted_field));
        const auto digest = record.value("WARC-Payload-Digest");
        auto entry = cdx_of_answer(content.exchanges.back().fetched, digest);
        if (record.value("WARC-Type") == "revisit") {
            entry.mime = revisit_mime;
            content.exchanges.back().revisit =
                ReadExchange::Revisit{std::string(record.value("WARC-Refers-To")),
                                      std::string(record.value("WARC-Refers-To-Target-URI")),
                                      std::string(record.value("WARC-Refers-To-Date")), std::string(digest)};
        }
        index(std::move(entry));
        response_id_ = record.value("WARC-Record-ID");
        target_ = record.value("WARC-Target-URI");
        date_ = record.value("WARC-Date");
        address_ = record.value("WARC-IP-Address");
        awaited_ = Awaited::request;
        ++content.records;
        return {};
    }

    Result<void> check_belonging(const WarcRecord& record) const
    {
        const bool is_metadata = record.value("WARC-Type") == "metadata";
        if (record.value("WARC-Concurrent-To") != response_id_) return corrupt("belongs to another response");
        // Packages made before have the certificates under the address of the answer.
        const auto address = record.value("WARC-Target-URI");
        const bool is_certificates = record.value("WARC-Type") == "resource";
        if (address != target_ && !(is_certificates && address == certificates_address(target_)))
            return corrupt("its address is not that of its response");
        if (record.value("WARC-Date") != date_) return corrupt("its time is not that of its response");
        if (!is_metadata && record.value("WARC-IP-Address") != address_)
            return corrupt("its peer is not that of its response");
        return {};
    }

    Result<void> take_request(const WarcRecord& record)
    {
        auto& exchange = content.exchanges.back();
        auto line = record.block.substr(0, record.block.find("\r\n"));
        line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
        if (line.substr(0, line.find(' ')) != exchange.fetched.url.target())
            return corrupt("the request asks for another address than its response gives");
        exchange.fetched.request_head = record.block;
        exchange.redacted.request = names_of(record.value(redacted_field));
        awaited_ = Awaited::resource;
        ++content.records;
        return {};
    }

    Result<void> take_chain(const WarcRecord& record)
    {
        content.exchanges.back().fetched.peer.certificate_chain =
            std::make_shared<const std::string>(record.block);
        index(cdx_of_certificates(content.exchanges.back().fetched));
        content.index.back().url = record.value("WARC-Target-URI");
        awaited_ = Awaited::metadata;
        ++content.records;
        return {};
    }

    Result<void> take_metadata(const WarcRecord& record)
    {
        const auto fields = warc_lines(record.block);
        if (!fields) return corrupt("metadata are damaged");
        auto& exchange = content.exchanges.back();
        auto& fetched = exchange.fetched;
        exchange.via = value_of(*fields, "via");
        fetched.finished =
            fetched.started + std::chrono::milliseconds(number_of(value_of(*fields, "fetchTimeMs")));
        fetched.first_byte = std::chrono::milliseconds(number_of(value_of(*fields, "firstByteMs")));
        fetched.peer.port = static_cast<std::uint16_t>(number_of(value_of(*fields, "peerPort")));
        fetched.peer.tls_problem = value_of(*fields, "tlsProblem");
        fetched.peer.proxy = value_of(*fields, "proxy");
        awaited_ = Awaited::response;
        ++content.records;
        return {};
    }

    void index(CdxRecord record)
    {
        record.offset = offset_;
        record.length = length_;
        content.index.push_back(std::move(record));
    }

    std::uint64_t offset_ = 0;
    std::uint64_t length_ = 0;
    std::string info_id_;
    std::string response_id_;
    std::string target_;
    std::string date_;
    std::string address_;
    Awaited awaited_ = Awaited::response;
};

} // namespace

Result<WarcContent> read_warc(ByteView file, const WarcLimits& limits)
{
    Reader reader;
    const auto size = file.size();
    std::size_t number = 0;
    while (!file.empty()) {
        ++number;
        const auto named = [number](const Error& error) {
            return Error{error.code, fmt::format("WARC record {}: {}", number, error.detail)};
        };
        if (number > limits.max_records) return named({Errc::too_large, "too many records"});
        const auto offset = size - file.size();
        const auto clear = gunzip_member(file, limits.max_record_bytes);
        if (!clear) return named(clear.error());
        const auto record = read_warc_record(as_text(*clear), number);
        if (!record) return named(record.error());
        if (const auto taken = reader.take(*record, offset, size - file.size() - offset); !taken)
            return named(taken.error());
    }
    if (const auto finished = reader.finish(); !finished) return finished.error();
    return std::move(reader.content);
}

} // namespace stillwatch::evidence
