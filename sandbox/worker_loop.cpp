#include "sandbox/worker_loop.hpp"

#include "sandbox/descriptor.hpp"
#include "sandbox/restrict.hpp"
#include "sandbox/sealed_memory.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>

namespace stillwatch::sandbox {

namespace {

constexpr int exit_usage = 64;
constexpr int exit_broken_request = 65;
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

// One datagram and the descriptor that may come with it. An empty one is the end.
struct Received {
    ByteView datagram;
    Descriptor memory;
};

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

Bytes answer_to(const Request& request, ByteView body, const Handler& handler)
{
    try {
        return encode_answer(request.number, handler(request, body));
    } catch (const std::bad_alloc&) {
        return encode_answer(request.number, Refusal(Error{Errc::io, "the worker's memory limit"}));
    } catch (const std::exception&) {
        return encode_answer(request.number,
                             Refusal(Error{Errc::undecodable, "an unexpected exception in the worker"}));
    }
}

// False where the daemon is gone.
bool answer(const Request& request, ByteView body, const Handler& handler)
{
    return write_all(answer_to(request, body, handler));
}

int serve(const Handler& handler)
{
    Bytes buffer(max_datagram_bytes);
    while (true) {
        const auto received = receive(buffer);
        if (!received) return exit_broken_request;
        if (received->datagram.empty()) return 0;
        const auto parts = split_datagram(received->datagram);
        const auto request = parts ? decode_request(parts->request) : Result<Request>(parts.error());
        if (!request) return exit_broken_request;
        if (!received->memory) {
            if (parts->body.size() != request->body_bytes) return exit_broken_request;
            if (!answer(*request, parts->body, handler)) return 0;
            continue;
        }
        const auto body = SealedMemory::map(received->memory, request->body_bytes);
        if (!body || !parts->body.empty()) return exit_broken_request;
        if (!answer(*request, body->bytes(), handler)) return 0;
    }
}

} // namespace

int run_worker(int argc, const char* const* argv, const Handler& handler)
{
    const auto restrictions = restrictions_from(argc, argv);
    if (!restrictions) {
        (void)std::fputs("usage: stillwatch-worker --max-memory-bytes N --max-cpu-seconds N\n", stderr);
        return exit_usage;
    }
    const auto restricted = restrict_process(*restrictions);
    const bool greeted = write_all(encode_greeting(restricted));
    if (!restricted) {
        const auto line =
            "stillwatch-worker: cannot restrict itself: " + to_string(restricted.error()) + "\n";
        (void)std::fputs(line.c_str(), stderr);
        return exit_unrestricted;
    }
    // No destructors of libraries: they may do what the filter forbids.
    ::_exit(greeted ? serve(handler) : 0);
}

} // namespace stillwatch::sandbox
