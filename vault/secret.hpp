#pragma once

#include "core/bytes.hpp"

#include <cstddef>
#include <new>
#include <string>

namespace stillwatch::vault {

// Memory could not be locked. what() is one line that names the limit and how to raise it.
class LockedMemoryError : public std::bad_alloc {
public:
    // `wanted_bytes`: what was asked for; `error`: the errno of the refused call.
    LockedMemoryError(std::size_t wanted_bytes, int error);
    const char* what() const noexcept override { return text_.c_str(); }

private:
    std::string text_;
};

// Bytes that must not leak: in pages of their own that are locked against swapping, fenced by guard pages,
// left out of core dumps and zeroed on release. For keys and short clear texts; each costs at least one
// locked page, so keep few at a time. Throws LockedMemoryError when the pages cannot be locked.
class SecretBytes {
public:
    SecretBytes() noexcept = default;
    explicit SecretBytes(std::size_t size); // zeros
    static SecretBytes copy_of(ByteView bytes);

    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    ~SecretBytes();

    std::span<std::byte> bytes() noexcept { return {data_, size_}; }
    ByteView bytes() const noexcept { return {data_, size_}; }
    std::string_view text() const noexcept { return as_text(bytes()); }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

    // Takes the same time wherever the difference is.
    bool same_as(ByteView other) const noexcept;

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

// Overwrites with zeros, which the compiler may not leave out.
void wipe(std::span<std::byte> bytes) noexcept;

} // namespace stillwatch::vault
