#pragma once

#include "evidence/package.hpp"
#include "evidence/package_parts.hpp"
#include "evidence/sorted_json.hpp"
#include "evidence/wacz.hpp"
#include "evidence/zip.hpp"

#include <functional>
#include <string>

namespace stillwatch::test {

// An archive of these files, with the time of `like`.
inline Bytes zipped(const std::vector<std::pair<std::string, ByteView>>& files, Timestamp modified)
{
    std::vector<evidence::ZipMember> members;
    for (const auto& [name, content] : files)
        members.push_back({name, content});
    return evidence::write_zip(members, modified).value();
}

// The package with one of its files replaced, and nothing else: what somebody without a key can make of it.
inline Bytes with_file(ByteView package, std::string_view name, ByteView content)
{
    auto parts = evidence::package_parts(package).value();
    for (auto& [own, bytes] : parts.files)
        if (own == name) bytes = content;
    return zipped(parts.files, parts.modified);
}

// The package with its manifest changed and all that follows from it made anew, by whoever holds `key`.
inline Bytes forged(ByteView package, const std::function<void(json::object&)>& change,
                    const vault::SigningKey& key)
{
    using namespace evidence;
    auto parts = package_parts(package).value();
    auto manifest = parse_json(parts.text(manifest_file)).value();
    change(manifest.as_object());
    const auto text = sorted_json(manifest);
    const auto signature = key.sign(as_bytes(text));
    const auto put = [&parts](std::string_view name, ByteView content) {
        for (auto& [own, bytes] : parts.files)
            if (own == name) bytes = content;
    };
    put(manifest_file, as_bytes(text));
    put(signature_file, signature);
    std::vector<PackageFile> files;
    for (const auto& [name, content] : std::span(parts.files).first(files_in_package_list))
        files.push_back({name, content.size(), Sha256::of(content)});
    const auto told = parse_json(parts.text(package_list_file)).value();
    const auto& list = told.as_object();
    const auto time = [&list](const char* member) { return *parse_utc(text_member(list, member).value()); };
    const auto package_list = render_data_package(
        {text_member(list, "title").value(), text_member(list, "mainPageUrl").value(), time("mainPageDate"),
         text_member(list, "software").value(), time("created"), files});
    const auto digest = render_package_digest(package_list, key.on_p384(),
                                              text_member(list, "software").value(), time("created"));
    put(package_list_file, as_bytes(package_list));
    put(package_digest_file, as_bytes(digest));
    return zipped(parts.files, parts.modified);
}

} // namespace stillwatch::test
