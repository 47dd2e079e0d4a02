#include "cli/session.hpp"

#include "control/client.hpp"
#include "control/commands.hpp"
#include "daemon/installation.hpp"
#include "daemon/settings.hpp"
#include "daemon/snapshot.hpp"
#include "store/store_lock.hpp"
#include "vault/installation.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <unistd.h>

#include <cstdio>

namespace stillwatch::cli {

namespace {

// As the daemon names the user at the other end of its socket.
std::string operator_name()
{
    const auto* entry = getpwuid(getuid());
    return entry ? entry->pw_name : fmt::format("uid-{}", getuid());
}

Result<json::value> run_here(const config::Config& config, const control::Command& command)
{
    const auto paths = daemon::paths_of(config);
    const auto lock = store::StoreLock::acquire(paths.storage);
    if (!lock) return lock.error();
    const auto keys = vault::load_installation_keys(vault::key_location(paths.keys));
    if (!keys) return keys.error();
    store::CaseDatabase cases(paths.storage / "cases.db");
    store::FrontierDatabase frontier(paths.storage / "frontier.db");
    const SystemClock clock;
    control::Commands commands(cases, frontier, keys->sealing.public_key, daemon::command_settings(config), clock);
    auto outcome = commands.run(command, operator_name());
    const auto finished = commands.finish();
    // A copy that a broken-off backup left may hold what is erased now.
    std::error_code ignored;
    if (command.name == "case.withdraw" || command.name == "reference.remove")
        std::filesystem::remove_all(paths.storage / daemon::Snapshots::folder_name, ignored);
    if (!outcome) return outcome.error();
    if (!finished) return finished.error();
    return std::move(outcome->result);
}

} // namespace

std::optional<config::Config> load(const Global& global, config::FileChecks files)
{
    config::LoadOptions options{files, daemon::recipient_problem};
    auto outcome = config::load_config(global.config, options);
    std::fflush(stdout);
    for (const auto& problem : outcome.problems)
        fmt::print(stderr, "{}\n", config::to_string(problem));
    return std::move(outcome.config);
}

Result<json::value> run(const config::Config& config, const control::Command& command)
{
    auto reply = control::ask(daemon::paths_of(config).socket, command);
    if (!reply && reply.error().code == Errc::not_found && reply.error().detail.starts_with("connect to"))
        return run_here(config, command);
    return reply;
}

std::optional<json::value> ask(Program& program, const control::Command& command)
{
    const auto config = load(program.global);
    if (!config) {
        program.exit_code = exit_configuration;
        return std::nullopt;
    }
    auto reply = run(*config, command);
    if (reply) return *std::move(reply);
    program.exit_code = print_error(reply.error());
    return std::nullopt;
}

} // namespace stillwatch::cli
