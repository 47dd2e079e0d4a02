#include "cli/session.hpp"

#include "cases/case_book.hpp"
#include "cases/case_consent.hpp"
#include "cases/notes.hpp"
#include "cases/references.hpp"
#include "cli/as_owner.hpp"
#include "config/control_socket.hpp"
#include "control/client.hpp"
#include "control/commands.hpp"
#include "daemon/installation.hpp"
#include "daemon/settings.hpp"
#include "daemon/snapshot.hpp"
#include "store/lost_database.hpp"
#include "store/store_lock.hpp"
#include "vault/installation.hpp"
#include "vault/locked_memory.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace stillwatch::cli {

namespace {

// As the daemon names the user at the other end of its socket. Whoever can open the store is its owner.
cases::Peer own_peer()
{
    const auto* entry = getpwuid(getuid());
    return {entry ? entry->pw_name : fmt::format("uid-{}", getuid()), true};
}

Error not_running(const std::filesystem::path& socket)
{
    return {
        Errc::not_found,
        fmt::format("the daemon is not running (start it: systemctl start stillwatchd); nobody listens at {}",
                    socket.string())};
}

bool nobody_listens(const Result<json::value>& reply)
{
    return !reply && reply.error().code == Errc::not_found && reply.error().detail.starts_with("connect to");
}

// As the daemon does, which has the references open already.
Result<void> check_new_reference(const store::CaseDatabase& cases, const vault::KeyPair& installation,
                                 const json::object& arguments, Timestamp now)
{
    const auto c = cases.find_case(text_member(arguments, "case").value_or(""));
    const auto written = text_member(arguments, "sealed").value_or("");
    Bytes sealed(written.size() / 2);
    const bool is_open = c && cases::has_consent(cases, *c, now);
    if (!is_open || written.empty() || !from_hex(written, sealed)) return {}; // the command says why not
    vault::LockedMemoryResource memory;
    const auto same = cases::find_same_picture(cases, installation, *c, std::move(sealed), memory);
    if (!same) return same.error();
    if (!*same) return {};
    const auto reference = cases.find_reference(**same);
    return control::same_picture_exists(reference ? reference->name : "", **same);
}

Result<json::value> run_here(const config::Config& config, const control::Command& command)
{
    const auto paths = daemon::paths_of(config);
    const auto peer = own_peer();
    const AsOwner as_daemon(paths.storage);
    const auto lock = store::StoreLock::acquire(paths.storage);
    // Whoever may not open the store is an operator, for whom the daemon works.
    if (!lock && lock.error().code == Errc::io && ::access(paths.storage.c_str(), R_OK | W_OK | X_OK) != 0)
        return not_running(paths.socket);
    if (!lock && lock.error().code == Errc::refused)
        return Error{Errc::refused,
                     fmt::format("{}, but nobody listens at {}: it starts or ends just now, or works with "
                                 "another configuration",
                                 lock.error().detail, paths.socket.string())};
    if (!lock) return lock.error();
    const auto keys = vault::load_installation_keys(vault::key_location(paths.keys));
    if (!keys) return keys.error();
    if (const auto there = store::check_cases_are_there(paths.storage); !there) return there.error();
    store::CaseDatabase cases(paths.storage / "cases.db");
    crawler::UrlFrontier frontier(store::frontier_in_file(paths.storage / "frontier.db"));
    const SystemClock clock;
    const auto buried = cases::bury_again(cases, paths.storage, {"stillwatch", clock.now()});
    if (!buried) return buried.error();
    for (const auto& pseudonym : *buried)
        fmt::print(stderr, "stillwatch: {} was withdrawn and stood in the database again; it is erased\n",
                   pseudonym);
    if (command.name == "reference.add") {
        const auto checked = check_new_reference(cases, keys->sealing, command.arguments, clock.now());
        if (!checked) return checked.error();
    }
    auto settings = daemon::command_settings(config, *keys);
    control::Commands commands(cases, frontier, keys->sealing.public_key, std::move(settings), clock);
    auto outcome = commands.run(command, peer);
    const auto finished = commands.finish();
    // A copy that a broken-off backup left may hold what is erased now.
    std::error_code ignored;
    if (command.name == "case.withdraw" || command.name == "reference.remove" ||
        command.name == "place.remove" || command.name == "reference.import" ||
        command.name == "reference.forget" || command.name == "findings.under-18")
        std::filesystem::remove_all(paths.storage / daemon::Snapshots::folder_name, ignored);
    if (!outcome) return outcome.error();
    if (!finished) return finished.error();
    if (command.name == "status")
        outcome->result.as_object()["daemon"] = "not running (start it: systemctl start stillwatchd)";
    if (!outcome->effects.looks.empty())
        return Error{Errc::refused, "the daemon is not running: it is the one that visits sites"};
    if (!outcome->effects.contacts_of.empty())
        return Error{Errc::refused,
                     "the daemon is not running: it is the one that asks registries and hosts"};
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
    if (outcome.config && !global.socket.empty()) outcome.config->control.socket = global.socket;
    return std::move(outcome.config);
}

std::optional<config::Config> load_or_defaults(const Program& program)
{
    std::error_code error;
    if (std::filesystem::exists(program.global.config, error)) return load(program.global);
    config::Config config;
    config.organisation.name = "not configured";
    config.organisation.contact = "not configured";
    return config;
}

Result<json::value> run(const config::Config& config, const control::Command& command)
{
    auto reply = control::ask(daemon::paths_of(config).socket, command);
    if (nobody_listens(reply)) return run_here(config, command);
    return reply;
}

Result<json::value> ask_daemon(const std::filesystem::path& socket, const control::Command& command)
{
    auto reply = control::ask(socket, command);
    if (nobody_listens(reply)) return not_running(socket);
    return reply;
}

namespace {

bool told_of_configuration = false; // a command may ask several times

// Every problem of the configuration is printed where no daemon runs either.
std::optional<Result<json::value>> run_anyway(Program& program, const control::Command& command)
{
    const auto& global = program.global;
    if (!global.socket.empty()) return ask_daemon(global.socket, command);
    auto outcome = config::load_config(global.config, {config::FileChecks::no, daemon::recipient_problem});
    if (outcome.config) return run(*outcome.config, command);
    auto reply = control::ask(config::control_socket(global.config), command);
    std::fflush(stdout);
    if (const bool is_first = !std::exchange(told_of_configuration, true); !is_first) return reply;
    for (const auto& problem : outcome.problems)
        fmt::print(stderr, "{}\n", config::to_string(problem));
    if (nobody_listens(reply)) {
        program.exit_code = exit_configuration;
        return std::nullopt;
    }
    fmt::print(stderr, "stillwatch: warning: the configuration has a problem; the daemon works with the one "
                       "it took over before\n");
    return reply;
}

// What the protocol calls an argument is nothing that anybody gave: options are named as they stand in the
// help.
Error in_words_of_options(Error error, const json::object& given)
{
    constexpr std::string_view begin = "argument \"";
    constexpr std::string_view middle = "\" is missing or not ";
    constexpr std::pair<std::string_view, std::string_view> options[] = {
        {"since", "--since"},         {"until", "--until"},        {"older_than", "--older-than"},
        {"state", "--state"},         {"tier", "--tier"},          {"assigned", "--assigned"},
        {"given_at", "--given-at"},   {"expires_at", "--expires"}, {"reason", "--reason"},
        {"as", "what to mark it as"}, {"ids", "the findings"},     {"id", "the number"},
        {"package", "the package"},
    };
    const std::string_view detail = error.detail;
    const auto end = detail.find(middle);
    if (!detail.starts_with(begin) || end == std::string_view::npos) return error;
    const auto name = detail.substr(begin.size(), end - begin.size());
    const auto form = detail.substr(end + middle.size());
    for (const auto& [argument, option] : options)
        if (argument == name)
            return {error.code, given.contains(name) ? fmt::format("{}: not {}", option, form)
                                                     : fmt::format("{} is missing: {}", option, form)};
    return error;
}

} // namespace

std::optional<json::value> ask(Program& program, const control::Command& command)
{
    auto reply = run_anyway(program, command);
    if (!reply) return std::nullopt;
    if (*reply) return *std::move(*reply);
    program.exit_code = print_error(in_words_of_options(reply->error(), command.arguments));
    return std::nullopt;
}

} // namespace stillwatch::cli
