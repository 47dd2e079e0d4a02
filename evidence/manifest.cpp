#include "evidence/manifest.hpp"

#include "evidence/sorted_json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::evidence {

namespace {

json::object match_json(const EvidenceFacts& facts)
{
    const auto& match = facts.finding.match;
    return {{"distance_bits", match.distance_bits},
            {"explanation", facts.explanation},
            {"hash_only", match.hash_only},
            {"inliers", match.inliers},
            {"inverted", match.inverted},
            {"orientation", name_of(match.orientation)},
            {"reference", facts.reference_name},
            {"relation", name_of(match.relation)},
            {"score", match.score},
            {"tier", name_of(match.tier)}};
}

json::array names_json(const std::vector<std::string>& names)
{
    return json::array(names.begin(), names.end());
}

json::array chain_json(std::span<const Hop> hops)
{
    json::array chain;
    for (const auto& [fetched, redacted] : hops) {
        chain.push_back(json::object{{"redacted_request_headers", names_json(redacted.request)},
                                     {"redacted_response_headers", names_json(redacted.response)},
                                     {"started_at", format_utc(fetched->started)},
                                     {"status", fetched->status},
                                     {"url", fetched->url.text()}});
    }
    return chain;
}

json::array files_json(std::span<const PackageFile> files)
{
    json::array list;
    for (const auto& file : files)
        list.push_back(json::object{{"name", file.name}, {"sha256", file.digest.hex()}, {"size", file.size}});
    return list;
}

} // namespace

json::value fetch_json(std::span<const Hop> hops)
{
    if (hops.empty()) return nullptr;
    const auto& last = *hops.back().fetched;
    json::object told{{"chain", chain_json(hops)},
                      {"cut", name_of(last.cut)},
                      {"finished_at", format_utc(last.finished)},
                      {"peer_address", last.peer.address},
                      {"redirects", hops.size() - 1},
                      {"started_at", format_utc(last.started)},
                      {"status", last.status},
                      {"tls", last.peer.tls_version},
                      {"url", last.url.text()}};
    if (!last.peer.tls_problem.empty()) told["tls_problem"] = last.peer.tls_problem;
    if (!last.peer.proxy.empty()) told["proxy"] = last.peer.proxy;
    return told;
}

std::string_view limits_text() noexcept
{
    return "What this shows: the files listed here were held by the installation of the organisation named "
           "here, and "
           "none of them was changed since the key named here signed this list. Times are those of the "
           "installation's own clock; a time stamp that lies beside the package says when it existed at the "
           "latest. "
           "data.warc.gz holds each answer as it was received, byte for byte, once "
           "the "
           "encryption of the connection was removed; heads of HTTP/2 messages are written as text, and "
           "in heads the values of cookies, credentials and headers that the operator configured are "
           "replaced by "
           "the word redacted, each time named. It names the address of the server and holds the "
           "certificates "
           "that the "
           "server showed, where the connection was encrypted. "
           "What this does not show: that the server sent the same to anyone else, since a TLS connection "
           "leaves no "
           "signature on what it carried; who put the picture there, or when; who the people in the picture "
           "are, or "
           "how old. The match is a measurement by a program, given with its figures; a person has to look. "
           "The "
           "signature says who signed only to a reader who has the public key from the organisation by "
           "another way "
           "than this package.";
}

namespace {

std::vector<Hop> hops_of(const std::vector<Fetched>& chain, std::span<const std::string> secrets)
{
    std::vector<Hop> hops;
    for (const auto& fetched : chain)
        hops.push_back({&fetched, redacted_names(fetched, secrets)});
    return hops;
}

json::object check_json(const LaterCheck& check)
{
    json::object told{{"number", check.number}};
    if (check.same)
        told["same_as"] = json::object{{"package", check.same->package},
                                       {"record", check.same->record},
                                       {"started_at", format_utc(check.same->at)},
                                       {"url", check.same->url.text()}};
    return told;
}

} // namespace

std::string render_manifest(const EvidenceSettings& settings, const EvidenceFacts& facts,
                            const Capture& capture, const ManifestKeys& keys,
                            std::span<const PackageFile> files)
{
    const auto& finding = facts.finding;
    std::vector<const Fetched*> requests;
    for (const auto* chain : {&capture.page, &capture.image, &capture.parts})
        for (const auto& fetched : *chain)
            requests.push_back(&fetched);
    for (const auto& style : capture.styles)
        for (const auto& fetched : style->chain)
            requests.push_back(&fetched);
    const auto secrets = secrets_of(requests);
    json::object manifest{{"case", facts.case_pseudonym},
                          {"content_sha256", finding.content.hex()},
                          {"epoch", finding.epoch},
                          {"files", files_json(files)},
                          {"first_seen", format_utc(finding.first_seen)},
                          {"format", manifest_format},
                          {"image_fetch", fetch_json(hops_of(capture.image, secrets))},
                          {"image_url", finding.image_url.text()},
                          {"limits", limits_text()},
                          {"match", match_json(facts)},
                          {"organisation", settings.organisation},
                          {"page_error", capture.page_error},
                          {"page_fetch", fetch_json(hops_of(capture.page, secrets))},
                          {"page_state", name_of(finding.page_state)},
                          {"page_url", finding.page_url.text()},
                          {"recorded_at", format_utc(facts.recorded_at)},
                          {"signing_key_id", keys.signing_key_id},
                          {"wacz_key", keys.wacz_key},
                          {"software", settings.software}};
    if (!capture.parts.empty()) {
        json::array parts;
        for (const auto& hop : hops_of(capture.parts, secrets))
            parts.push_back(fetch_json(std::span(&hop, 1)));
        manifest["part_fetches"] = std::move(parts);
    }
    if (facts.check) manifest["check"] = check_json(*facts.check);
    json::array styles;
    json::array missing;
    for (const auto& style : capture.styles) {
        if (!style->chain.empty()) styles.push_back(fetch_json(hops_of(style->chain, secrets)));
        if (!style->missing.empty())
            missing.push_back(json::object{{"reason", style->missing}, {"url", style->url.text()}});
    }
    if (!styles.empty()) manifest["style_fetches"] = std::move(styles);
    if (!missing.empty()) manifest["styles_missing"] = std::move(missing);
    return sorted_json(manifest);
}

} // namespace stillwatch::evidence
