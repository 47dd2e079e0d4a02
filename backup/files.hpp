#pragma once

#include "core/bytes.hpp"
#include "core/digest.hpp"
#include "core/result.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

// Files of a backup: each appears under its name whole and on the disk, or not at all, and is for its owner
// only.
namespace stillwatch::backup {

struct Copied {
    std::uintmax_t size = 0;
    Sha256 digest;
};

// Copies a plain file over `target`, mode 0600: written beside it, synced, renamed. Errors: not_found, io.
Result<Copied> copy_private(const std::filesystem::path& source, const std::filesystem::path& target);

// The same with bytes in place of a file. Errors: io.
Result<void> write_whole(const std::filesystem::path& target, ByteView bytes, mode_t mode = 0600);

// Size and SHA-256 of a plain file. Errors: not_found, io.
Result<Copied> measure(const std::filesystem::path& file);

// A whole small file. Errors: not_found, io, too_large.
Result<Bytes> read_small(const std::filesystem::path& file, std::size_t max_bytes);

// Makes a directory that is for its owner only, where it is missing; what lies above it must be there.
// Errors: io.
Result<void> make_directory(const std::filesystem::path& directory);

// Whether `path` is `directory` or lies below it, symbolic links resolved as far as they exist.
bool is_within(const std::filesystem::path& path, const std::filesystem::path& directory);

} // namespace stillwatch::backup
