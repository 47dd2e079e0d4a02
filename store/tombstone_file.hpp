#pragma once

#include "core/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// The numbers of withdrawn cases, in a file beside the databases: an older copy of a database that is put in
// the place of the present one brings no case back. Pseudonyms only, a line each.
namespace stillwatch::store {

// Durable when it returns. Errors: io.
Result<void> bury_in_file(const std::filesystem::path& storage, std::string_view pseudonym);

// Without a file none. Errors: io (there is one and it cannot be read).
Result<std::vector<std::string>> buried_in_file(const std::filesystem::path& storage);

} // namespace stillwatch::store
