#pragma once

#include "backup/manifest.hpp"
#include "core/clock.hpp"

#include <functional>

namespace stillwatch::backup {

// Where the parts of an installation lie.
struct Installation {
    std::filesystem::path configuration; // the file
    std::filesystem::path storage;
    std::filesystem::path evidence;
};

// Copies of the databases as they stood at one moment, in a folder of whoever made them.
struct Snapshot {
    std::filesystem::path folder;
    std::string installation_key; // as in Manifest
};

struct Origin {
    Installation installation;
    std::string owner;
    std::string software;
};

struct Made {
    Manifest manifest;
    std::size_t evidence_copied = 0;  // the others were there
    std::size_t evidence_removed = 0; // of withdrawn cases
    std::vector<std::string>
        missing; // packages that findings name and that are not in the evidence directory
    std::vector<std::string> damaged; // packages that are not what their findings say
};

// Makes or renews the backup in `folder`: databases and configuration anew, of the evidence what is not there
// yet, and what no finding names any more goes. Until its last step the backup that was there stays the one
// that counts. Asks for a snapshot, and for another when evidence went meanwhile. Errors: refused (the folder
// lies inside the installation, or holds something else or another installation's backup), corrupt (the
// copied database is damaged), io, and those of `snapshot`.
Result<Made> make_backup(const Origin& origin, const std::filesystem::path& folder,
                         const std::function<Result<Snapshot>()>& snapshot, Timestamp now);

// Copies the two keys into `folder`, which must not lie with the backup: together they open every live case.
// Errors: refused, not_found (the keys are credentials of the service), io.
Result<void> copy_keys(const Installation& installation, const std::filesystem::path& folder,
                       const std::filesystem::path& backup_folder);

} // namespace stillwatch::backup
