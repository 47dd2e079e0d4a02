#include "cli/command.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

namespace {

using namespace stillwatch::cli;

int run(int argc, char** argv)
{
    CLI::App app{"Stillwatch finds re-posts of abusive pictures of a protected person on the sites of a watch list.\n"
                 "It compares what those sites show with references that were enrolled with consent."};
    app.name("stillwatch");
    app.set_version_flag("--version", STILLWATCH_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    Global global;
    app.add_option("--config", global.config, "Configuration file")
        ->envname("STILLWATCH_CONFIG")
        ->capture_default_str();
    app.add_flag("--json", global.json, "Print JSON, one object a line");
    int exit_code = exit_fine;
    const Program program{app, global, exit_code};
    add_setup_commands(program);
    add_case_commands(program);
    add_operation_commands(program);
    add_site_commands(program);
    add_evidence_commands(program);
    add_crawl_command(program);
    add_match_command(program);
    add_tool_commands(program);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
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
