#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <filesystem>
#include <vector>

namespace stillwatch::cli {

// The plain files at or below `path`, sorted. Errors: not_found, io.
Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& path);

// A whole file of at most `max_bytes`. Errors: not_found, io, too_large.
Result<Bytes> read_file(const std::filesystem::path& file, std::size_t max_bytes);

} // namespace stillwatch::cli
