#pragma once

#include <string>

namespace CLI {
class App;
}

namespace stillwatch::daemon {

// What stands behind `stillwatchd`; the program declares it, and its manual page is written from it.
struct DaemonArguments {
    std::string configuration = "/etc/stillwatch/stillwatch.toml";
};

void declare(CLI::App& app, DaemonArguments& arguments);

} // namespace stillwatch::daemon
