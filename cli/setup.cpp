#include "cli/command.hpp"
#include "cli/session.hpp"

#include "config/checks.hpp"
#include "config/sample.hpp"
#include "daemon/installation.hpp"
#include "store/case_database.hpp"
#include "store/frontier_tables.hpp"
#include "store/store_lock.hpp"
#include "vault/age.hpp"
#include "vault/installation.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace stillwatch::cli {

namespace {

namespace fs = std::filesystem;

struct InitOptions {
    std::string directory;
    std::string recipient;
    std::string storage;
    std::string socket;
    std::string owner;
    std::string name;
    std::string contact;
};

Error system_error(std::string_view what, const fs::path& path)
{
    return {Errc::io, fmt::format("{} {}: {}", what, path.string(), std::strerror(errno))};
}

Result<void> make_directory(const fs::path& path)
{
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return Error{Errc::io, fmt::format("{}: {}", path.string(), error.message())};
    return {};
}

// Who may read the configuration beside root: the directory's group, where somebody made it for operators,
// else the daemon's.
struct Readers {
    bool given = false;
    gid_t group = 0;
};

// A new file for its owner and, where given, one group; there whole or not at all, and never in place of
// another.
Result<void> write_new(const fs::path& file, std::string_view text, const Readers& readers)
{
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        if (errno == EEXIST) return Error{Errc::exists, fmt::format("{} exists already", file.string())};
        return system_error("create", file);
    }
    const bool whole = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       (!readers.given || ::fchown(descriptor, 0, readers.group) == 0) &&
                       ::fchmod(descriptor, 0640) == 0 && ::fsync(descriptor) == 0;
    const auto failure = system_error("write", file);
    ::close(descriptor);
    if (!whole) {
        std::error_code ignored;
        fs::remove(file, ignored);
        return failure;
    }
    return {};
}

// Gives everything at and below `path` to the daemon's user.
Result<void> hand_over(const fs::path& path, const passwd& owner)
{
    const auto give = [&](const fs::path& one) {
        return ::lchown(one.c_str(), owner.pw_uid, owner.pw_gid) == 0;
    };
    if (!give(path)) return system_error("chown", path);
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(path, error))
        if (!give(entry.path())) return system_error("chown", entry.path());
    if (error) return Error{Errc::io, fmt::format("{}: {}", path.string(), error.message())};
    return {};
}

// A directory of our own: what lies in another's is not handed over, nor taken for ours.
Result<void> make_storage(const fs::path& storage)
{
    std::error_code error;
    if (fs::exists(storage, error) && !fs::is_empty(storage, error))
        return Error{Errc::exists,
                     fmt::format("{} is not empty; an installation that was broken off must be removed first",
                                 storage.string())};
    for (const auto& directory : {storage, storage / "evidence"}) {
        const auto made = make_directory(directory);
        if (!made) return made.error();
        fs::permissions(directory, fs::perms::owner_all);
    }
    const auto keys = vault::create_installation_keys(storage / "keys");
    if (!keys) return keys.error();
    const auto lock = store::StoreLock::acquire(storage);
    if (!lock) return lock.error();
    const store::CaseDatabase cases(storage / "cases.db");
    const auto frontier = store::frontier_in_file(storage / "frontier.db");
    return {};
}

Result<json::object> init(const InitOptions& options)
{
    const auto directory = fs::absolute(options.directory).lexically_normal();
    const auto file = directory / "stillwatch.toml";
    if (fs::exists(file)) return Error{Errc::exists, fmt::format("{} exists already", file.string())};
    const auto* owner = options.owner.empty() ? nullptr : getpwnam(options.owner.c_str());
    if (!options.owner.empty() && !owner)
        return Error{Errc::invalid_argument, fmt::format("--owner: no user {}", options.owner)};
    if (owner && ::geteuid() != 0)
        return Error{Errc::invalid_argument, "--owner: only root can hand an installation over"};
    // What is left out is asked for by check-config; what is given must be what the configuration takes.
    if (const auto problem = config::organisation_problem(options.name); problem && !options.name.empty())
        return Error{Errc::invalid_argument, fmt::format("--organisation: {}", *problem)};
    if (const auto problem = config::contact_problem(options.contact); problem && !options.contact.empty())
        return Error{Errc::invalid_argument, fmt::format("--contact: {}", *problem)};
    // Whatever the caller's habit: nothing here is for everybody, and operators must be able to read the
    // configuration.
    ::umask(0027);

    json::object told;
    config::InitialChoices choices;
    choices.organisation = options.name;
    choices.contact = options.contact;
    choices.storage_directory = options.storage.empty() ? "data" : fs::absolute(options.storage).string();
    choices.control_socket =
        options.socket.empty() ? "data/control.sock" : fs::absolute(options.socket).string();
    vault::SecretBytes identity;
    if (options.recipient.empty()) {
        auto made = vault::generate_age_identity();
        choices.recipients = {made.recipient};
        identity = std::move(made.identity);
    } else {
        const auto problem = daemon::recipient_problem(options.recipient);
        if (problem) return Error{Errc::invalid_argument, fmt::format("--evidence-recipient: {}", *problem)};
        choices.recipients = {options.recipient};
    }
    const auto made = make_directory(directory);
    if (!made) return made.error();
    const auto storage = directory / choices.storage_directory;
    const auto stored = make_storage(storage);
    if (!stored) return stored.error();
    if (owner) {
        const auto handed = hand_over(storage, *owner);
        if (!handed) return handed.error();
    }
    Readers readers;
    if (owner) {
        struct stat status {};
        if (::stat(directory.c_str(), &status) != 0) return system_error("stat", directory);
        readers = {true, status.st_gid != 0 ? status.st_gid : owner->pw_gid};
        // Made under a narrow umask it would be closed to the daemon.
        if (status.st_gid == 0 && (status.st_mode & S_IXOTH) == 0 &&
            ::chown(directory.c_str(), status.st_uid, readers.group) != 0)
            return system_error("chown", directory);
    }
    const auto keys = vault::load_installation_keys({storage / "keys"});
    if (!keys) return keys.error();
    const auto published =
        write_new(directory / daemon::signing_key_file, keys->signing.verify_key().pem(), readers);
    if (!published && published.error().code != Errc::exists) return published.error();
    // Last, so that an installation which was broken off is not taken for a whole one.
    const auto written = write_new(file, config::initial_config(choices), readers);
    if (!written) return written.error();
    told["configuration"] = file.string();
    told["storage"] = storage.string();
    told["evidence_recipient"] = choices.recipients.front();
    if (!identity.empty()) told["evidence_identity"] = identity.text();
    return told;
}

void print_init(const Program& program, const json::object& told)
{
    if (program.global.json) {
        print_object(Style::json, told);
        return;
    }
    const auto text = [&](std::string_view key) { return std::string_view(told.at(key).as_string()); };
    fmt::print("configuration  {}\nstorage        {}\n", text("configuration"), text("storage"));
    if (told.contains("evidence_identity")) {
        fmt::print(
            "\nEvidence is encrypted to this new key. It is shown once and stored nowhere: keep it away from "
            "this\n"
            "machine, in a file that only the people who may open evidence can read. Without it no evidence\n"
            "can ever be opened.\n\n# public key: {}\n{}\n",
            text("evidence_recipient"), text("evidence_identity"));
    }
    fmt::print("\nNext: fill in [organisation], a [[channel]] and a [[site]] in the configuration, then\n"
               "  stillwatch --config {} check-config\n",
               text("configuration"));
}

} // namespace

void add_setup_commands(Program program)
{
    auto options = std::make_shared<InitOptions>();
    const auto command =
        program.app.add_subcommand("init", "Makes a working installation: configuration, keys, databases");
    command.add_option("directory", options->directory, "Where stillwatch.toml goes").required();
    command.add_option(
        "--evidence-recipient", options->recipient,
        "age public key that evidence is encrypted to; without it a new key is made and shown once");
    command.add_option("--storage", options->storage,
                       "Directory of databases, keys and evidence; default DIRECTORY/data");
    command.add_option("--socket", options->socket, "Control socket; default DIRECTORY/data/control.sock");
    command.add_option("--owner", options->owner, "User the daemon runs as, who gets the storage");
    command.add_option("--organisation", options->name, "Name of the organisation; may be filled in later");
    command.add_option("--contact", options->contact,
                       "An http(s) or mail address that stands in the User-Agent, where sites reach you; "
                       "may be filled in later");
    command.callback([program, options]() mutable {
        const auto told = init(*options);
        if (told)
            print_init(program, *told);
        else
            program.exit_code = print_error(told.error());
    });
}

} // namespace stillwatch::cli
