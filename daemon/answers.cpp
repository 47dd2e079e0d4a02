#include "daemon/answers.hpp"

#include "core/ascii.hpp"
#include "matcher/extract.hpp"
#include "sandbox/content_decoding.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace stillwatch::daemon {

Media media_of(const Fetched& answer, const Bytes& payload, LinkKind expected)
{
    std::string type(answer.header("Content-Type"));
    std::ranges::transform(type, type.begin(), lower);
    if (sandbox::leaves_content_alone(answer.encodings())) {
        if (matcher::sniff_picture(payload)) return Media::picture;
        if (type.starts_with("image/")) return Media::other;
    } else if (type.starts_with("image/") || expected == LinkKind::image) {
        return Media::picture; // what stands inside is not seen here, and types are often wrong
    }
    const auto holds = [&](std::string_view part) { return type.find(part) != std::string::npos; };
    const bool is_packed = holds("gzip") && sandbox::is_gzip(payload);
    const bool is_document = type.empty() || type.starts_with("text/") ||
                             type.starts_with("application/octet-stream") || holds("xml") || holds("json") ||
                             is_packed;
    return is_document && !holds("javascript") ? Media::page : Media::other;
}

bool is_gone(const Fetched& answer) noexcept
{
    return answer.status == 404 || answer.status == 410;
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

Document document_of(const Fetched& answer, std::shared_ptr<const Bytes> payload)
{
    Document document{std::move(payload)};
    document.content_encoding = answer.encodings();
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

} // namespace stillwatch::daemon
