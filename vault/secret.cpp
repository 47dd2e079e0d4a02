#include "vault/secret.hpp"

#include "vault/sodium.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace stillwatch::vault {

namespace {

std::string limit_text()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return "unknown";
    if (limit.rlim_cur == RLIM_INFINITY) return "unlimited";
    return fmt::format("{} KiB", limit.rlim_cur / 1024);
}

} // namespace

LockedMemoryError::LockedMemoryError(std::size_t wanted_bytes, int error)
    : text_(
          fmt::format("cannot lock {} KiB of memory ({}): the limit on locked memory, RLIMIT_MEMLOCK, is {}; "
                      "raise it with LimitMEMLOCK= in the systemd unit, or with `ulimit -l`",
                      (wanted_bytes + 1023) / 1024, std::strerror(error), limit_text()))
{
}

SecretBytes::SecretBytes(std::size_t size)
{
    if (size == 0) return;
    require_sodium();
    data_ = static_cast<std::byte*>(sodium_malloc(size));
    if (!data_) throw LockedMemoryError(size, errno);
    // sodium_malloc goes on when it cannot lock; a second lock of the same pages says whether it could.
    if (sodium_mlock(data_, size) != 0) {
        const int error = errno;
        sodium_free(std::exchange(data_, nullptr));
        throw LockedMemoryError(size, error);
    }
    size_ = size;
    wipe(bytes());
}

SecretBytes SecretBytes::copy_of(ByteView bytes)
{
    SecretBytes secret(bytes.size());
    std::ranges::copy(bytes, secret.bytes().begin());
    return secret;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0))
{
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept
{
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

SecretBytes::~SecretBytes()
{
    sodium_free(data_);
}

bool SecretBytes::same_as(ByteView other) const noexcept
{
    return other.size() == size_ && (size_ == 0 || sodium_memcmp(data_, other.data(), size_) == 0);
}

void wipe(std::span<std::byte> bytes) noexcept
{
    if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

} // namespace stillwatch::vault
