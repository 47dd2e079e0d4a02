#include "store/store_lock.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace stillwatch::store {

namespace {

Error io_error(const std::filesystem::path& file, int code)
{
    return Error{Errc::io, fmt::format("lock {}: {}", file.string(), std::generic_category().message(code))};
}

// The number that the holder wrote; empty in the moment before it does.
std::string holder(int descriptor)
{
    std::array<char, 16> text{};
    const ssize_t length = ::pread(descriptor, text.data(), text.size(), 0);
    if (length <= 0) return {};
    const std::string line(text.data(), static_cast<std::size_t>(length));
    const std::string number = line.substr(0, line.find('\n'));
    return number.find_first_not_of("0123456789") == std::string::npos ? number : std::string();
}

// "stillwatchd (process 4711)".
std::string in_words(const std::string& number)
{
    std::string name;
    std::ifstream comm("/proc/" + number + "/comm");
    std::getline(comm, name);
    return name.empty() ? "process " + number : fmt::format("{} (process {})", name, number);
}

} // namespace

Result<StoreLock> StoreLock::acquire(const std::filesystem::path& directory)
{
    const auto file = directory / "lock";
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return io_error(file, errno);
    StoreLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return io_error(file, errno);
        const std::string number = holder(descriptor);
        return Error{Errc::refused, fmt::format("the store in {} is in use by {}", directory.string(),
                                                number.empty() ? "another process" : in_words(number))};
    }
    const std::string line = fmt::format("{}\n", ::getpid());
    if (::ftruncate(descriptor, 0) != 0 ||
        ::pwrite(descriptor, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()))
        return io_error(file, errno);
    return lock;
}

StoreLock::~StoreLock()
{
    if (descriptor_ >= 0) (void)::close(descriptor_); // gives the lock up
}

StoreLock::StoreLock(StoreLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

StoreLock& StoreLock::operator=(StoreLock&& other) noexcept
{
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

} // namespace stillwatch::store
