#include "config/secret.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace stillwatch::config {

namespace {

constexpr std::size_t max_bytes = 64 << 10;

class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor()
    {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const noexcept { return number_; }

private:
    int number_;
};

Result<std::string> path_of(std::string_view source)
{
    if (!source.starts_with(credential_prefix)) return std::string(source);
    const auto name = source.substr(credential_prefix.size());
    if (name.empty() || name.find('/') != std::string_view::npos || name == "." || name == "..")
        return Error{Errc::invalid_argument, fmt::format("\"{}\" is no name of a credential", source)};
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (!directory || *directory == '\0')
        return Error{Errc::not_found, fmt::format("{}: the service was given no credentials", source)};
    return fmt::format("{}/{}", directory, name);
}

} // namespace

Result<std::string> read_secret(std::string_view source)
{
    const auto path = path_of(source);
    if (!path) return path.error();
    // A pipe put in the file's place must not hold the program up.
    const Descriptor file(::open(path->c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.number() < 0) {
        const auto code = errno == ENOENT ? Errc::not_found : Errc::io;
        return Error{code, fmt::format("{}: {}", *path, std::strerror(errno))};
    }
    struct stat status {};
    if (::fstat(file.number(), &status) != 0)
        return Error{Errc::io, fmt::format("{}: {}", *path, std::strerror(errno))};
    if (!S_ISREG(status.st_mode)) return Error{Errc::malformed, fmt::format("{}: not a plain file", *path)};
    if ((status.st_mode & S_IRWXO) != 0)
        return Error{Errc::refused,
                     fmt::format("{}: every user of this machine may open it; chmod o= first", *path)};

    std::string content(max_bytes + 1, '\0');
    std::size_t filled = 0;
    while (filled < content.size()) {
        const auto count = ::read(file.number(), content.data() + filled, content.size() - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return Error{Errc::io, fmt::format("{}: {}", *path, std::strerror(errno))};
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    if (filled > max_bytes)
        return Error{Errc::too_large, fmt::format("{}: more than {} bytes", *path, max_bytes)};
    content.resize(filled);
    content.erase(content.find_last_not_of("\r\n") + 1);
    if (content.empty()) return Error{Errc::malformed, fmt::format("{}: empty", *path)};
    return content;
}

bool is_closed_to_us(std::string_view source)
{
    const auto path = path_of(source);
    return path && ::access(path->c_str(), R_OK) != 0 && errno == EACCES;
}

bool is_out_of_sight(std::string_view source)
{
    return source.starts_with(credential_prefix) && std::getenv("CREDENTIALS_DIRECTORY") == nullptr;
}

} // namespace stillwatch::config
