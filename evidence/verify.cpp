#include "evidence/verify.hpp"

#include "evidence/package.hpp"
#include "evidence/tar.hpp"

#include <fmt/format.h>

#include <array>

namespace stillwatch::evidence {

namespace {

constexpr std::array member_names{manifest_file, signature_file, key_file, warc_file};

Error corrupt(std::string_view part, std::string_view what)
{
    return Error{Errc::corrupt, fmt::format("{}: {}", part, what)};
}

struct Parts {
    ByteView manifest;
    ByteView signature;
    ByteView key;
    ByteView warc;
    std::int64_t modified;
};

Result<Parts> parts_of(ByteView archive)
{
    const auto members = read_tar(archive);
    if (!members) return members.error();
    if (members->size() != member_names.size())
        return corrupt("tar archive",
                       fmt::format("{} files instead of {}", members->size(), member_names.size()));
    for (std::size_t i = 0; i < member_names.size(); ++i) {
        if ((*members)[i].name != member_names[i])
            return corrupt("tar archive", fmt::format("file {} is not {}", i + 1, member_names[i]));
        if ((*members)[i].modified != members->front().modified)
            return corrupt("tar archive", fmt::format("{} has another time", member_names[i]));
    }
    const auto& list = *members;
    return Parts{list[0].content, list[1].content, list[2].content, list[3].content, list[0].modified};
}

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

Result<void> check_file(const std::vector<PackageFile>& files, std::string_view name, ByteView content)
{
    for (const auto& file : files) {
        if (file.name != name) continue;
        if (file.size != content.size()) return corrupt(name, "its size is not that of the manifest");
        if (file.digest != Sha256::of(content))
            return corrupt(name, "its SHA-256 is not that of the manifest");
        return {};
    }
    return corrupt(manifest_file, fmt::format("does not list {}", name));
}

// A signature that does not hold leaves open which side was changed. The manifest names its key in two ways;
// where both differ, it is the key.
Error signature_error(const Parts& parts, const vault::VerifyKey& key)
{
    const auto manifest = parse_json(as_text(parts.manifest));
    if (manifest && manifest->is_object()) {
        const auto& object = manifest->get_object();
        const auto files = listed_files(object);
        if (files && text_member(object, "signing_key_id") != key.id())
            if (const auto checked = check_file(*files, key_file, parts.key); !checked)
                return checked.error();
    }
    return corrupt(manifest_file, fmt::format("does not fit its signature {}", signature_file));
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

Result<json::object> read_manifest(const Parts& parts)
{
    const auto manifest = parse_json(as_text(parts.manifest));
    if (!manifest) return corrupt(manifest_file, manifest.error().detail);
    const auto* object = manifest->if_object();
    if (!object || text_member(*object, "format") != std::string(manifest_format))
        return corrupt(manifest_file, fmt::format("its format is not {}", manifest_format));
    // Doubled members, say, of which a reader would see one only.
    if (without_numbers(sorted_json(*manifest)) != without_numbers(as_text(parts.manifest)))
        return corrupt(manifest_file, "is not written as manifests are");
    const auto recorded = parse_utc(text_member(*object, "recorded_at").value_or(""));
    if (!recorded ||
        std::chrono::floor<std::chrono::seconds>(recorded->time_since_epoch()).count() != parts.modified)
        return corrupt("tar archive", "its time is not recorded_at of the manifest");
    return *object;
}

Result<std::vector<PackageFile>> check_files(const json::object& manifest, const Parts& parts)
{
    auto files = listed_files(manifest);
    if (!files) return corrupt(manifest_file, "its list of files is damaged");
    if (files->size() != 2)
        return corrupt(manifest_file, fmt::format("lists {} files instead of 2", files->size()));
    if (const auto checked = check_file(*files, key_file, parts.key); !checked) return checked.error();
    if (const auto checked = check_file(*files, warc_file, parts.warc); !checked) return checked.error();
    return std::move(*files);
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

Result<VerifyReport> verify_package(ByteView archive, const std::optional<vault::VerifyKey>& expected)
{
    if (as_text(archive).starts_with("age-encryption.org/"))
        return Error{Errc::invalid_argument,
                     "this package is still encrypted: give what `age -d` makes of it"};
    const auto parts = parts_of(archive);
    if (!parts) return parts.error();
    const auto key = vault::VerifyKey::from_pem(as_text(parts->key));
    if (!key) return corrupt(key_file, key.error().detail);
    if (!vault::verify(*key, parts->manifest, parts->signature)) return signature_error(*parts, *key);
    auto manifest = read_manifest(*parts);
    if (!manifest) return manifest.error();
    auto files = check_files(*manifest, *parts);
    if (!files) return files.error();
    auto warc = read_warc(parts->warc);
    if (!warc) return corrupt(warc_file, warc.error().detail);

    VerifyReport report;
    report.signing_key = *key;
    report.manifest = std::move(*manifest);
    report.files = std::move(*files);
    report.warc = std::move(*warc);
    const auto chains = divide(report.manifest, report.warc);
    if (!chains) return chains.error();
    report.chains = *chains;
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
