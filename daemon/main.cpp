#include "daemon/arguments.hpp"
#include "daemon/daemon.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace {

// Keys and references of protected people lie in this process: no core file, no debugger of the same user,
// and as much locked memory as we are allowed.
void protect_memory()
{
    const rlimit none{0, 0};
    rlimit locked{};
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
        throw std::runtime_error("core dumps cannot be switched off");
    if (getrlimit(RLIMIT_MEMLOCK, &locked) == 0) {
        locked.rlim_cur = locked.rlim_max;
        (void)setrlimit(RLIMIT_MEMLOCK, &locked); // what is refused here shows when memory is locked
    }
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app;
    stillwatch::daemon::DaemonArguments arguments;
    stillwatch::daemon::declare(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        (void)app.exit(error);
        return 64;
    }
    try {
        protect_memory();
        std::signal(SIGPIPE, SIG_IGN);
        return stillwatch::daemon::run_daemon(arguments.configuration);
    } catch (const std::exception& error) {
        fmt::print(stderr, "stillwatchd: {}\n", error.what());
        return 1;
    }
}
