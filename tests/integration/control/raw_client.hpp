#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace stillwatch::control::test {

// A client that may misbehave: sends any bytes, hangs up when it likes.
class RawClient {
public:
    RawClient() : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    explicit RawClient(const std::filesystem::path& file) : RawClient() { connect(file); }
    ~RawClient() { hang_up(); }
    RawClient(const RawClient&) = delete;

    void connect(const std::filesystem::path& file)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, file.c_str(), sizeof address.sun_path - 1);
        const timeval patience{10, 0};
        (void)setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot connect to " + file.string());
    }
    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return; // the server does not want more
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    // The next line without its end; empty when the server hung up or said nothing for ten seconds.
    std::string line()
    {
        for (;;) {
            const auto end = received_.find('\n');
            if (end != std::string::npos) {
                auto line = received_.substr(0, end);
                received_.erase(0, end + 1);
                return line;
            }
            char part[4096];
            const auto size = ::recv(socket_, part, sizeof part, 0);
            if (size <= 0) return {};
            received_.append(part, static_cast<std::size_t>(size));
        }
    }
    bool is_closed_by_server()
    {
        char byte;
        return ::recv(socket_, &byte, 1, 0) <= 0;
    }
    void hang_up()
    {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

private:
    int socket_;
    std::string received_;
};

} // namespace stillwatch::control::test
