#pragma once

#include "config/config.hpp"
#include "core/fingerprint.hpp"
#include "core/result.hpp"

#include <filesystem>
#include <functional>
#include <vector>

namespace stillwatch::cli {

// Reads picture files in restricted workers of this process, several at a time, with the detail asked for.
// `each` is called in the order of `files`. Errors: only when no worker can be started; what is wrong with a
// file goes to `each`.
using EachPicture =
    std::function<void(const std::filesystem::path& file, const Result<PictureFeatures>& features)>;
Result<void> read_pictures(const config::Config& config, const std::vector<std::filesystem::path>& files,
                           Detail detail, const EachPicture& each);

// The plain files at or below `path`, sorted. Errors: not_found, io.
Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& path);

// A whole file of at most `max_bytes`. Errors: not_found, io, too_large.
Result<Bytes> read_file(const std::filesystem::path& file, std::size_t max_bytes);

} // namespace stillwatch::cli
