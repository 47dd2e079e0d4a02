#include "cli/as_owner.hpp"
#include "cli/command.hpp"
#include "cli/session.hpp"

#include "backup/make.hpp"
#include "backup/restore.hpp"
#include "control/client.hpp"
#include "daemon/installation.hpp"
#include "daemon/snapshot.hpp"
#include "store/case_database.hpp"
#include "store/frontier_tables.hpp"
#include "store/store_lock.hpp"
#include "vault/installation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>

namespace stillwatch::cli {

namespace {

namespace fs = std::filesystem;

// A frontier of many gigabytes takes its time.
constexpr std::chrono::hours longest_snapshot{2};

struct BackupOptions {
    std::string folder;
    std::string keys;
    bool frontier = false;
};

struct RestoreCommand {
    std::string folder;
    std::string keys;
    std::string owner;
    std::vector<std::string> withdrawn;
    bool force = false;
};

backup::Installation installation_of(const Global& global, const config::Config& config)
{
    const auto paths = daemon::paths_of(config);
    return {fs::absolute(global.config).lexically_normal(), paths.storage, paths.evidence};
}

std::string name_of_user(uid_t user)
{
    const auto* entry = getpwuid(user);
    return entry ? entry->pw_name : fmt::format("uid-{}", user);
}

// Copies of the databases for as long as the object lives.
class SnapshotFolder {
public:
    explicit SnapshotFolder(fs::path path) : path_(std::move(path)) {}
    ~SnapshotFolder()
    {
        std::error_code ignored; // the next backup removes what is left
        fs::remove_all(path_, ignored);
    }
    SnapshotFolder(const SnapshotFolder&) = delete;
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

Result<void> copy_whole(Result<store::DatabaseCopy> copy)
{
    if (!copy) return copy.error();
    for (;;) {
        const auto is_whole = copy->step(4096);
        if (!is_whole) return is_whole.error();
        if (*is_whole) return {};
    }
}

Result<backup::Snapshot> snapshot_here(const daemon::InstallationPaths& paths, bool with_frontier)
{
    const AsOwner as_daemon(paths.storage);
    const auto lock = store::StoreLock::acquire(paths.storage);
    if (!lock) return lock.error();
    for (const auto* name : {"cases.db", "frontier.db"})
        if (!fs::exists(paths.storage / name)) // opening would make an empty one
            return Error{Errc::not_found, fmt::format("{} is missing", (paths.storage / name).string())};
    const auto folder = paths.storage / daemon::Snapshots::folder_name;
    fs::remove_all(folder);
    if (::mkdir(folder.c_str(), S_IRWXU) != 0)
        return Error{Errc::io, fmt::format("{} cannot be made", folder.string())};
    store::CaseDatabase cases(paths.storage / "cases.db");
    const SystemClock clock;
    auto done = cases.append_audit({name_of_user(getuid()), clock.now()}, "store.backup",
                                   with_frontier ? "with frontier" : "");
    if (done) done = copy_whole(cases.begin_copy(folder / "cases.db"));
    if (done && with_frontier) {
        const auto frontier = store::frontier_in_file(paths.storage / "frontier.db");
        done = copy_whole(frontier->begin_copy(folder / "frontier.db"));
    }
    if (!done) return done.error();
    backup::Snapshot snapshot{folder, {}};
    const auto keys = vault::load_installation_keys(vault::key_location(paths.keys));
    if (keys) snapshot.installation_key = to_hex(keys->sealing.public_key.bytes);
    return snapshot;
}

// Through the daemon where one runs, which goes on crawling; else from the files.
Result<backup::Snapshot> take_snapshot(const daemon::InstallationPaths& paths, bool with_frontier)
{
    const auto reply =
        control::ask(paths.socket, {"backup.snapshot", {{"frontier", with_frontier}}}, longest_snapshot);
    if (!reply && reply.error().code == Errc::not_found && reply.error().detail.starts_with("connect to"))
        return snapshot_here(paths, with_frontier);
    if (!reply) return reply.error();
    const auto* object = reply->if_object();
    const auto folder = object ? text_member(*object, "folder") : std::nullopt;
    if (!folder) return Error{Errc::malformed, "the daemon gave no snapshot"};
    return backup::Snapshot{*folder, text_member(*object, "installation_key").value_or("")};
}

// Secrets and authorities stand in files of their own, which nobody but their owner can put back.
json::array files_outside(const config::Config& config)
{
    json::array files;
    const auto add = [&files](const std::string& name) {
        if (!name.empty() && !name.starts_with("credential:")) files.push_back(json::string(name));
    };
    add(config.network.ca_file.string());
    for (const auto& channel : config.channels)
        for (const auto& name : {channel.ca_file.string(), channel.password_file, channel.secret_file})
            add(name);
    for (const auto& site : config.sites)
        add(site.cookies_file);
    return files;
}

void tell_packages(Program& program, std::string_view what, const std::vector<std::string>& names)
{
    if (names.empty()) return;
    constexpr std::size_t shown = 5;
    const std::vector<std::string> first(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), shown)));
    program.exit_code =
        print_error({Errc::corrupt, fmt::format("{} evidence packages {}: {}{}", names.size(), what,
                                                fmt::join(first, ", "), names.size() > shown ? ", …" : "")});
}

void run_backup(Program& program, const BackupOptions& options)
{
    const auto config = load(program.global);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    const auto installation = installation_of(program.global, *config);
    const auto paths = daemon::paths_of(*config);
    struct stat status {};
    if (::stat(paths.storage.c_str(), &status) != 0 ||
        ::access(paths.storage.c_str(), R_OK | W_OK | X_OK) != 0) {
        program.exit_code = print_error(
            {Errc::refused, fmt::format("{} is missing or not yours to read: a backup is made as root or as "
                                        "the daemon's user",
                                        paths.storage.string())});
        return;
    }
    ::umask(0077);
    std::unique_ptr<SnapshotFolder> taken;
    const auto snapshot = [&]() -> Result<backup::Snapshot> {
        taken.reset();
        auto made = take_snapshot(paths, options.frontier);
        if (made) taken = std::make_unique<SnapshotFolder>(made->folder);
        return made;
    };
    const SystemClock clock;
    const auto made =
        backup::make_backup({installation, name_of_user(status.st_uid), STILLWATCH_VERSION},
                            fs::absolute(options.folder).lexically_normal(), snapshot, clock.now());
    if (!made) {
        program.exit_code = print_error(made.error());
        return;
    }
    json::object told;
    told["backup"] = fs::absolute(options.folder).lexically_normal().string();
    told["made_at"] = made->manifest.made_at;
    told["evidence"] = made->manifest.evidence_files;
    told["evidence_copied"] = made->evidence_copied;
    told["evidence_removed"] = made->evidence_removed;
    told["frontier"] = options.frontier;
    if (!options.keys.empty()) {
        const auto copied = backup::copy_keys(installation, fs::absolute(options.keys).lexically_normal(),
                                              fs::absolute(options.folder).lexically_normal());
        if (copied)
            told["keys"] = fs::absolute(options.keys).lexically_normal().string();
        else
            program.exit_code = print_error(copied.error());
    } else {
        told["keys"] = "not included";
    }
    told["not_included"] = files_outside(*config);
    print_object(program.global.style(), told);
    tell_packages(program, "are missing in the installation", made->missing);
    tell_packages(program, "are damaged in the installation", made->damaged);
}

// The configuration that counts: the one in place, else the one of the backup, read as if it stood there.
std::optional<config::Config> configuration_for(Program& program, const fs::path& folder,
                                                std::string& to_write)
{
    std::error_code error;
    if (fs::exists(program.global.config, error)) return load(program.global);
    const auto manifest = backup::read_manifest(folder);
    if (!manifest) {
        program.exit_code = print_error(manifest.error());
        return std::nullopt;
    }
    const auto file = folder / manifest->state / backup::configuration_name;
    std::ifstream stream(file, std::ios::binary);
    to_write.assign(std::istreambuf_iterator<char>(stream), {});
    auto outcome = config::parse_config(to_write, fs::absolute(program.global.config),
                                        {config::FileChecks::no, daemon::recipient_problem});
    for (const auto& problem : outcome.problems)
        fmt::print(stderr, "{}\n", config::to_string(problem));
    return std::move(outcome.config);
}

// Who runs the daemon: as named, as it was, or as the backup says. Nothing where we are not root.
Result<std::optional<backup::Owner>> owner_for(const RestoreCommand& command, const fs::path& storage,
                                               const fs::path& folder)
{
    if (::geteuid() != 0) {
        if (!command.owner.empty())
            return Error{Errc::invalid_argument, "--owner: only root can hand an installation over"};
        return std::optional<backup::Owner>{};
    }
    struct stat status {};
    if (command.owner.empty() && ::stat(storage.c_str(), &status) == 0)
        return std::optional(backup::Owner{status.st_uid, status.st_gid});
    auto name = command.owner;
    if (name.empty()) {
        const auto manifest = backup::read_manifest(folder);
        if (!manifest) return manifest.error();
        name = manifest->owner;
    }
    const auto* entry = getpwnam(name.c_str());
    if (!entry)
        return Error{
            Errc::invalid_argument,
            fmt::format("no user \"{}\" on this machine: name the daemon's user with --owner", name)};
    return std::optional(backup::Owner{entry->pw_uid, entry->pw_gid});
}

Result<void> write_configuration(const fs::path& file, const std::string& text,
                                 const std::optional<backup::Owner>& owner)
{
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    std::ofstream stream(file, std::ios::binary);
    stream << text;
    if (!stream.flush()) return Error{Errc::io, fmt::format("{} cannot be written", file.string())};
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read, error);
    // As `init` does: readable for the directory's group where somebody made it for operators, else for the
    // daemon's.
    struct stat status {};
    if (owner && ::stat(file.parent_path().c_str(), &status) == 0)
        (void)::chown(file.c_str(), 0,
                      status.st_gid != 0 ? status.st_gid : owner->group); // check-config tells of it
    return {};
}

// For everybody who checks evidence, as `init` does; of the keys that are in force now.
void publish_signing_key(const config::Config& config, const fs::path& directory,
                         const std::optional<backup::Owner>& owner)
{
    const auto keys = vault::load_installation_keys({daemon::paths_of(config).keys});
    const auto written = keys ? write_configuration(directory / daemon::signing_key_file,
                                                    keys->signing.verify_key().pem(), owner)
                              : Result<void>(keys.error());
    if (!written)
        fmt::print(stderr, "stillwatch: {} was not written: {}; `stillwatch evidence key` prints it\n",
                   daemon::signing_key_file, to_string(written.error()));
}

void tell_restored(Program& program, const backup::Restored& restored, const fs::path& configuration,
                   bool is_new_configuration)
{
    json::object told;
    told["backup_of"] = restored.manifest.made_at;
    told["open_cases"] = restored.open_cases;
    told["evidence"] = restored.evidence_files;
    told["frontier"] = restored.has_frontier;
    told["configuration"] = configuration.string() + (is_new_configuration ? "" : " (kept as it was)");
    json::array withdrawn;
    for (const auto& pseudonym : restored.withdrawn)
        withdrawn.push_back(json::string(pseudonym));
    told["withdrawn_since"] = withdrawn.size();
    told["references_removed_since"] = restored.references_removed;
    told["under_18_erased_since"] = restored.under_18_erased;
    told["hosts_stopped_since"] = restored.hosts_stopped;
    told["withdrawals_known"] = restored.withdrawals_known;
    if (!restored.put_aside.empty()) told["put_aside"] = restored.put_aside.string();
    if (restored.lacks_keys) told["keys"] = "missing";
    print_object(program.global.style(), told);
    std::fflush(stdout);
    const auto note = [](std::string_view text) { fmt::print(stderr, "stillwatch: {}\n", text); };
    if (!restored.withdrawals_known)
        note(fmt::format("{} cases are open as of {}. Who withdrew after that is not known here: look into "
                         "your records, and withdraw "
                         "each of them (stillwatch case withdraw CASE --yes) before the daemon is started",
                         restored.open_cases, restored.manifest.made_at));
    if (restored.lacks_keys)
        note("the keys are missing: put installation.key and signing.key into the keys folder of the "
             "storage, or hand them over as "
             "credentials, before the daemon is started");
    if (!restored.put_aside.empty())
        note(fmt::format("what was there before lies in {} and still opens its cases: remove it as soon as "
                         "it is not needed",
                         restored.put_aside.string()));
    tell_packages(program, "are missing in the backup", restored.missing);
    tell_packages(program, "are damaged in the backup", restored.damaged);
}

void run_restore(Program& program, const RestoreCommand& command)
{
    const auto folder = fs::absolute(command.folder).lexically_normal();
    ::umask(0077);
    std::string to_write;
    const auto config = configuration_for(program, folder, to_write);
    if (!config) {
        if (program.exit_code == exit_fine) program.exit_code = exit_configuration;
        return;
    }
    const auto installation = installation_of(program.global, *config);
    const auto owner = owner_for(command, installation.storage, folder);
    if (!owner) {
        program.exit_code = print_error(owner.error());
        return;
    }
    backup::RestoreOptions options;
    options.replaces = command.force;
    if (!command.keys.empty()) options.keys = fs::absolute(command.keys).lexically_normal();
    options.withdrawn = command.withdrawn;
    options.owner = *owner;
    options.actor = name_of_user(getuid());
    const SystemClock clock;
    const auto restored = backup::restore(installation, folder, options, clock.now());
    if (!restored) {
        program.exit_code = print_error(restored.error());
        return;
    }
    if (!to_write.empty()) {
        const auto written = write_configuration(installation.configuration, to_write, *owner);
        if (!written) program.exit_code = print_error(written.error());
    }
    if (!restored->lacks_keys) publish_signing_key(*config, installation.configuration.parent_path(), *owner);
    tell_restored(program, *restored, installation.configuration, !to_write.empty());
}

} // namespace

void add_backup_commands(Program program)
{
    auto making = std::make_shared<BackupOptions>();
    const auto make = program.app.add_subcommand(
        "backup", "Copies cases, evidence and configuration into a folder, also while the daemon runs");
    make.add_option("folder", making->folder,
                    "A folder of its own on another disk; the same one again takes only new evidence")
        .required();
    make.add_option("--keys", making->keys,
                    "Copies the installation's keys into this other folder. Whoever has both opens every "
                    "live case: keep them apart");
    make.add_flag("--frontier", making->frontier,
                  "Includes what is known of the sites; without it crawling finds it anew");
    make.callback([program, making]() mutable { run_backup(program, *making); });

    auto restoring = std::make_shared<RestoreCommand>();
    const auto restore = program.app.add_subcommand(
        "restore",
        "Puts a backup in place of an installation while no daemon runs, checked before anything is touched");
    restore.add_option("folder", restoring->folder, "Folder that `backup` made").required();
    restore.add_option("--keys", restoring->keys, "Folder of the keys, where the installation has none");
    restore.add_option("--withdrawn", restoring->withdrawn,
                       "Case that was withdrawn after the backup was made: its key is destroyed before the "
                       "store is used; may be "
                       "given several times");
    restore.add_option("--owner", restoring->owner,
                       "User the daemon runs as; default: who owns the storage, else as the backup says");
    restore.add_flag("--force", restoring->force, "Puts a store that is there aside");
    restore.callback([program, restoring]() mutable { run_restore(program, *restoring); });
}

} // namespace stillwatch::cli
