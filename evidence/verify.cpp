#include "evidence/verify.hpp"

#include "evidence/corrupt.hpp"
#include "evidence/package.hpp"
#include "evidence/package_parts.hpp"
#include "evidence/sorted_json.hpp"
#include "evidence/wacz.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace stillwatch::evidence {

namespace {

// The files that the manifest lists; nothing when the list is not of this format.
std::optional<std::vector<PackageFile>> listed_files(const json::object& manifest)
{
    const auto* list = manifest.if_contains("files");
    if (!list || !list->is_array()) return std::nullopt;
    std::vector<PackageFile> files;
    for (const auto& element : list->get_array()) {
        const auto* object = element.if_object();
        if (!object) return std::nullopt;
        const auto name = text_member(*object, "name");
        const auto size = number_member(*object, "size");
        const auto digest = Sha256::from_hex(text_member(*object, "sha256").value_or(""));
        if (!name || !size || *size < 0 || !digest) return std::nullopt;
        files.push_back({*name, static_cast<std::uint64_t>(*size), *digest});
    }
    return files;
}

Result<void> check_file(const PackageFile& file, ByteView content)
{
    if (file.size != content.size()) return corrupt(file.name, "its size is not that of the manifest");
    if (file.digest != Sha256::of(content))
        return corrupt(file.name, "its SHA-256 is not that of the manifest");
    return {};
}

// Whether datapackage.json lists another digest of that file; not where it cannot be read.
bool differs_from_list(const PackageParts& parts, std::string_view name)
{
    const auto list = parse_json(parts.text(package_list_file));
    const auto* told = list ? list->if_object() : nullptr;
    const auto* resources = told ? told->if_contains("resources") : nullptr;
    if (!resources || !resources->is_array()) return false;
    const auto actual = "sha256:" + Sha256::of(parts.file(name)).hex();
    return std::ranges::any_of(resources->get_array(), [&](const json::value& each) {
        const auto* resource = each.if_object();
        return resource && text_member(*resource, "path") == name && text_member(*resource, "hash") != actual;
    });
}

// A signature that does not hold leaves open which side was changed. The list of the package has a digest of
// each; in packages without one, the manifest names its key in two ways: where both differ, it is the key.
Error signature_error(const PackageParts& parts, const vault::VerifyKey& key)
{
    const auto& layout = *parts.layout;
    if (parts.is_wacz())
        for (const auto name : {layout.key, layout.signature})
            if (differs_from_list(parts, name)) return corrupt(name, "was changed");
    const auto manifest = parse_json(parts.text(layout.manifest));
    if (manifest && manifest->is_object()) {
        const auto& object = manifest->get_object();
        const auto files = listed_files(object);
        if (files && text_member(object, "signing_key_id") != key.id()) {
            const auto listed = std::ranges::find(*files, layout.key, &PackageFile::name);
            if (listed != files->end())
                if (const auto checked = check_file(*listed, parts.file(layout.key)); !checked)
                    return checked.error();
        }
    }
    return corrupt(layout.manifest, fmt::format("does not fit its signature {}", layout.signature));
}

// JSON text with the digits of its numbers left out: Boost.JSON 1.81 reads fractions to the last bit but one.
std::string without_numbers(std::string_view text)
{
    std::string rest;
    bool is_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_string && c == '\\' && i + 1 < text.size()) {
            rest += text.substr(i++, 2);
            continue;
        }
        if (c == '"') is_string = !is_string;
        if (is_string || std::string_view("0123456789+-.eE").find(c) == std::string_view::npos) rest += c;
    }
    return rest;
}

Result<json::object> read_manifest(const PackageParts& parts)
{
    const auto& layout = *parts.layout;
    const auto text = parts.text(layout.manifest);
    const auto manifest = parse_json(text);
    if (!manifest) return corrupt(layout.manifest, manifest.error().detail);
    const auto* object = manifest->if_object();
    if (!object || text_member(*object, "format") != layout.format)
        return corrupt(layout.manifest, fmt::format("its format is not {}", layout.format));
    // Doubled members, say, of which a reader would see one only.
    if (without_numbers(sorted_json(*manifest)) != without_numbers(text))
        return corrupt(layout.manifest, "is not written as manifests are");
    const auto recorded = parse_utc(text_member(*object, "recorded_at").value_or(""));
    if (!recorded || layout.time_of(*recorded) != parts.modified)
        return corrupt(layout.archive, "its time is not recorded_at of the manifest");
    return *object;
}

Result<std::vector<PackageFile>> check_files(const json::object& manifest, const PackageParts& parts)
{
    const auto& layout = *parts.layout;
    auto files = listed_files(manifest);
    if (!files) return corrupt(layout.manifest, "its list of files is damaged");
    if (!std::ranges::equal(*files, layout.in_manifest, {}, &PackageFile::name))
        return corrupt(layout.manifest, "does not list the files that belong into it");
    for (const auto& file : *files)
        if (const auto checked = check_file(file, parts.file(file.name)); !checked) return checked.error();
    return std::move(*files);
}

// Whether a list of pages is a header and one page, of which the archive has an answer.
bool names_a_record(std::string_view pages, const WarcContent& warc)
{
    const auto header_end = pages.find('\n');
    if (header_end == std::string_view::npos || !pages.ends_with('\n')) return false;
    const auto page = parse_json(pages.substr(header_end + 1));
    const auto* told = page ? page->if_object() : nullptr;
    const auto url = told ? text_member(*told, "url") : std::nullopt;
    return url && std::ranges::any_of(warc.exchanges, [&url](const ReadExchange& exchange) {
               return exchange.fetched.url.text() == *url;
           });
}

// Whether the list is another one than the digest file, which agrees with itself, was signed for: who changes
// a list cannot sign it.
bool is_another_list(std::string_view digest_text, std::string_view list_text)
{
    const auto value = parse_json(digest_text);
    const auto* digest = value ? value->if_object() : nullptr;
    const auto* inner = digest ? digest->if_contains("signedData") : nullptr;
    if (!inner || !inner->is_object()) return false;
    const auto hash = text_member(*digest, "hash");
    return hash && hash == text_member(inner->get_object(), "hash") &&
           hash != "sha256:" + Sha256::of(as_bytes(list_text)).hex();
}

// What makes it a WACZ file: the lists that other programs read say what the manifest and the records say.
Result<void> check_wacz(const PackageParts& parts, const json::object& manifest, const WarcContent& warc)
{
    const auto list_text = parts.text(package_list_file);
    const auto list = parse_json(list_text);
    const auto* told = list ? list->if_object() : nullptr;
    if (!told) return corrupt(package_list_file, "is no JSON object");
    std::vector<PackageFile> files;
    for (const auto& [name, content] : std::span(parts.files).first(files_in_package_list))
        files.push_back({name, content.size(), Sha256::of(content)});
    const auto main_at = parse_utc(text_member(*told, "mainPageDate").value_or(""));
    const auto created = parse_utc(text_member(*told, "created").value_or(""));
    if (!main_at || !created ||
        render_data_package({text_member(*told, "title").value_or(""),
                             text_member(*told, "mainPageUrl").value_or(""), *main_at,
                             text_member(*told, "software").value_or(""), *created, files}) != list_text)
        return corrupt(package_list_file, "does not list the files as they are");
    const auto key = check_package_digest(parts.text(package_digest_file), list_text);
    if (!key && is_another_list(parts.text(package_digest_file), list_text))
        return corrupt(package_list_file, "is not the one that was signed");
    if (!key) return corrupt(package_digest_file, key.error().detail);
    if (text_member(manifest, "wacz_key") != to_base64(key->spki()))
        return corrupt(package_digest_file, "its key is not the one that the manifest names");
    if (parts.text(index_file) != render_cdxj(warc.index, warc_name))
        return corrupt(index_file, "does not name the records as they lie in the archive");
    if (!names_a_record(parts.text(pages_file), warc))
        return corrupt(pages_file, "names no page that is in the archive");
    return {};
}

} // namespace

std::string_view name_of(Verdict verdict) noexcept
{
    switch (verdict) {
    case Verdict::whole: return "whole";
    case Verdict::unproven: return "unproven";
    case Verdict::differs: return "differs";
    }
    return "unknown";
}

std::string VerifyReport::file_name() const
{
    return package_name(text("case"), manifest_digest, list_digest ? package_suffix : older_package_suffix);
}

Result<VerifyReport> verify_package(ByteView archive, const std::optional<vault::VerifyKey>& expected)
{
    if (as_text(archive).starts_with("age-encryption.org/"))
        return Error{Errc::invalid_argument,
                     "this package is still encrypted: give what `age -d` makes of it"};
    const auto parts = package_parts(archive);
    if (!parts) return parts.error();
    const auto& layout = *parts->layout;
    const auto key = vault::VerifyKey::from_pem(parts->text(layout.key));
    if (!key) return corrupt(layout.key, key.error().detail);
    if (!vault::verify(*key, parts->file(layout.manifest), parts->file(layout.signature)))
        return signature_error(*parts, *key);
    auto manifest = read_manifest(*parts);
    if (!manifest) return manifest.error();
    auto files = check_files(*manifest, *parts);
    if (!files) return files.error();
    auto warc = read_warc(parts->file(layout.warc));
    if (!warc) return corrupt(layout.warc, warc.error().detail);
    if (parts->is_wacz())
        if (const auto checked = check_wacz(*parts, *manifest, *warc); !checked) return checked.error();

    VerifyReport report;
    if (parts->is_wacz()) report.list_digest = Sha256::of(parts->file(package_list_file));
    report.manifest_digest = Sha256::of(parts->file(layout.manifest));
    report.signing_key = *key;
    report.manifest = std::move(*manifest);
    report.files = std::move(*files);
    report.warc = std::move(*warc);
    auto chains = divide(report.manifest, report.warc);
    if (!chains) return chains.error();
    report.chains = *std::move(chains);
    report.differences = differences(report.manifest, report.warc, report.chains);
    if (report.text("signing_key_id") != key->id())
        report.differences.push_back(fmt::format("signing_key_id: {}, the package is signed with {}",
                                                 report.text("signing_key_id"), key->id()));
    report.key_differs = expected && *expected != *key;
    if (expected && !report.key_differs)
        report.verdict = report.differences.empty() ? Verdict::whole : Verdict::differs;
    return report;
}

} // namespace stillwatch::evidence
