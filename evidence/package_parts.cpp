#include "evidence/package_parts.hpp"

#include "evidence/manifest.hpp"
#include "evidence/package.hpp"
#include "evidence/tar.hpp"
#include "evidence/zip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stillwatch::evidence {

namespace {

constexpr std::array<std::string_view, 4> tar_files{"manifest.json", "manifest.sig", "signing_key.pub",
                                                    "data.warc.gz"};
constexpr std::array<std::string_view, 2> tar_files_in_manifest{"data.warc.gz", "signing_key.pub"};

const PackageLayout tar_layout{
    "tar archive",
    older_manifest_format,
    tar_files[0],
    tar_files[1],
    tar_files[2],
    tar_files[3],
    tar_files,
    tar_files_in_manifest,
    [](Timestamp at) -> Timestamp { return std::chrono::floor<std::chrono::seconds>(at); }};

const PackageLayout wacz_layout{
    "zip archive", manifest_format, manifest_file, signature_file,
    key_file,      warc_file,       package_files, std::span(package_files).first(files_in_manifest),
    zip_time};

Error corrupt(const PackageLayout& layout, std::string_view what)
{
    return Error{Errc::corrupt, fmt::format("{}: {}", layout.archive, what)};
}

// By its first bytes or those of its end: one of both may be damaged.
bool is_zip(std::string_view archive)
{
    constexpr std::size_t end_size = 22;
    return archive.starts_with("PK\x03\x04") ||
           (archive.size() >= end_size &&
            archive.substr(archive.size() - end_size).starts_with("PK\x05\x06"));
}

Result<PackageParts> checked(PackageParts parts)
{
    const auto& expected = parts.layout->files;
    if (parts.files.size() != expected.size())
        return corrupt(*parts.layout,
                       fmt::format("{} files instead of {}", parts.files.size(), expected.size()));
    for (std::size_t i = 0; i < expected.size(); ++i)
        if (parts.files[i].first != expected[i])
            return corrupt(*parts.layout, fmt::format("file {} is not {}", i + 1, expected[i]));
    return parts;
}

} // namespace

ByteView PackageParts::file(std::string_view name) const noexcept
{
    const auto found = std::ranges::find(files, name, &std::pair<std::string, ByteView>::first);
    return found == files.end() ? ByteView() : found->second;
}

bool PackageParts::is_wacz() const noexcept
{
    return layout == &wacz_layout;
}

Result<PackageParts> package_parts(ByteView archive)
{
    PackageParts parts;
    if (is_zip(as_text(archive))) {
        auto content = read_zip(archive);
        if (!content) return content.error();
        parts.layout = &wacz_layout;
        parts.modified = content->modified;
        for (auto& member : content->members)
            parts.files.emplace_back(std::move(member.name), member.content);
        return checked(std::move(parts));
    }
    auto members = read_tar(archive);
    if (!members) return members.error();
    parts.layout = &tar_layout;
    for (auto& member : *members) {
        const Timestamp modified{std::chrono::seconds(member.modified)};
        if (!parts.files.empty() && modified != parts.modified)
            return corrupt(tar_layout, fmt::format("{} has another time", member.name));
        parts.modified = modified;
        parts.files.emplace_back(std::move(member.name), member.content);
    }
    return checked(std::move(parts));
}

} // namespace stillwatch::evidence
