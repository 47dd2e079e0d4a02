#pragma once

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stillwatch::evidence {

// What the archives of packages look like, then and now: which files, under which names, in which order.
struct PackageLayout {
    std::string_view archive; // "zip archive": how an error names it
    std::string_view format;  // of its manifest
    std::string_view manifest;
    std::string_view signature;
    std::string_view key;
    std::string_view warc;
    std::span<const std::string_view> files;       // in the order of the archive
    std::span<const std::string_view> in_manifest; // in the order of the manifest
    Timestamp (*time_of)(Timestamp recorded_at);   // of the archive's entries
};

// The files of a package; they borrow from its archive.
struct PackageParts {
    const PackageLayout* layout = nullptr;
    std::vector<std::pair<std::string, ByteView>> files; // those of the layout, in its order
    Timestamp modified{};

    ByteView file(std::string_view name) const noexcept; // of the layout
    std::string_view text(std::string_view name) const noexcept { return as_text(file(name)); }
    bool is_wacz() const noexcept;
};

// Opens an archive, a WACZ file or the tar archive of older programs, and checks that it is made of exactly
// the files that belong into it. Errors: corrupt, naming the part.
Result<PackageParts> package_parts(ByteView archive);

} // namespace stillwatch::evidence
