#pragma once

#include "core/result.hpp"
#include "packages/contents.hpp"

#include <optional>
#include <string_view>

namespace stillwatch::packages {

enum class PackageKind : std::uint8_t { zip, rar, seven_zip, pdf };

// By the first bytes; nothing where it is no package that is read.
std::optional<PackageKind> sniff_package(ByteView file) noexcept;

// Whether the path of an address ends like that of a package: .zip, .cbz, .rar, .cbr, .7z, .cb7, .pdf.
bool has_package_suffix(std::string_view path) noexcept;

// The pictures in a package, also those of packages inside it. Which format a picture has nobody asks here:
// what begins like one counts. Errors: undecodable (no package, or broken before its first picture), refused
// (locked: all that could be a picture is under a password).
Result<Contents> unpack(ByteView file, const PackageLimits& limits = {});

// Does once what libraries do once with files; call it before the worker is restricted.
void prepare_unpacking();

} // namespace stillwatch::packages
