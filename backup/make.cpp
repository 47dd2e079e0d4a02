#include "backup/make.hpp"

#include "backup/files.hpp"
#include "evidence/stamp_file.hpp"
#include "store/evidence_table.hpp"
#include "store/store_lock.hpp"
#include "vault/pending_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

namespace stillwatch::backup {

namespace {

namespace fs = std::filesystem;

bool is_of_backup(const std::string& name)
{
    return name == manifest_name || name == evidence_name || name == "lock" ||
           name.starts_with(state_prefix) || name.ends_with(".tmp");
}

Result<void> check_place(const Installation& installation, const fs::path& folder)
{
    for (const auto& inside : {installation.storage, installation.evidence}) {
        if (is_within(folder, inside) || is_within(inside, folder))
            return Error{
                Errc::refused,
                fmt::format("{} and {} lie in one another: a backup belongs on another disk or machine",
                            folder.string(), inside.string())};
    }
    return {};
}

// An empty folder, or one with a backup in it, whole or broken off.
Result<void> prepare(const fs::path& folder)
{
    std::error_code error;
    if (!fs::exists(folder, error)) return make_directory(folder);
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (!is_of_backup(entry.path().filename().string()))
            return Error{Errc::refused,
                         fmt::format("{} holds {}, which is no part of a backup: give a folder of its own",
                                     folder.string(), entry.path().filename().string())};
    if (error) return Error{Errc::io, fmt::format("{}: {}", folder.string(), error.message())};
    return {};
}

Result<void> check_owner(const fs::path& folder, const Snapshot& snapshot)
{
    const auto before = read_manifest(folder);
    if (!before && before.error().code == Errc::not_found) return {};
    if (!before) return before.error();
    if (before->installation_key != snapshot.installation_key && !before->installation_key.empty() &&
        !snapshot.installation_key.empty())
        return Error{Errc::refused,
                     fmt::format("{} holds the backup of another installation", folder.string())};
    return {};
}

// Every package that places of findings name, with the digest they give it.
Result<std::map<std::string, Sha256>> evidence_of(const fs::path& cases_file)
{
    std::map<std::string, Sha256> packages;
    try {
        store::CaseDatabase cases(cases_file);
        if (const auto problem = cases.integrity(); problem != "ok")
            return Error{Errc::corrupt, fmt::format("the database of cases is damaged: {}", problem)};
        packages = store::EvidenceTable(cases).packages();
    } catch (const std::runtime_error& error) {
        return Error{Errc::corrupt, error.what()};
    }
    return packages;
}

// What stands beside a package changes: a note that no time stamp came yet, and then the stamps.
Result<void> copy_beside(const fs::path& from, const fs::path& to, const std::string& package)
{
    for (const auto suffix : {evidence::unstamped_suffix, evidence::stamp_suffix}) {
        const auto name = package + std::string(suffix);
        std::error_code ignored; // absent is unequal
        const auto size = fs::file_size(from / name, ignored);
        if (!ignored && fs::file_size(to / name, ignored) == size && !ignored) continue;
        const auto copied = copy_private(from / name, to / name);
        if (!copied && copied.error().code != Errc::not_found) return copied.error();
    }
    return {};
}

Result<void> copy_evidence(const fs::path& from, const fs::path& to,
                           const std::map<std::string, Sha256>& packages, Made& made)
{
    if (auto ready = make_directory(to); !ready) return ready;
    made.missing.clear();
    made.damaged.clear();
    for (const auto& [name, digest] : packages) {
        if (const auto beside = copy_beside(from, to, name); !beside) return beside;
        std::error_code ignored; // absent is unequal
        const auto size = fs::file_size(from / name, ignored);
        const bool is_there = !ignored && fs::file_size(to / name, ignored) == size && !ignored;
        if (is_there) continue; // a package never changes
        const auto copied = copy_private(from / name, to / name);
        if (!copied && copied.error().code == Errc::not_found) {
            // A copy that an earlier backup made is all there is left.
            if (!fs::exists(to / name, ignored)) made.missing.push_back(name);
            continue;
        }
        if (!copied) return copied.error();
        ++made.evidence_copied;
        if (copied->digest != digest) made.damaged.push_back(name);
    }
    return {};
}

Result<void> remove_unnamed(const fs::path& evidence, const std::map<std::string, Sha256>& packages,
                            Made& made)
{
    std::error_code error;
    std::vector<fs::path> gone;
    for (const auto& entry : fs::directory_iterator(evidence, error))
        if (!packages.contains(evidence::package_of(entry.path().filename().string())))
            gone.push_back(entry.path());
    for (const auto& path : gone) {
        if (!fs::remove(path, error) || error)
            return Error{Errc::io, fmt::format("remove {}: {}", path.string(), error.message())};
        ++made.evidence_removed;
    }
    return vault::sync_directory(evidence);
}

Result<void> copy_state(const Origin& origin, const Snapshot& snapshot, const fs::path& state,
                        Manifest& manifest)
{
    if (auto ready = make_directory(state); !ready) return ready;
    const std::array sources{std::pair(snapshot.folder / cases_name, cases_name),
                             std::pair(snapshot.folder / frontier_name, frontier_name),
                             std::pair(origin.installation.configuration, configuration_name)};
    for (const auto& [source, name] : sources) {
        std::error_code ignored; // absent
        if (name == frontier_name && !fs::exists(source, ignored)) continue;
        const auto copied = copy_private(source, state / name);
        if (!copied) return copied.error();
        manifest.files.push_back({std::string(name), copied->size, copied->digest});
    }
    return {};
}

void remove_old_states(const fs::path& folder, const std::string& current)
{
    std::error_code ignored; // what stays is removed by the next backup
    std::vector<fs::path> old;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        const auto name = entry.path().filename().string();
        if (name != current && (name.starts_with(state_prefix) || name.ends_with(".tmp")))
            old.push_back(entry.path());
    }
    for (const auto& path : old)
        fs::remove_all(path, ignored);
}

// "2026-11-29T04:11:35.120Z" as part of a name.
std::string stamp(Timestamp now)
{
    auto text = format_utc(now);
    std::erase_if(text, [](char letter) { return letter == ':' || letter == '-'; });
    return text;
}

} // namespace

Result<Made> make_backup(const Origin& origin, const fs::path& folder,
                         const std::function<Result<Snapshot>()>& snapshot, Timestamp now)
{
    if (auto placed = check_place(origin.installation, folder); !placed) return placed.error();
    if (auto ready = prepare(folder); !ready) return ready.error();
    const auto lock = store::StoreLock::acquire(folder);
    if (!lock) return lock.error();

    Made made;
    made.manifest.made_at = format_utc(now);
    made.manifest.software = origin.software;
    made.manifest.owner = origin.owner;
    made.manifest.state = std::string(state_prefix) + stamp(now);
    Result<Snapshot> taken = Error{Errc::cancelled, "no snapshot"};
    Result<std::map<std::string, Sha256>> packages = Error{Errc::cancelled, "no snapshot"};
    for (int attempt = 0; attempt < 2; ++attempt) {
        taken = snapshot();
        if (!taken) return taken.error();
        if (auto ours = check_owner(folder, *taken); !ours) return ours.error();
        packages = evidence_of(taken->folder / cases_name);
        if (!packages) return packages.error();
        const auto copied =
            copy_evidence(origin.installation.evidence, folder / evidence_name, *packages, made);
        if (!copied) return copied.error();
        // Packages that a withdrawal took away meanwhile are not named by a second snapshot.
        if (made.missing.empty()) break;
    }
    made.manifest.installation_key = taken->installation_key;
    made.manifest.evidence_files = packages->size() - made.missing.size();
    if (auto copied = copy_state(origin, *taken, folder / made.manifest.state, made.manifest); !copied)
        return copied.error();
    if (auto written = write_whole(folder / manifest_name, as_bytes(to_text(made.manifest))); !written)
        return written.error();
    // From here on this backup counts.
    remove_old_states(folder, made.manifest.state);
    if (auto removed = remove_unnamed(folder / evidence_name, *packages, made); !removed)
        return removed.error();
    return made;
}

Result<void> copy_keys(const Installation& installation, const fs::path& folder,
                       const fs::path& backup_folder)
{
    if (is_within(folder, backup_folder) || is_within(backup_folder, folder))
        return Error{
            Errc::refused,
            fmt::format(
                "{} and {} lie in one another: the keys open every case of the backup, so they are kept "
                "apart from it",
                folder.string(), backup_folder.string())};
    if (auto placed = check_place(installation, folder); !placed) return placed;
    const auto keys = installation.storage / "keys";
    constexpr std::array names{"installation.key", "signing.key"};
    for (const auto* name : names)
        if (std::error_code ignored; !fs::exists(keys / name, ignored))
            return Error{
                Errc::not_found,
                fmt::format("{} is missing; keys that the service gets as credentials are backed up where "
                            "those are kept",
                            (keys / name).string())};
    if (auto ready = make_directory(folder); !ready) return ready;
    for (const auto* name : names) {
        const auto copied = copy_private(keys / name, folder / name);
        if (!copied) return copied.error();
    }
    return {};
}

} // namespace stillwatch::backup
