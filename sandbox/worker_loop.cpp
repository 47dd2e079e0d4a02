#include "sandbox/worker_loop.hpp"

#include "sandbox/sealed_memory.hpp"
#include "sandbox/worker_channel.hpp"

#include <exception>
#include <new>

namespace stillwatch::sandbox {

namespace {

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
    return run_restricted(argc, argv, FileOpening::ends_the_process, [&] { return serve(handler); });
}

} // namespace stillwatch::sandbox
