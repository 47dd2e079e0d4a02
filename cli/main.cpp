#include "cli/command.hpp"
#include "cli/misuse.hpp"
#include "cli/pages.hpp"
#include "daemon/arguments.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>

namespace {

using namespace stillwatch::cli;

int run(int argc, char** argv)
{
    CLI::App app{
        "Stillwatch finds re-posts of abusive pictures of a protected person on the sites of a watch list.\n"
        "It compares what those sites show with references that were enrolled with consent."};
    app.name("stillwatch");
    app.set_version_flag("--version", STILLWATCH_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    Global global;
    app.add_option("--config", global.config, "Configuration file")
        ->envname("STILLWATCH_CONFIG")
        ->capture_default_str();
    app.add_option("--socket", global.socket, "The daemon's control socket, whatever the configuration says")
        ->envname("STILLWATCH_SOCKET");
    app.add_flag("--json", global.json, "Print JSON, one object a line");
    int exit_code = exit_fine;
    const Program program{Command(app), global, exit_code};
    add_setup_commands(program);
    add_check_command(program);
    add_channel_commands(program);
    add_account_commands(program);
    add_case_commands(program);
    add_findings_commands(program);
    add_notice_commands(program);
    add_report_commands(program);
    add_alert_commands(program);
    add_operation_commands(program);
    add_site_commands(program);
    add_evidence_commands(program);
    add_backup_commands(program);
    add_crawl_command(program);
    add_match_command(program);
    add_face_commands(program);
    add_tool_commands(program);
    std::string pages;
    auto* writing =
        app.add_subcommand("write-pages", "Writes manual pages and completion; for the build")->group("");
    writing->add_option("folder", pages, "Where they go")->required();
    writing->callback([&] {
        CLI::App daemon;
        stillwatch::daemon::DaemonArguments arguments;
        stillwatch::daemon::declare(daemon, arguments);
        if (const auto written = write_pages(app, daemon, pages); !written)
            exit_code = print_error(written.error());
    });
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        if (const auto unknown = unknown_word(app, {argv + 1, static_cast<std::size_t>(argc - 1)}))
            fmt::print(stderr, "stillwatch: {}\nRun with --help for more information.\n", *unknown);
        else
            (void)app.exit(error);
        return exit_usage;
    }
    return exit_code;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        const int code = run(argc, argv);
        // A full disk or closed pipe behind our output is a failure too.
        return std::fflush(stdout) == 0 ? code : exit_failed;
    } catch (const std::exception& error) {
        fmt::print(stderr, "stillwatch: {}\n", error.what());
        return exit_failed;
    }
}
