#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace stillwatch::net {

// A folder of its own under the system's temporary folder, removed at the end.
class TempFolder {
public:
    TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder();
    const std::filesystem::path& path() const noexcept { return path_; }
    std::string file(std::string_view name) const { return (path_ / name).string(); }
    void write(std::string_view name, std::string_view content) const;

private:
    std::filesystem::path path_;
};

// A program that runs until the end of scope. Its first argument is its path.
class ChildProcess {
public:
    // Standard output and standard error go to `log`. Throws std::runtime_error when it cannot be started.
    ChildProcess(const std::vector<std::string>& command, const std::string& log);
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();
    // Waits for its end and gives the exit status, -1 for a signal.
    int wait();

private:
    pid_t pid_ = -1;
};

// Runs a program to its end. Throws std::runtime_error with its output when it fails.
void run_program(const std::vector<std::string>& command);

// A port of 127.0.0.1 on which nobody listens now.
std::uint16_t free_port();

// Waits until somebody listens on that port of 127.0.0.1. Throws std::runtime_error after five seconds.
void wait_for_port(std::uint16_t port);

// An authority and a certificate for localhost and 127.0.0.1 that it signed, made anew by the openssl
// command.
struct Certificates {
    explicit Certificates(const TempFolder& folder);
    std::string authority; // PEM files
    std::string chain;     // the server's certificate, then the authority's
    std::string key;
    std::string other_authority; // signed nothing here
};

} // namespace stillwatch::net
