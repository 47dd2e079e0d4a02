#include "vault/pending_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace stillwatch::vault {

namespace {

Error system_error(std::string_view what, const std::filesystem::path& path, int error)
{
    const auto code = error == EEXIST ? Errc::exists : Errc::io;
    return Error{code, fmt::format("{} {}: {}", what, path.string(), std::strerror(error))};
}

} // namespace

Result<PendingFile> PendingFile::create(std::filesystem::path path)
{
    if (std::error_code ignored; std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
        return system_error("create", path, EEXIST);
    auto temporary = path;
    temporary += ".tmp";
    (void)::unlink(temporary.c_str()); // leftover of an earlier run, may be absent
    const int descriptor =
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return system_error("create", temporary, errno);
    return PendingFile(std::move(path), descriptor);
}

PendingFile::PendingFile(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), temporary_(path_), descriptor_(descriptor)
{
    temporary_ += ".tmp";
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1))
{
}

PendingFile::~PendingFile()
{
    discard();
}

void PendingFile::discard() noexcept
{
    if (descriptor_ < 0) return;
    (void)::close(std::exchange(descriptor_, -1)); // the bytes are given up
    (void)::unlink(temporary_.c_str());            // a leftover is removed at the next start
}

Result<void> PendingFile::append(ByteView bytes)
{
    while (!bytes.empty()) {
        const auto written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_error("write", temporary_, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> PendingFile::put_in_place()
{
    if (::fsync(descriptor_) != 0) return system_error("sync", temporary_, errno);
    if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0)
        return system_error("rename to", path_, errno);
    (void)::close(std::exchange(descriptor_, -1)); // synced above: closing has nothing left to report
    return {};
}

Result<void> PendingFile::commit()
{
    if (const auto placed = put_in_place(); !placed) return placed;
    return sync_directory(path_.parent_path());
}

Result<void> sync_directory(const std::filesystem::path& directory)
{
    const auto path = directory.empty() ? std::filesystem::path(".") : directory;
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return system_error("open", path, errno);
    const int failed = ::fsync(descriptor) != 0 ? errno : 0;
    (void)::close(descriptor); // opened for reading only
    if (failed != 0) return system_error("sync", path, failed);
    return {};
}

} // namespace stillwatch::vault
