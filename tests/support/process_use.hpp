#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

// What another process of this machine has used, told by the kernel.
namespace stillwatch::test {

// Of this thread's children that live, the one that was started last; 0: there is none.
inline pid_t youngest_child()
{
    std::ifstream list("/proc/self/task/" + std::to_string(getpid()) + "/children");
    pid_t youngest = 0;
    for (pid_t pid = 0; list >> pid;)
        youngest = pid;
    return youngest;
}

// 0 where the process is gone.
inline double processor_seconds(pid_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(file, line)) return 0;
    std::istringstream fields(line.substr(line.rfind(')') + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i)
        fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Of resident memory; 0 where the process is gone.
inline double peak_megabytes(pid_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; file >> word;)
        if (word == "VmHWM:") {
            double kilobytes = 0;
            file >> kilobytes;
            return kilobytes / 1024;
        }
    return 0;
}

} // namespace stillwatch::test
