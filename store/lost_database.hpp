#pragma once

#include "core/result.hpp"

#include <filesystem>

namespace stillwatch::store {

// Refuses a folder that lost cases.db: the frontier is there, which came with it. Opened it would be made
// anew and empty, nobody would be protected, and nothing would say so. Errors: not_found.
Result<void> check_cases_are_there(const std::filesystem::path& storage);

} // namespace stillwatch::store
