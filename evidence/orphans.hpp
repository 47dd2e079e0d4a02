#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>

namespace stillwatch::evidence {

// How far cleaning goes. A crash leaves at most one package for each that was being written; more of them
// mean that directory and database do not belong together (an older database was restored), and then nothing
// is removed.
struct OrphanLimits {
    std::size_t max_packages = 16;
    std::chrono::minutes min_age{10}; // younger packages may be on their way into the database
};

struct RemovedOrphans {
    std::size_t temporaries = 0; // unfinished `.tmp` files
    std::size_t packages = 0;
    std::size_t kept_young = 0;
};

// Call at start, before anything is written, by the process that owns the store. Removes unfinished files,
// and packages that no finding knows: only plain files right in `directory` that are named as packages are
// (evidence/package.hpp), with ".tmp" behind it where they are unfinished. `withdrawn`: numbers of cases that
// were; a kill while their packages were erased may leave any number of them, and all go, whatever their age.
// Errors: refused (more than
// limits.max_packages unknown; unfinished files are gone then), io.
Result<RemovedOrphans> remove_orphans(const std::filesystem::path& directory,
                                      const std::set<std::string>& known, Timestamp now,
                                      const OrphanLimits& limits = {},
                                      const std::set<std::string>& withdrawn = {});

// Removes one package and its time stamps for good, as a withdrawal asks; a package that is gone already is
// fine. Errors: invalid_argument (not the name of a package), io.
Result<void> remove_package(const std::filesystem::path& directory, const std::string& file);

} // namespace stillwatch::evidence
