#include "sandbox/worker_channel.hpp"

#include "sandbox/messages.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace stillwatch::sandbox {

namespace {

constexpr int exit_usage = 64;
constexpr int exit_unrestricted = 71;

std::optional<std::size_t> number_of(std::string_view text)
{
    std::size_t number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end || number == 0) return std::nullopt;
    return number;
}

std::optional<Restrictions> restrictions_from(int argc, const char* const* argv)
{
    if (argc != 5) return std::nullopt;
    const auto memory = number_of(argv[2]);
    const auto cpu = number_of(argv[4]);
    if (std::string_view(argv[1]) != "--max-memory-bytes" || std::string_view(argv[3]) != "--max-cpu-seconds")
        return std::nullopt;
    if (!memory || !cpu) return std::nullopt;
    return Restrictions{*memory, *cpu};
}

std::optional<Descriptor> descriptor_in(msghdr& head)
{
    const auto* control = CMSG_FIRSTHDR(&head);
    if (control == nullptr || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS ||
        control->cmsg_len != CMSG_LEN(sizeof(int)))
        return std::nullopt;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(control), sizeof fd);
    return Descriptor(fd);
}

} // namespace

bool write_all(ByteView bytes)
{
    while (!bytes.empty()) {
        const auto written = ::write(answer_fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

std::optional<Received> receive(Bytes& buffer)
{
    iovec part{buffer.data(), buffer.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr head{};
    head.msg_iov = &part;
    head.msg_iovlen = 1;
    head.msg_control = control.data();
    head.msg_controllen = control.size();
    ssize_t count = -1;
    do
        count = ::recvmsg(request_fd, &head, MSG_CMSG_CLOEXEC);
    while (count < 0 && errno == EINTR);
    if (count < 0 || (head.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return std::nullopt;
    Received received{ByteView(buffer).first(static_cast<std::size_t>(count)), {}};
    if (CMSG_FIRSTHDR(&head) == nullptr) return received;
    auto memory = descriptor_in(head);
    if (!memory) return std::nullopt;
    received.memory = std::move(*memory);
    return received;
}

int run_restricted(int argc, const char* const* argv, FileOpening opening, const std::function<int()>& serve)
{
    auto restrictions = restrictions_from(argc, argv);
    if (!restrictions) {
        (void)std::fprintf(stderr, "usage: %s --max-memory-bytes N --max-cpu-seconds N\n",
                           argc > 0 ? argv[0] : "worker");
        return exit_usage;
    }
    restrictions->opening = opening;
    const auto restricted = restrict_process(*restrictions);
    const bool greeted = write_all(encode_greeting(restricted));
    if (!restricted) {
        const auto line =
            std::string(argv[0]) + ": cannot restrict itself: " + to_string(restricted.error()) + "\n";
        (void)std::fputs(line.c_str(), stderr);
        return exit_unrestricted;
    }
    // No destructors of libraries: they may do what the filter forbids.
    ::_exit(greeted ? serve() : 0);
}

} // namespace stillwatch::sandbox
