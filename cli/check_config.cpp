#include "alerts/webhook_signature.hpp"
#include "cli/as_owner.hpp"
#include "cli/command.hpp"
#include "cli/session.hpp"
#include "config/secret.hpp"
#include "daemon/installation.hpp"
#include "daemon/mail_ciphers.hpp"
#include "daemon/settings.hpp"
#include "store/lost_database.hpp"
#include "vault/installation.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

// `check-config`: the configuration, and what must be there for the daemon to work with it.
namespace stillwatch::cli {

namespace {

namespace fs = std::filesystem;

// The daemon stops taking up pictures far below; here is time to act.
constexpr std::uintmax_t little_room = std::uintmax_t{2} << 30U;

struct Findings {
    std::vector<std::string> problems; // the daemon cannot work so
    std::vector<std::string> notes;
};

std::string name_of_user(uid_t user)
{
    const auto* entry = getpwuid(user);
    return entry ? entry->pw_name : fmt::format("uid {}", user);
}

void check_room(const std::string& key, const fs::path& directory, Findings& found)
{
    struct statvfs space {};
    if (::statvfs(directory.c_str(), &space) != 0) return; // stat() has told
    const auto free = std::uintmax_t{space.f_bavail} * space.f_frsize;
    if (free < little_room)
        found.notes.push_back(fmt::format("{}: {} has {} MB left; databases and evidence grow there", key,
                                          directory.string(), free >> 20U));
}

// Who owns the directory is the daemon's user: what lies in it must be its own.
void check_directory(const std::string& key, const fs::path& directory, std::string_view if_missing,
                     Findings& found)
{
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) {
        if (errno == EACCES)
            found.notes.push_back(
                fmt::format("{}: {} may not be looked into by you: not checked", key, directory.string()));
        else
            found.problems.push_back(
                fmt::format("{}: {}: {}{}", key, directory.string(), std::strerror(errno), if_missing));
        return;
    }
    if (!S_ISDIR(status.st_mode)) {
        found.problems.push_back(fmt::format("{}: {} is no directory", key, directory.string()));
        return;
    }
    constexpr mode_t all_of_owner = S_IRWXU;
    if ((status.st_mode & all_of_owner) != all_of_owner)
        found.problems.push_back(fmt::format("{}: {} cannot be written by its owner {}: chmod 700", key,
                                             directory.string(), name_of_user(status.st_uid)));
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        found.notes.push_back(
            fmt::format("{}: {} is open to others than its owner: chmod 700", key, directory.string()));
    check_room(key, directory, found);
    if (::euidaccess(directory.c_str(), R_OK | X_OK) != 0) return; // an operator: its owner sees the rest
    if (::geteuid() != 0 && ::euidaccess(directory.c_str(), W_OK) != 0)
        found.problems.push_back(fmt::format("{}: {} cannot be written", key, directory.string()));
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory, error)) {
        struct stat inner {};
        if (::lstat(entry.path().c_str(), &inner) != 0 || inner.st_uid == status.st_uid) continue;
        found.problems.push_back(fmt::format("{}: {} belongs to {}, the folder to {}: chown -R {} {}", key,
                                             entry.path().string(), name_of_user(inner.st_uid),
                                             name_of_user(status.st_uid), name_of_user(status.st_uid),
                                             directory.string()));
        return; // one is enough to say it
    }
}

Findings check_places(const config::Config& config)
{
    Findings found;
    const auto paths = daemon::paths_of(config);
    check_directory("storage.directory", paths.storage, "; `stillwatch init` makes it", found);
    struct stat status {};
    const bool is_seen =
        ::stat(paths.storage.c_str(), &status) == 0 && ::euidaccess(paths.storage.c_str(), X_OK) == 0;
    const bool is_inside = paths.evidence.parent_path() == paths.storage;
    if (is_seen || !is_inside)
        check_directory("evidence.directory", paths.evidence, "; make it, and give it to the daemon's user",
                        found);
    return found;
}

// What the daemon would refuse to start without, where this user sees it: an operator does not.
void check_start(const config::Config& config, Findings& found)
{
    const auto paths = daemon::paths_of(config);
    struct stat status {};
    if (::geteuid() == 0 && ::stat(paths.storage.c_str(), &status) == 0 && status.st_uid != 0)
        found.problems.push_back(fmt::format("storage.directory: {} cannot be reached by its owner {}: a "
                                             "folder above it is closed to that user, or root may not "
                                             "change its user here",
                                             paths.storage.string(), name_of_user(status.st_uid)));
    if (::euidaccess(paths.storage.c_str(), R_OK | W_OK | X_OK) != 0) return;
    const auto note = [&found](const auto& checked) {
        if (!checked) found.problems.push_back(checked.error().detail);
    };
    note(vault::load_installation_keys(vault::key_location(paths.keys)));
    note(store::check_cases_are_there(paths.storage));
    note(daemon::pool_settings(config));
    for (const auto& channel : config.channels) {
        if (channel.kind != config::ChannelKind::webhook) continue;
        const auto secrets = config::read_secret(channel.secret_file);
        if (!secrets) continue; // told with the file, where this user may know
        const auto read = alerts::parse_webhook_secrets(*secrets);
        if (!read)
            found.problems.push_back(
                fmt::format("channel {}: {}: {}", channel.name, channel.secret_file, read.error().detail));
    }
}

// What certificates and keys of mail channels are good for, where this user may read them.
void check_mail(const config::Config& config, Findings& found)
{
    for (const auto& channel : config.channels) {
        auto readable = channel;
        const auto is_closed = [](const fs::path& path) {
            return ::euidaccess(path.c_str(), R_OK) != 0 && errno == EACCES;
        };
        std::erase_if(readable.smime_certificates, is_closed);
        std::erase_if(readable.openpgp_keys, is_closed);
        const auto ciphers = daemon::mail_ciphers(readable);
        if (!ciphers)
            found.problems.push_back(fmt::format("channel {}: {}", channel.name, ciphers.error().detail));
        else
            for (const auto& trouble : ciphers->troubles)
                found.notes.push_back(fmt::format(
                    "channel {}: {}; mail to its owner leaves in clear, without what `disclosure` adds",
                    channel.name, trouble));
    }
}

// Whom the watch list names by address, and the guard never lets ask.
void check_seeds(const config::Config& config, Findings& found)
{
    for (const auto& site : config.sites)
        if (site.enabled)
            for (const auto& host : daemon::closed_seeds(config, site))
                found.notes.push_back(fmt::format(
                    "site {}: {} is not a public address, or closed by the guard: it is never asked "
                    "unless network.allowed_private_networks opens it",
                    site.name, host));
}

} // namespace

void add_check_command(Program program)
{
    program.app
        .add_subcommand(
            "check-config",
            "Says what is wrong with the configuration and its folders, or nothing; what you may not "
            "open is noted and passed over; root sees what the daemon's user does")
        .callback([program]() mutable {
            const SystemClock clock;
            // As the daemon will see it: root could read what the daemon's user cannot.
            const auto as_it_is = config::load_config(program.global.config, {config::FileChecks::no, {}});
            std::optional<AsOwner> as_daemon;
            if (as_it_is.config) as_daemon.emplace(daemon::paths_of(*as_it_is.config).storage);
            const auto files = as_daemon && as_daemon->is_other() ? config::FileChecks::yes
                                                                  : config::FileChecks::where_allowed;
            config::LoadOptions options{files, daemon::recipient_problem, clock.now()};
            const auto outcome = config::load_config(program.global.config, options);
            const auto say = [](std::string_view kind, std::string_view text) {
                fmt::print(stderr, "{}{}\n", kind, printable(text));
            };
            for (const auto& problem : outcome.problems)
                say("", config::to_string(problem));
            for (const auto& note : outcome.notes)
                say("note: ", config::to_string(note));
            if (!outcome.config) {
                program.exit_code = exit_configuration;
                return;
            }
            auto found = check_places(*outcome.config);
            check_start(*outcome.config, found);
            check_mail(*outcome.config, found);
            check_seeds(*outcome.config, found);
            for (const auto& problem : found.problems)
                say("", fmt::format("{}: {}", program.global.config.string(), problem));
            const auto of_notices = daemon::notice_problems(*outcome.config);
            for (const auto& problem : of_notices)
                say("", problem);
            if (!of_notices.empty()) program.exit_code = exit_configuration;
            for (const auto& note : found.notes)
                say("note: ", fmt::format("{}: {}", program.global.config.string(), note));
            if (!found.problems.empty()) program.exit_code = exit_configuration;
        });
}

} // namespace stillwatch::cli
