#pragma once

#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

namespace stillwatch::test {

// How a program ended and what it said.
struct CommandResult {
    int exit_code = -1; // -1: killed by a signal
    std::string out;
    std::string err;
};

// Runs a program found in PATH, without a shell, and waits for its end. It reads `input` on standard input.
inline CommandResult run_command(const std::vector<std::string>& words, ByteView input = {})
{
    const TemporaryDirectory directory;
    write_file(directory / "in", input);
    std::vector<char*> arguments;
    for (const auto& word : words)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        constexpr int create = O_WRONLY | O_CREAT | O_TRUNC;
        dup2(open((directory / "in").c_str(), O_RDONLY), STDIN_FILENO);
        dup2(open((directory / "out").c_str(), create, 0600), STDOUT_FILENO);
        dup2(open((directory / "err").c_str(), create, 0600), STDERR_FILENO);
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, std::string(as_text(read_file(directory / "out"))),
            std::string(as_text(read_file(directory / "err")))};
}

} // namespace stillwatch::test
