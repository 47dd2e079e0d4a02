#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "sandbox/descriptor.hpp"

#include <memory>

namespace stillwatch::sandbox {

// A memfd that holds a copy of `bytes` and can neither change nor be resized (F_SEAL_SHRINK, GROW, WRITE,
// SEAL). Errors: io.
Result<Descriptor> sealed_copy(ByteView bytes);

// A document on its way to a worker.
struct HandedDocument {
    std::shared_ptr<const Bytes> body;
    Descriptor memory; // holds the body sealed where it is too large for the datagram of its request

    bool is_in_datagram() const noexcept { return !memory; }
};

// The bytes of a sealed memfd, mapped for reading as long as this lives.
class SealedMemory {
public:
    // Errors: refused (not a memfd, a seal is missing, or not `expected_bytes` long), io (cannot be mapped).
    static Result<SealedMemory> map(const Descriptor& memory, std::size_t expected_bytes);

    SealedMemory(SealedMemory&& other) noexcept : view_(std::exchange(other.view_, {})) {}
    SealedMemory& operator=(SealedMemory&&) = delete;
    ~SealedMemory();

    ByteView bytes() const noexcept { return view_; }

private:
    explicit SealedMemory(ByteView view) noexcept : view_(view) {}
    ByteView view_;
};

} // namespace stillwatch::sandbox
