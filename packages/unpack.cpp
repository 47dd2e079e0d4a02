#include "packages/unpack.hpp"

#include "core/ascii.hpp"
#include "packages/archive.hpp"
#include "packages/pdf.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::packages {

using namespace std::string_view_literals;

void take_picture(Bytes file, std::string name, const PackageLimits& limits, Contents& contents)
{
    if (contents.has_more) return;
    if (contents.found >= limits.max_pictures) {
        contents.is_whole = false;
        return;
    }
    const bool is_passed_over = contents.found < limits.first_picture;
    const bool may_fit = !is_passed_over && file.size() <= limits.max_bytes;
    const bool has_room = may_fit && contents.bytes <= limits.max_bytes - file.size() &&
                          (!limits.in_turns || contents.pictures.size() < PackageLimits::pictures_at_once);
    if (may_fit && !has_room && limits.in_turns) {
        contents.has_more = true;
        return;
    }
    if (has_room) {
        contents.bytes += file.size();
        contents.pictures.push_back(std::move(file));
        contents.names.push_back(std::move(name));
    } else if (!is_passed_over) {
        contents.is_whole = false;
    }
    ++contents.found;
}

std::optional<PackageKind> sniff_package(ByteView file) noexcept
{
    const auto text = as_text(file);
    if (text.starts_with("PK\x03\x04"sv)) return PackageKind::zip;
    if (text.starts_with("Rar!\x1A\x07"sv)) return PackageKind::rar;
    if (text.starts_with("7z\xBC\xAF\x27\x1C"sv)) return PackageKind::seven_zip;
    const auto begin = text.substr(0, 64).find_first_not_of(" \t\r\n"sv);
    if (begin != text.npos && text.substr(begin).starts_with("%PDF-"sv)) return PackageKind::pdf;
    return std::nullopt;
}

bool has_package_suffix(std::string_view path) noexcept
{
    static constexpr std::array<std::string_view, 7> suffixes{"zip", "cbz", "rar", "cbr", "7z", "cb7", "pdf"};
    const auto dot = path.rfind('.');
    if (dot == path.npos) return false;
    return std::ranges::any_of(suffixes, [&](auto one) { return same_name(path.substr(dot + 1), one); });
}

Result<Contents> unpack(ByteView file, const PackageLimits& limits)
{
    const auto kind = sniff_package(file);
    if (!kind) return Error{Errc::undecodable, "no package that is read"};
    Contents contents;
    const bool is_sound = *kind == PackageKind::pdf ? take_pdf(file, {}, limits, contents)
                                                    : take_archive(file, {}, limits, 1, contents);
    if (contents.found > 0) return contents;
    if (contents.locked > 0) return Error{Errc::refused, "a package under a password"};
    if (!is_sound) return Error{Errc::undecodable, "a package that is broken, or of a kind that is not read"};
    return contents;
}

void prepare_unpacking()
{
    prepare_archives();
}

} // namespace stillwatch::packages
