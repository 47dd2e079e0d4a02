#include "pipeline/answers.hpp"

#include "core/ascii.hpp"
#include "packages/unpack.hpp"
#include "pictures/sniff.hpp"
#include "sandbox/content_decoding.hpp"

#include <algorithm>

namespace stillwatch::pipeline {

namespace {

std::string type_of(const Fetched& answer)
{
    std::string type(answer.header("Content-Type"));
    std::ranges::transform(type, type.begin(), lower);
    return type;
}

Sha256 known_as(const Sha256& digest, const std::string& encodings, bool is_cut)
{
    if (encodings.empty() && !is_cut) return digest;
    Sha256Hasher hasher;
    hasher.update(
        as_bytes("stillwatch content\nencodings " + encodings + (is_cut ? "\ncut\n" : "\nwhole\n")));
    hasher.update(digest.bytes);
    return hasher.finish();
}

} // namespace

Media media_of(const Fetched& answer, const Bytes& payload, LinkKind expected)
{
    const auto type = type_of(answer);
    if (encodings_of(answer).empty()) {
        // Of a package the worker looks at the pictures inside, whatever its sender calls it.
        if (pictures::sniff_picture(payload) || packages::sniff_package(payload)) return Media::picture;
        return is_document(answer, payload) ? Media::page : Media::other;
    }
    if (type.starts_with("image/")) return Media::picture; // what stands inside is not seen here
    if (expected == LinkKind::page && is_success(answer) && is_document(answer, payload))
        return Media::page; // whose reader tells where a picture stands inside
    // Types are often wrong, and browsers show an <img> of any type. But a text may be what it says.
    const bool is_text =
        type.starts_with("text/") || type.find("xml") != type.npos || type.find("json") != type.npos;
    return expected == LinkKind::page || is_text ? Media::unseen : Media::picture;
}

bool is_package(const Fetched& answer, const Bytes& payload)
{
    return encodings_of(answer).empty() && packages::sniff_package(payload).has_value();
}

bool is_document(const Fetched& answer, const Bytes& payload)
{
    const auto type = type_of(answer);
    // A drawing may hold pictures, and name them.
    if (type.starts_with("image/") && !type.starts_with("image/svg")) return false;
    const auto holds = [&](std::string_view part) { return type.find(part) != std::string::npos; };
    const bool is_packed = holds("gzip") && sandbox::is_gzip(payload);
    const bool is_text = type.empty() || type.starts_with("text/") ||
                         type.starts_with("application/octet-stream") || holds("xml") || holds("json") ||
                         is_packed;
    return is_text && !holds("javascript");
}

Payload payload_of(const Fetched& answer)
{
    Payload payload;
    if (answer.is_chunked()) {
        auto inside = answer.payload();
        if (inside) payload.unchunked = *std::move(inside); // else it only pretends to be chunked: as it came
    }
    payload.digest = Sha256::of(payload.unchunked ? *payload.unchunked : answer.body);
    payload.content = known_as(payload.digest, encodings_of(answer), answer.cut != Cut::none);
    return payload;
}

std::string encodings_of(const Fetched& answer)
{
    const auto list = answer.encodings();
    return list.empty() ? list : sandbox::canonical_encodings(list);
}

bool is_gone(const Fetched& answer) noexcept
{
    return answer.status == 404 || answer.status == 410;
}

bool is_success(const Fetched& answer) noexcept
{
    return answer.status == 200 || answer.status == 203 || answer.status == 206 || answer.status == 226;
}

bool may_be_challenge(const Fetched& answer) noexcept
{
    constexpr std::size_t longest = 256U << 10U;
    const int status = answer.status;
    const bool is_sent_with =
        status == 202 || status == 403 || status == 405 || status == 429 || status == 503;
    return is_sent_with && !answer.body.empty() && answer.body.size() <= longest &&
           answer.header("Content-Type").starts_with("text/html");
}

bool is_validator(std::string_view value) noexcept
{
    constexpr std::size_t longest = 512; // not kept for millions of addresses, nor sent back
    const auto is_control = [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return code < 0x20 || code == 0x7f;
    };
    return value.size() <= longest && std::ranges::none_of(value, is_control);
}

std::string validator_of(const Fetched& answer, std::string_view name)
{
    const auto value = answer.header(name);
    return is_validator(value) ? std::string(value) : std::string();
}

Document document_of(const Fetched& answer, std::shared_ptr<const Bytes> payload, std::string site)
{
    Document document{std::move(payload)};
    document.site = std::move(site);
    document.content_encoding = encodings_of(answer);
    document.content_type = answer.header("Content-Type");
    for (const auto& [name, value] : answer.headers)
        if (same_name(name, "Link")) document.link += document.link.empty() ? value : ", " + value;
    return document;
}

std::vector<Fetched> chain_of(const crawler::PoliteAnswer& answer)
{
    auto chain = answer.hops;
    chain.push_back(answer.answer);
    for (auto& hop : chain)
        hop.share.reset(); // the chain goes to other threads, and the answer itself outlives it
    return chain;
}

} // namespace stillwatch::pipeline
