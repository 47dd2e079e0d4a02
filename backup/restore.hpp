#pragma once

#include "backup/make.hpp"

#include <optional>

namespace stillwatch::backup {

struct Owner {
    uid_t user = 0;
    gid_t group = 0;
};

struct RestoreOptions {
    bool replaces = false;              // a store that is there is put aside; else there must be none
    std::filesystem::path keys{};       // folder of the two keys; empty: those of the storage directory
    std::vector<std::string> withdrawn; // pseudonyms of cases that were withdrawn since the backup
    std::optional<Owner> owner{};       // who gets what is restored
    std::string actor;                  // for the audit log
};

struct Restored {
    Manifest manifest;
    std::size_t open_cases = 0;
    std::vector<std::string> withdrawn; // cases that this restoring withdrew
    std::size_t references_removed = 0; // removed since the backup
    std::size_t under_18_erased = 0;    // findings that may show a person under 18, erased since
    std::size_t hosts_stopped = 0;      // stopped since
    std::size_t evidence_files = 0;
    std::vector<std::string> missing; // evidence that the backup lacks
    std::vector<std::string> damaged; // evidence that is not what its finding says
    bool has_frontier = false;
    bool lacks_keys = false;
    // Whether a newer store told what was withdrawn since; else nobody but the organisation knows.
    bool withdrawals_known = false;
    std::filesystem::path put_aside; // what was there before; empty: nothing was
};

// Puts a backup in the place of an installation's databases, evidence and, where given, keys. Everything is
// checked before anything is touched: digests, kind, schema and integrity of the database, the chain of its
// audit log, whether the keys are those of its cases. What a store that is replaced has withdrawn, removed
// and stopped since is withdrawn, removed and stopped in the restored one before that takes its place; every
// picture is compared again. Evidence that is missing or damaged is told and does not hold up the rest.
// Errors: refused (a daemon runs; a store is there; the keys or the store there are another installation's),
// not_found, corrupt, malformed, io.
Result<Restored> restore(const Installation& installation, const std::filesystem::path& folder,
                         const RestoreOptions& options, Timestamp now);

} // namespace stillwatch::backup
