#include "daemon/arguments.hpp"

#include <CLI/CLI.hpp>

namespace stillwatch::daemon {

void declare(CLI::App& app, DaemonArguments& arguments)
{
    app.description(
        "The daemon of Stillwatch: crawls the watch list, compares pictures with references, sends alerts.\n"
        "SIGHUP reads the configuration again, SIGTERM ends it.");
    app.name("stillwatchd");
    app.set_version_flag("--version", STILLWATCH_VERSION);
    app.add_option("--config", arguments.configuration, "Configuration file")
        ->envname("STILLWATCH_CONFIG")
        ->capture_default_str();
}

} // namespace stillwatch::daemon
