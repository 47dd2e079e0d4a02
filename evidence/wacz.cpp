#include "evidence/wacz.hpp"

#include "evidence/corrupt.hpp"
#include "evidence/sorted_json.hpp"

#include <fmt/format.h>

namespace stillwatch::evidence {

namespace {

std::string labelled(const Sha256& digest)
{
    return fmt::format("sha256:{}", digest.hex());
}

} // namespace

std::string render_pages(const Capture& capture)
{
    const auto& shown = capture.page.empty() ? capture.image.back() : capture.page.back();
    // Replays ask for what was asked for first; redirects lead on from there.
    const auto& asked = capture.page.empty() ? capture.image.front() : capture.page.front();
    const json::object header{{"format", "json-pages-1.0"}, {"id", "pages"}, {"title", "All Pages"}};
    const json::object page{{"id", Sha256::of(as_bytes(asked.url.text())).hex().substr(0, 16)},
                            {"url", asked.url.text()},
                            {"ts", format_utc(shown.started)}};
    return fmt::format("{}\n{}\n", json::serialize(header), json::serialize(page));
}

std::string render_data_package(const DataPackage& package)
{
    json::array resources;
    for (const auto& file : package.files)
        resources.push_back(json::object{{"name", file.name.substr(file.name.rfind('/') + 1)},
                                         {"path", file.name},
                                         {"hash", labelled(file.digest)},
                                         {"bytes", file.size}});
    return sorted_json(json::object{{"profile", "data-package"},
                                    {"wacz_version", wacz_version},
                                    {"title", package.title},
                                    {"mainPageUrl", package.main_url},
                                    {"mainPageDate", format_utc(package.main_at)},
                                    {"software", package.software},
                                    {"created", format_utc(package.created_at)},
                                    {"resources", std::move(resources)}});
}

std::string render_package_digest(std::string_view data_package, const vault::P384SigningKey& key,
                                  std::string_view software, Timestamp created_at)
{
    const auto hash = labelled(Sha256::of(as_bytes(data_package)));
    return sorted_json(
        json::object{{"path", "datapackage.json"},
                     {"hash", hash},
                     {"signedData", json::object{{"hash", hash},
                                                 {"signature", to_base64(key.sign(as_bytes(hash)))},
                                                 {"publicKey", to_base64(key.verify_key().spki())},
                                                 {"created", format_utc(created_at)},
                                                 {"software", software}}}});
}

Result<vault::P384VerifyKey> check_package_digest(std::string_view digest_json, std::string_view data_package)
{
    const auto value = parse_json(digest_json);
    const auto* told = value ? value->if_object() : nullptr;
    const auto* signed_data = told ? told->if_contains("signedData") : nullptr;
    if (!signed_data || !signed_data->is_object() || sorted_json(*value) != digest_json)
        return corrupt("is not written as these files are");
    const auto& part = signed_data->get_object();
    const auto hash = labelled(Sha256::of(as_bytes(data_package)));
    if (text_member(*told, "path") != "datapackage.json" || text_member(*told, "hash") != hash ||
        text_member(part, "hash") != hash)
        return corrupt("its hash is not that of datapackage.json");
    const auto list = parse_json(data_package);
    const auto* listed = list ? list->if_object() : nullptr;
    if (!listed || text_member(part, "created") != text_member(*listed, "created") ||
        text_member(part, "software") != text_member(*listed, "software"))
        return corrupt("its time and software are not those of datapackage.json");
    const auto spki = from_base64(text_member(part, "publicKey").value_or(""));
    const auto key = spki ? vault::P384VerifyKey::from_spki(*spki)
                          : Result<vault::P384VerifyKey>(corrupt("its public key is not base64"));
    if (!key) return corrupt(key.error().detail);
    const auto signature = from_base64(text_member(part, "signature").value_or(""));
    if (!signature || !vault::verify(*key, as_bytes(hash), *signature))
        return corrupt("its signature does not hold");
    return *key;
}

} // namespace stillwatch::evidence
