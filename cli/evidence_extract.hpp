#pragma once

#include "evidence/verify.hpp"

#include <filesystem>

namespace stillwatch::cli {

// Writes page, picture and two reports (report.txt, report.html) of a checked package into the new folder
// `directory`, mode 0700, under names of our own. Gives what was written. Errors: exists (the folder is there
// already), io.
Result<std::vector<std::string>> extract_package(const evidence::VerifyReport& report,
                                                 const std::filesystem::path& directory);

// Makes a new file of mode 0600; whatever is there already, a link included, is left alone. Errors: exists,
// io.
Result<void> write_new_file(const std::filesystem::path& file, ByteView content);

} // namespace stillwatch::cli
