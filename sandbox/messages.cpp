#include "sandbox/messages.hpp"

#include "sandbox/wire.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace stillwatch::sandbox {

namespace {

constexpr std::uint32_t request_mark = 0x31515753; // "SWQ1"
constexpr std::uint32_t answer_mark = 0x31415753;  // "SWA1"
constexpr std::size_t max_detail_bytes = 200;
constexpr std::size_t max_charset_bytes = 40;

// A limit added there must be sent, too.
static_assert(sizeof(html::ExtractLimits) == 4 * sizeof(std::size_t));
static_assert(sizeof(matcher::PictureLimits) == 2 * sizeof(std::size_t) + 2 * sizeof(int));

enum class WorkKind : std::uint8_t { links = 1, features = 2 };
enum class AnswerKind : std::uint8_t { error = 0, links = 1, features = 2, ready = 3 };

template <class Enum>
constexpr std::uint8_t code_of(Enum value)
{
    return static_cast<std::uint8_t>(value);
}

Error broken(const char* what)
{
    return Error{Errc::malformed, what};
}

bool is_printable(char c)
{
    return c >= 0x20 && c < 0x7f;
}

std::string printable(std::string_view text, std::size_t max_bytes)
{
    std::string line(text.substr(0, max_bytes));
    std::replace_if(
        line.begin(), line.end(), [](char c) { return !is_printable(c); }, '?');
    return line;
}

bool all_printable(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), is_printable);
}

// Only a name the core knows: an Errc or Mechanism added there is accepted here without a change.
template <class Enum>
bool is_known(Enum value)
{
    return name_of(value) != "unknown";
}

std::uint32_t side_code(int side_px)
{
    return static_cast<std::uint32_t>(std::max(side_px, 0));
}

int read_side(WireReader& reader)
{
    const auto side_px = reader.number<std::uint32_t>();
    if (side_px > static_cast<std::uint32_t>(std::numeric_limits<int>::max())) reader.refuse();
    return reader.ok() ? static_cast<int>(side_px) : 0;
}

void write_error(WireWriter& writer, const Error& error)
{
    writer.number(code_of(AnswerKind::error));
    writer.number(code_of(error.code));
    writer.text(printable(error.detail, max_detail_bytes));
}

std::optional<Error> read_error(WireReader& reader)
{
    const auto code = static_cast<Errc>(reader.number<std::uint8_t>());
    const auto detail = reader.text(max_detail_bytes);
    if (!reader.complete() || !is_known(code) || !all_printable(detail)) return std::nullopt;
    return Error{code, std::string(detail)};
}

void write_links(WireWriter& writer, const PageLinks& page)
{
    writer.number(code_of(AnswerKind::links));
    writer.text(printable(page.charset, max_charset_bytes));
    bool truncated = page.truncated;
    const auto truncated_at = writer.size();
    writer.number(std::uint8_t{0});
    std::uint32_t count = 0;
    const auto count_at = writer.size();
    writer.number(count);
    for (const auto& link : page.links) {
        const bool fits = link.url.size() <= Url::max_bytes &&
                          writer.size() + 4 + link.url.size() <= answer_header_bytes + max_answer_bytes;
        if (!fits) {
            truncated = true;
            continue;
        }
        writer.number(code_of(link.mechanism));
        writer.number(code_of(link.kind));
        writer.text(link.url);
        ++count;
    }
    writer.overwrite(truncated_at, std::uint8_t{truncated});
    writer.overwrite(count_at, count);
}

Result<Answer> read_links(WireReader& reader, const html::ExtractLimits& limits)
{
    PageLinks page;
    page.charset = reader.text(max_charset_bytes);
    const auto truncated = reader.number<std::uint8_t>();
    page.truncated = truncated == 1;
    const std::size_t count = reader.number<std::uint32_t>();
    if (!reader.ok() || truncated > 1 || !all_printable(page.charset))
        return broken("answer: head of the links");
    if (count > limits.max_links) return broken("answer: more links than asked for");
    for (std::size_t i = 0; i < count; ++i) {
        const auto mechanism = static_cast<Mechanism>(reader.number<std::uint8_t>());
        const auto kind = reader.number<std::uint8_t>();
        const auto url = reader.text(Url::max_bytes);
        if (!reader.ok() || !is_known(mechanism) || kind > code_of(LinkKind::image))
            return broken("answer: a link");
        page.links.push_back(Link{mechanism, static_cast<LinkKind>(kind), std::string(url)});
    }
    if (!reader.complete()) return broken("answer: bytes after the links");
    return Answer{std::move(page)};
}

void write_features(WireWriter& writer, const PictureFeatures& features)
{
    writer.number(code_of(AnswerKind::features));
    writer.number(code_of(features.format));
    writer.number(side_code(features.width_px));
    writer.number(side_code(features.height_px));
    writer.raw(features.file_digest.bytes);
    writer.raw(features.data_digest.bytes);
    const auto count = std::min(features.frames.size(), PictureFeatures::max_frames);
    writer.number(static_cast<std::uint8_t>(count));
    for (std::size_t i = 0; i < count; ++i) {
        writer.number(static_cast<std::uint8_t>(std::clamp(features.frames[i].quality_percent, 0, 100)));
        for (const auto& fingerprint : features.frames[i].fingerprints)
            for (const auto word : fingerprint.words)
                writer.number(word);
    }
}

Frame read_frame(WireReader& reader)
{
    Frame frame;
    frame.quality_percent = reader.number<std::uint8_t>();
    for (auto& fingerprint : frame.fingerprints)
        for (auto& word : fingerprint.words)
            word = reader.number<std::uint64_t>();
    return frame;
}

bool within(const PictureFeatures& features, const matcher::PictureLimits& limits)
{
    const auto side_ok = [&](int side) { return side >= 1 && side <= limits.max_side_px; };
    if (!side_ok(features.width_px) || !side_ok(features.height_px)) return false;
    const auto pixels = std::uint64_t{side_code(features.width_px)} * side_code(features.height_px);
    return pixels <= limits.max_pixels;
}

Result<Answer> read_features(WireReader& reader, const matcher::PictureLimits& limits)
{
    PictureFeatures features;
    features.format = static_cast<PictureFormat>(reader.number<std::uint8_t>());
    features.width_px = read_side(reader);
    features.height_px = read_side(reader);
    const auto file_digest = reader.raw(features.file_digest.bytes.size());
    const auto data_digest = reader.raw(features.data_digest.bytes.size());
    const std::size_t count = reader.number<std::uint8_t>();
    if (!reader.ok() || !is_known(features.format) || !within(features, limits))
        return broken("answer: head of the features");
    if (count < 1 || count > PictureFeatures::max_frames) return broken("answer: number of frames");
    std::copy(file_digest.begin(), file_digest.end(), features.file_digest.bytes.begin());
    std::copy(data_digest.begin(), data_digest.end(), features.data_digest.bytes.begin());
    for (std::size_t i = 0; i < count; ++i) {
        features.frames.push_back(read_frame(reader));
        if (features.frames.back().quality_percent > 100) return broken("answer: quality of a frame");
    }
    if (!reader.complete()) return broken("answer: length of the frames");
    return Answer{std::move(features)};
}

template <class WritePayload>
Bytes framed(std::uint64_t number, const WritePayload& write_payload)
{
    WireWriter writer;
    writer.number(answer_mark);
    writer.number(number);
    const auto length_at = writer.size();
    writer.number(std::uint32_t{0});
    write_payload(writer);
    writer.overwrite(length_at, static_cast<std::uint32_t>(writer.size() - answer_header_bytes));
    return std::move(writer).take();
}

} // namespace

Result<Bytes> encode_request(const Request& request)
{
    if (request.content_encoding.size() > max_content_encoding_bytes)
        return Error{Errc::invalid_argument, "request: content_encoding is too long"};
    WireWriter writer;
    writer.number(request_mark);
    writer.number(request.number);
    writer.number(request.body_bytes);
    writer.number(request.max_decoded_bytes);
    if (const auto* links = std::get_if<LinksWork>(&request.work)) {
        if (links->content_type.size() > max_content_type_bytes || links->base.size() > Url::max_bytes)
            return Error{Errc::invalid_argument, "request: content_type or base is too long"};
        writer.number(code_of(WorkKind::links));
        writer.text(request.content_encoding);
        writer.text(links->content_type);
        writer.text(links->base);
        writer.number(std::uint64_t{links->limits.max_bytes});
        writer.number(std::uint64_t{links->limits.max_links});
        writer.number(std::uint64_t{links->limits.max_depth});
        writer.number(std::uint64_t{links->limits.max_attributes});
    } else if (const auto* features = std::get_if<FeaturesWork>(&request.work)) {
        writer.number(code_of(WorkKind::features));
        writer.text(request.content_encoding);
        writer.number(std::uint64_t{features->limits.max_pixels});
        writer.number(side_code(features->limits.max_side_px));
        writer.number(side_code(features->limits.min_side_px));
        writer.number(std::uint64_t{features->limits.max_working_bytes});
    }
    return std::move(writer).take();
}

Result<Request> decode_request(ByteView message)
{
    WireReader reader(message);
    if (reader.number<std::uint32_t>() != request_mark) return broken("request: mark");
    Request request;
    request.number = reader.number<std::uint64_t>();
    request.body_bytes = reader.number<std::uint64_t>();
    request.max_decoded_bytes = reader.number<std::uint64_t>();
    const auto kind = static_cast<WorkKind>(reader.number<std::uint8_t>());
    request.content_encoding = reader.text(max_content_encoding_bytes);
    if (kind == WorkKind::links) {
        LinksWork links;
        links.content_type = reader.text(max_content_type_bytes);
        links.base = reader.text(Url::max_bytes);
        links.limits.max_bytes = reader.number<std::uint64_t>();
        links.limits.max_links = reader.number<std::uint64_t>();
        links.limits.max_depth = reader.number<std::uint64_t>();
        links.limits.max_attributes = reader.number<std::uint64_t>();
        request.work = std::move(links);
    } else if (kind == WorkKind::features) {
        FeaturesWork features;
        features.limits.max_pixels = reader.number<std::uint64_t>();
        features.limits.max_side_px = read_side(reader);
        features.limits.min_side_px = read_side(reader);
        features.limits.max_working_bytes = reader.number<std::uint64_t>();
        request.work = features;
    } else {
        return broken("request: kind");
    }
    if (!reader.complete() || request.number == 0) return broken("request: length or number");
    return request;
}

Bytes encode_answer(std::uint64_t number, const Answer& answer)
{
    return framed(number, [&](WireWriter& writer) {
        if (const auto* refusal = std::get_if<Refusal>(&answer)) write_error(writer, refusal->error);
        if (const auto* page = std::get_if<PageLinks>(&answer)) write_links(writer, *page);
        if (const auto* features = std::get_if<PictureFeatures>(&answer)) write_features(writer, *features);
    });
}

Bytes encode_greeting(const Result<void>& restricted)
{
    return framed(0, [&](WireWriter& writer) {
        if (restricted)
            writer.number(code_of(AnswerKind::ready));
        else
            write_error(writer, restricted.error());
    });
}

Result<AnswerHeader> decode_answer_header(ByteView header)
{
    WireReader reader(header);
    const auto mark = reader.number<std::uint32_t>();
    const auto number = reader.number<std::uint64_t>();
    const std::size_t payload_bytes = reader.number<std::uint32_t>();
    if (!reader.complete() || mark != answer_mark) return broken("answer: mark");
    if (payload_bytes == 0 || payload_bytes > max_answer_bytes) return broken("answer: length");
    return AnswerHeader{number, payload_bytes};
}

Result<Answer> decode_answer(ByteView payload, const Request& request)
{
    if (payload.size() > max_answer_bytes) return broken("answer: length");
    WireReader reader(payload);
    const auto kind = static_cast<AnswerKind>(reader.number<std::uint8_t>());
    const auto* links = std::get_if<LinksWork>(&request.work);
    const auto* features = std::get_if<FeaturesWork>(&request.work);
    if (kind == AnswerKind::links && links != nullptr) return read_links(reader, links->limits);
    if (kind == AnswerKind::features && features != nullptr) return read_features(reader, features->limits);
    if (kind == AnswerKind::error && reader.ok())
        if (auto error = read_error(reader)) return Answer{Refusal(std::move(*error))};
    return broken("answer: kind");
}

Result<void> decode_greeting(ByteView payload)
{
    WireReader reader(payload);
    const auto kind = static_cast<AnswerKind>(reader.number<std::uint8_t>());
    if (kind == AnswerKind::ready && reader.complete()) return {};
    if (kind == AnswerKind::error && reader.ok())
        if (auto error = read_error(reader)) return std::move(*error);
    return broken("greeting");
}

} // namespace stillwatch::sandbox
