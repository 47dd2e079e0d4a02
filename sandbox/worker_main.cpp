// stillwatch-worker: the only program that parses what came from the network.
#include "html/extract.hpp"
#include "matcher/extract.hpp"
#include "matcher/worker.hpp"
#include "sandbox/content_decoding.hpp"
#include "sandbox/worker_loop.hpp"

namespace {

using namespace stillwatch;

sandbox::Answer links_in(const sandbox::LinksWork& work, ByteView document, bool truncated)
{
    auto page = html::extract_links(document, work.content_type, work.base, work.limits);
    if (!page) return sandbox::Refusal(page.error());
    page->truncated = page->truncated || truncated;
    return std::move(*page);
}

sandbox::Answer features_of(const sandbox::FeaturesWork& work, ByteView file)
{
    auto features = matcher::extract_features(file, work.limits);
    if (!features) return sandbox::Refusal(features.error());
    return std::move(*features);
}

sandbox::Answer inspect(const sandbox::Request& request, ByteView body)
{
    sandbox::DecodedContent decoded;
    if (!sandbox::leaves_content_alone(request.content_encoding)) {
        auto content = sandbox::decode_content(body, request.content_encoding, request.max_decoded_bytes);
        if (!content) return sandbox::Refusal(content.error());
        decoded = std::move(*content);
        body = decoded.bytes;
    }
    if (body.size() > request.max_decoded_bytes)
        return sandbox::Refusal(Error{Errc::too_large, "content: over its limit"});
    if (const auto* links = std::get_if<sandbox::LinksWork>(&request.work))
        return links_in(*links, body, decoded.truncated);
    return features_of(std::get<sandbox::FeaturesWork>(request.work), body);
}

} // namespace

int main(int argc, char** argv)
{
    stillwatch::matcher::prepare_worker();
    return stillwatch::sandbox::run_worker(argc, argv, inspect);
}
