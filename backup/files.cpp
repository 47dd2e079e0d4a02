#include "backup/files.hpp"

#include "vault/pending_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace stillwatch::backup {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t part_bytes = 1U << 20U;

Error system_error(std::string_view what, const fs::path& path, int number = errno)
{
    const auto code = number == ENOENT ? Errc::not_found : Errc::io;
    return {code, fmt::format("{} {}: {}", what, path.string(), std::strerror(number))};
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor()
    {
        if (number_ >= 0) (void)::close(number_); // what was written is synced before
    }
    Descriptor(const Descriptor&) = delete;
    int get() const { return number_; }

private:
    int number_;
};

// Calls `each` with part after part of a plain file.
template <class Each>
Result<Copied> read_parts(const fs::path& file, Each each)
{
    const Descriptor source(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (source.get() < 0) return system_error("open", file);
    struct stat status {};
    if (::fstat(source.get(), &status) != 0) return system_error("open", file);
    if (!S_ISREG(status.st_mode)) return Error{Errc::io, fmt::format("{} is no plain file", file.string())};
    Copied copied;
    Sha256Hasher hasher;
    std::vector<std::byte> part(part_bytes);
    for (;;) {
        const auto size = ::read(source.get(), part.data(), part.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return system_error("read", file);
        if (size == 0) break;
        const ByteView view(part.data(), static_cast<std::size_t>(size));
        hasher.update(view);
        copied.size += view.size();
        if (Result<void> taken = each(view); !taken) return taken.error();
    }
    copied.digest = hasher.finish();
    return copied;
}

// A file beside its target until it is whole.
class Unfinished {
public:
    explicit Unfinished(const fs::path& target) : target_(target), file_(target.string() + ".tmp")
    {
        (void)::unlink(file_.c_str()); // leftover of an earlier run, may be absent
        descriptor_ =
            ::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    }
    ~Unfinished()
    {
        if (descriptor_ < 0) return;
        (void)::close(descriptor_);
        (void)::unlink(file_.c_str());
    }
    Unfinished(const Unfinished&) = delete;

    Error failure(std::string_view what) const { return system_error(what, file_); }
    bool is_open() const { return descriptor_ >= 0; }
    Result<void> append(ByteView bytes)
    {
        while (!bytes.empty()) {
            const auto size = ::write(descriptor_, bytes.data(), bytes.size());
            if (size < 0 && errno == EINTR) continue;
            if (size < 0) return failure("write");
            bytes = bytes.subspan(static_cast<std::size_t>(size));
        }
        return {};
    }
    Result<void> finish(mode_t mode)
    {
        if (::fchmod(descriptor_, mode) != 0 || ::fsync(descriptor_) != 0) return failure("sync");
        if (::rename(file_.c_str(), target_.c_str()) != 0) return failure("rename");
        (void)::close(std::exchange(descriptor_, -1)); // synced above
        return vault::sync_directory(target_.parent_path());
    }

private:
    fs::path target_;
    fs::path file_;
    int descriptor_ = -1;
};

} // namespace

Result<Copied> copy_private(const fs::path& source, const fs::path& target)
{
    Unfinished file(target);
    if (!file.is_open()) return file.failure("create");
    const auto copied = read_parts(source, [&file](ByteView part) { return file.append(part); });
    if (!copied) return copied.error();
    if (const auto finished = file.finish(S_IRUSR | S_IWUSR); !finished) return finished.error();
    return copied;
}

Result<void> write_whole(const fs::path& target, ByteView bytes, mode_t mode)
{
    Unfinished file(target);
    if (!file.is_open()) return file.failure("create");
    if (auto written = file.append(bytes); !written) return written;
    return file.finish(mode);
}

Result<Copied> measure(const fs::path& file)
{
    return read_parts(file, [](ByteView) -> Result<void> { return {}; });
}

Result<Bytes> read_small(const fs::path& file, std::size_t max_bytes)
{
    Bytes bytes;
    const auto read = read_parts(file, [&](ByteView part) -> Result<void> {
        if (bytes.size() + part.size() > max_bytes)
            return Error{Errc::too_large, fmt::format("{}: more than {} bytes", file.string(), max_bytes)};
        bytes.insert(bytes.end(), part.begin(), part.end());
        return {};
    });
    if (!read) return read.error();
    return bytes;
}

Result<void> make_directory(const fs::path& directory)
{
    if (::mkdir(directory.c_str(), S_IRWXU) == 0) return vault::sync_directory(directory.parent_path());
    if (errno == EEXIST && fs::is_directory(directory)) return {};
    const int number = errno;
    return Error{Errc::io, fmt::format("make {}: {}", directory.string(), std::strerror(number))};
}

bool is_within(const fs::path& path, const fs::path& directory)
{
    std::error_code error;
    const auto inner = fs::weakly_canonical(fs::absolute(path), error) / "";
    const auto outer = fs::weakly_canonical(fs::absolute(directory), error) / "";
    return std::mismatch(outer.begin(), std::prev(outer.end()), inner.begin(), inner.end()).first ==
           std::prev(outer.end());
}

} // namespace stillwatch::backup
