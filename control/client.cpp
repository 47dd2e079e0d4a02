#include "control/client.hpp"

#include <fmt/format.h>

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace stillwatch::control {

namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor()
    {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    int get() const { return number_; }

private:
    int number_;
};

// Who may use the socket; by its folder where the socket cannot be seen.
std::string group_of(const std::filesystem::path& file)
{
    struct stat status {};
    if (::stat(file.c_str(), &status) == 0 || ::stat(file.parent_path().c_str(), &status) == 0)
        if (const auto* entry = getgrgid(status.st_gid); entry && status.st_gid != 0) return entry->gr_name;
    return "stillwatch-operators";
}

Error failed(const char* what, const std::filesystem::path& file)
{
    const int number = errno;
    if (number == EAGAIN || number == EWOULDBLOCK)
        return {Errc::timed_out, fmt::format("{} {}: no answer in time", what, file.string())};
    if (number == EACCES || number == EPERM)
        return {
            Errc::refused,
            fmt::format("{}: you are not in the group {} (`sudo adduser \"$USER\" {}`, then log in again)",
                        file.string(), group_of(file), group_of(file))};
    const bool absent = number == ENOENT || number == ECONNREFUSED;
    return {absent ? Errc::not_found : Errc::io,
            fmt::format("{} {}: {}", what, file.string(), std::strerror(number))};
}

} // namespace

Result<json::value> ask(const std::filesystem::path& socket_file, const Command& command,
                        std::chrono::seconds patience)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = socket_file.string();
    if (path.size() >= sizeof address.sun_path)
        return Error{Errc::invalid_argument, fmt::format("socket path {} is too long", path)};
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);

    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) return failed("socket for", socket_file);
    const timeval limit{patience.count(), 0};
    (void)setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return failed("connect to", socket_file);

    const auto line = write_command(command) + '\n';
    for (std::size_t sent = 0; sent < line.size();) {
        const auto size = ::send(socket.get(), line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
        // A daemon that refuses the rest of a command has said why.
        if (size < 0 && (errno == EPIPE || errno == ECONNRESET)) break;
        if (size < 0) return failed("send to", socket_file);
        sent += static_cast<std::size_t>(size);
    }
    // Replies are not bounded like commands: a list of findings may be long; the daemon is trusted.
    std::string reply;
    char part[65536];
    while (reply.find('\n') == std::string::npos) {
        const auto size = ::recv(socket.get(), part, sizeof part, 0);
        if (size < 0) return failed("receive from", socket_file);
        if (size == 0) return Error{Errc::io, fmt::format("{}: the daemon closed the connection", path)};
        reply.append(part, static_cast<std::size_t>(size));
    }
    return read_reply(std::string_view(reply).substr(0, reply.find('\n')));
}

} // namespace stillwatch::control
