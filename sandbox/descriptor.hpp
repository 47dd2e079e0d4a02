#pragma once

#include <unistd.h>

#include <utility>

namespace stillwatch::sandbox {

// Owns one file descriptor; -1 owns none.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        reset(std::exchange(other.fd_, -1));
        return *this;
    }
    ~Descriptor() { reset(); }

    explicit operator bool() const noexcept { return fd_ >= 0; }
    int get() const noexcept { return fd_; }
    // Gives up ownership.
    int release() noexcept { return std::exchange(fd_, -1); }
    void reset(int fd = -1) noexcept
    {
        if (fd_ >= 0) (void)::close(fd_); // nothing to do about a failure: the number is free either way
        fd_ = fd;
    }

private:
    int fd_ = -1;
};

} // namespace stillwatch::sandbox
