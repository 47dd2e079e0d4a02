#pragma once

#include <filesystem>
#include <string_view>

namespace stillwatch::config {

// `socket` of [control] in a configuration that may hold mistakes, even in its syntax: commands for the
// daemon need nothing else, and a host must be stopped while somebody looks for a typo. The default where
// none is found. `file` gives the directory from which the path counts.
std::filesystem::path control_socket(std::string_view text, const std::filesystem::path& file);

// The same from the file; the default where it cannot be read.
std::filesystem::path control_socket(const std::filesystem::path& file);

} // namespace stillwatch::config
