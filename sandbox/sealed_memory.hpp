#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "sandbox/descriptor.hpp"

namespace stillwatch::sandbox {

// A memfd that holds a copy of `bytes` and can neither change nor be resized (F_SEAL_SHRINK, GROW, WRITE,
// SEAL). Errors: io.
Result<Descriptor> sealed_copy(ByteView bytes);

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
