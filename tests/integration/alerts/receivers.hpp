#pragma once

#include "core/json.hpp"
#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"

#include <csignal>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace stillwatch::alerts {

// receivers.py running until the end of scope: a mail server and a webhook receiver on loopback.
class Receivers {
public:
    // `statuses` answer the first webhooks, 204 the rest.
    explicit Receivers(const std::vector<std::string>& statuses = {})
    {
        const std::string script = STILLWATCH_SOURCE_DIR "/tests/integration/alerts/receivers.py";
        std::vector<std::string> words{"/usr/bin/python3", script, folder_.path().string()};
        words.insert(words.end(), statuses.begin(), statuses.end());
        std::vector<char*> arguments;
        for (auto& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        if (posix_spawn(&process_, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0)
            throw std::runtime_error("cannot start the receivers");
        for (int tries = 0; tries < 200; ++tries) {
            std::ifstream ports(folder_ / "ports");
            if (ports >> mail_port_ >> hook_port_) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        throw std::runtime_error("the receivers do not start (python3-aiosmtpd missing?)");
    }
    ~Receivers()
    {
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
    }
    Receivers(const Receivers&) = delete;

    std::string mail_server() const { return "smtp://127.0.0.1:" + std::to_string(mail_port_); }
    Url hook_url() const
    {
        return Url::parse("http://127.0.0.1:" + std::to_string(hook_port_) + "/in?token=s3cret").value();
    }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    bool has(const std::string& name) const { return std::filesystem::exists(folder_ / name); }
    // What was kept under that name; throws when there is nothing.
    std::string raw(const std::string& name) const
    {
        return std::string(as_text(test::read_file(folder_ / name)));
    }
    json::object object(const std::string& name) const { return parse_json(raw(name)).value().as_object(); }

private:
    test::TemporaryDirectory folder_;
    pid_t process_ = -1;
    int mail_port_ = 0;
    int hook_port_ = 0;
};

} // namespace stillwatch::alerts
