#include "backup/manifest.hpp"

#include "backup/files.hpp"
#include "core/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::backup {

namespace {

constexpr std::int64_t newest_format = 1;

// Names come back from a file that somebody else may have written: they stay in the folder.
bool is_plain_name(std::string_view name)
{
    return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos &&
           name.find('\0') == std::string_view::npos;
}

} // namespace

const StateFile* Manifest::find(std::string_view name) const
{
    const auto file = std::ranges::find(files, name, &StateFile::name);
    return file == files.end() ? nullptr : &*file;
}

std::string to_text(const Manifest& manifest)
{
    json::object object;
    object["format"] = newest_format;
    object["made_at"] = manifest.made_at;
    object["software"] = manifest.software;
    object["owner"] = manifest.owner;
    object["installation_key"] = manifest.installation_key;
    object["state"] = manifest.state;
    json::array files;
    for (const auto& file : manifest.files)
        files.push_back(
            json::object{{"name", file.name}, {"size", file.size}, {"sha256", file.digest.hex()}});
    object["files"] = std::move(files);
    object["evidence_files"] = manifest.evidence_files;
    return json::serialize(object) + "\n";
}

Result<Manifest> parse_manifest(std::string_view text)
{
    const auto malformed = [](std::string_view what) {
        return Error{Errc::malformed, fmt::format("{}: {}", manifest_name, what)};
    };
    const auto value = parse_json(text);
    if (!value) return malformed(value.error().detail);
    const auto* object = value->if_object();
    if (!object) return malformed("no JSON object");
    const auto format = number_member(*object, "format").value_or(0);
    if (format > newest_format)
        return Error{
            Errc::refused,
            fmt::format("{} has format {}; this program knows formats up to {}: use the newer program",
                        manifest_name, format, newest_format)};
    if (format < 1) return malformed("no format");
    Manifest manifest;
    manifest.made_at = text_member(*object, "made_at").value_or("");
    manifest.software = text_member(*object, "software").value_or("");
    manifest.owner = text_member(*object, "owner").value_or("");
    manifest.installation_key = text_member(*object, "installation_key").value_or("");
    manifest.state = text_member(*object, "state").value_or("");
    manifest.evidence_files = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, number_member(*object, "evidence_files").value_or(0)));
    if (!is_plain_name(manifest.state)) return malformed("no folder of databases");
    const auto* files = object->if_contains("files");
    if (!files || !files->is_array()) return malformed("no files");
    for (const auto& item : files->get_array()) {
        if (!item.is_object()) return malformed("a file is an object");
        const auto name = text_member(item.get_object(), "name").value_or("");
        const auto size = number_member(item.get_object(), "size").value_or(-1);
        const auto digest = Sha256::from_hex(text_member(item.get_object(), "sha256").value_or(""));
        if (!is_plain_name(name) || size < 0 || !digest) return malformed("a file has name, size and sha256");
        manifest.files.push_back({name, static_cast<std::uintmax_t>(size), *digest});
    }
    if (!manifest.find(cases_name)) return malformed("no database of cases");
    return manifest;
}

Result<Manifest> read_manifest(const std::filesystem::path& folder)
{
    const auto text = read_small(folder / manifest_name, 1U << 20U);
    if (!text && text.error().code == Errc::not_found)
        return Error{Errc::not_found,
                     fmt::format("{} holds no backup: {} is missing", folder.string(), manifest_name)};
    if (!text) return text.error();
    return parse_manifest(as_text(*text));
}

} // namespace stillwatch::backup
