#include "sandbox/worker_channel.hpp"

#include "sandbox/messages.hpp"
#include "sandbox/system_error.hpp"

#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
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

// One datagram of the daemon and the descriptors beside it, which are `count` or none.
template <std::size_t count>
struct Datagram {
    std::size_t bytes = 0; // none where the daemon is gone
    std::optional<std::array<int, count>> descriptors{};
};

// Nothing where it breaks the format.
template <std::size_t count>
std::optional<Datagram<count>> receive_datagram(void* buffer, std::size_t room)
{
    iovec part{buffer, room};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(count * sizeof(int))> control{};
    msghdr head{};
    head.msg_iov = &part;
    head.msg_iovlen = 1;
    head.msg_control = control.data();
    head.msg_controllen = control.size();
    ssize_t bytes = -1;
    do
        bytes = ::recvmsg(request_fd, &head, MSG_CMSG_CLOEXEC);
    while (bytes < 0 && errno == EINTR);
    if (bytes < 0 || (head.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return std::nullopt;
    Datagram<count> received{static_cast<std::size_t>(bytes)};
    const auto* rights = CMSG_FIRSTHDR(&head);
    if (rights == nullptr) return received;
    if (rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS ||
        rights->cmsg_len != CMSG_LEN(count * sizeof(int)))
        return std::nullopt;
    std::memcpy(received.descriptors.emplace().data(), CMSG_DATA(rights), count * sizeof(int));
    return received;
}

// A child of the daemon, not of this process: it watches and waits for every worker itself. No handlers of
// fork() run: there is one thread, and no lock is held.
pid_t fork_for_the_daemon()
{
    return static_cast<pid_t>(::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0));
}

// Makes workers until the daemon closes its end. Returns in each of them, with its ends in their places;
// otherwise the exit code.
std::optional<int> fork_workers()
{
    while (true) {
        char order = 0;
        const auto ends = receive_datagram<2>(&order, sizeof order);
        if (ends && ends->bytes == 0) return 0;
        if (!ends || !ends->descriptors) return exit_broken_request;
        const auto [requests, answers] = *ends->descriptors;
        const auto child = fork_for_the_daemon();
        if (child < 0) {
            (void)write_all(encode_greeting(system_error("fork a worker")));
            return exit_unrestricted;
        }
        if (child == 0) {
            const auto self = static_cast<std::int32_t>(::getpid());
            if (::dup2(requests, request_fd) < 0 || ::dup2(answers, answer_fd) < 0 ||
                !write_all(std::as_bytes(std::span(&self, 1))))
                return exit_unrestricted;
            return std::nullopt; // the two above are closed with all that was inherited
        }
        (void)::close(requests);
        (void)::close(answers);
    }
}

// Says on standard error, for whoever runs it by hand, why it ends.
int refuse(const char* program, const Error& why)
{
    const auto line = std::string(program) + ": cannot restrict itself: " + to_string(why) + "\n";
    (void)std::fputs(line.c_str(), stderr);
    return exit_unrestricted;
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
    const auto came = receive_datagram<1>(buffer.data(), buffer.size());
    if (!came) return std::nullopt;
    Received received{ByteView(buffer).first(came->bytes), {}};
    if (came->descriptors) received.memory = Descriptor(came->descriptors->front());
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
    if (const auto prepared = prepare_to_fork(); !prepared) {
        (void)write_all(encode_greeting(prepared));
        return refuse(argv[0], prepared.error());
    }
    if (const auto code = fork_workers()) return *code;
    const auto restricted = restrict_process(*restrictions);
    const bool greeted = write_all(encode_greeting(restricted));
    if (!restricted) return refuse(argv[0], restricted.error());
    // No destructors of libraries: they may do what the filter forbids.
    ::_exit(greeted ? serve() : 0);
}

} // namespace stillwatch::sandbox
