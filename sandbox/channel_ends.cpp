#include "sandbox/channel_ends.hpp"

#include "sandbox/messages.hpp"
#include "sandbox/restrict.hpp"
#include "sandbox/system_error.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <utility>

namespace stillwatch::sandbox {

namespace {

Result<Descriptor> moved_up(int fd)
{
    Descriptor owned(fd);
    Descriptor moved(fcntl(owned.get(), F_DUPFD_CLOEXEC, answer_fd + 1));
    if (!moved) return system_error("fcntl(F_DUPFD_CLOEXEC)");
    return moved;
}

} // namespace

Result<Ends> request_socket()
{
    std::array<int, 2> pair{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0)
        return system_error("socketpair");
    Descriptor ours(pair[0]);
    // A datagram must fit whole, also where the system's own setting is small.
    constexpr int room = 2 * static_cast<int>(max_datagram_bytes);
    if (setsockopt(ours.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room) != 0)
        return system_error("setsockopt(SO_SNDBUF)");
    auto theirs = moved_up(pair[1]);
    if (!theirs) return theirs.error();
    return Ends{std::move(ours), std::move(*theirs)};
}

Result<Ends> answer_pipe()
{
    std::array<int, 2> pair{};
    if (pipe2(pair.data(), O_CLOEXEC) != 0) return system_error("pipe2");
    Descriptor ours(pair[0]);
    auto theirs = moved_up(pair[1]);
    if (!theirs) return theirs.error();
    return Ends{std::move(ours), std::move(*theirs)};
}

Result<void> send_datagram(int socket, std::span<const iovec> parts, std::span<const int> descriptors)
{
    alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
    msghdr head{};
    head.msg_iov = const_cast<iovec*>(parts.data());
    head.msg_iovlen = parts.size();
    if (!descriptors.empty()) {
        head.msg_control = control.data();
        head.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
        auto* rights = CMSG_FIRSTHDR(&head);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
        std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
    }
    if (::sendmsg(socket, &head, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return system_error("send to a worker");
    return {};
}

} // namespace stillwatch::sandbox
