#include "store/sqlite/database_copy.hpp"

#include "store/sqlite/sqlite_handle.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace stillwatch::store {

namespace {

Error system_error(const std::filesystem::path& file, int number)
{
    return {number == EEXIST ? Errc::exists : Errc::io,
            fmt::format("copy {}: {}", file.string(), std::generic_category().message(number))};
}

Result<void> sync(const std::filesystem::path& path, int flags)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
    if (descriptor < 0) return system_error(path, errno);
    const int failed = ::fsync(descriptor) != 0 ? errno : 0;
    (void)::close(descriptor); // opened for reading only
    if (failed != 0) return system_error(path, failed);
    return {};
}

} // namespace

Result<DatabaseCopy> DatabaseCopy::begin(Connection& source, std::filesystem::path file)
{
    const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (made < 0) return system_error(file, errno);
    (void)::close(made); // nothing was written
    DatabaseCopy copy(std::move(file), nullptr, nullptr);
    if (sqlite3_open_v2(copy.file_.c_str(), &copy.target_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        nullptr) != SQLITE_OK)
        return Error{Errc::io, fmt::format("copy {}: {}", copy.file_.string(), sqlite3_errmsg(copy.target_))};
    // A copy that breaks off is removed, so it needs no journal; it is synced once, as a whole.
    (void)sqlite3_exec(copy.target_, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;", nullptr, nullptr,
                       nullptr);
    copy.raw_ = sqlite3_backup_init(copy.target_, "main", source.raw_, "main");
    if (copy.raw_ == nullptr)
        return Error{Errc::io, fmt::format("copy {}: {}", copy.file_.string(), sqlite3_errmsg(copy.target_))};
    return copy;
}

DatabaseCopy::DatabaseCopy(DatabaseCopy&& other) noexcept
    : file_(std::move(other.file_)), target_(std::exchange(other.target_, nullptr)),
      raw_(std::exchange(other.raw_, nullptr))
{
    other.file_.clear();
}

DatabaseCopy::~DatabaseCopy()
{
    discard();
}

void DatabaseCopy::discard() noexcept
{
    if (raw_ != nullptr)
        (void)sqlite3_backup_finish(std::exchange(raw_, nullptr)); // repeats what step() has told
    if (target_ != nullptr) (void)sqlite3_close(std::exchange(target_, nullptr));
    if (!file_.empty()) (void)::unlink(file_.c_str()); // may never have been made
    file_.clear();
}

Result<bool> DatabaseCopy::step(int pages)
{
    const int code = sqlite3_backup_step(raw_, pages);
    if (code == SQLITE_OK) return false;
    // BUSY and LOCKED: a statement of the source is under way; the next step tries again.
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) return false;
    const int finished = sqlite3_backup_finish(std::exchange(raw_, nullptr));
    if (code != SQLITE_DONE || finished != SQLITE_OK) {
        const auto error =
            Error{Errc::io, fmt::format("copy {}: {}", file_.string(),
                                        sqlite3_errstr(finished != SQLITE_OK ? finished : code))};
        discard();
        return error;
    }
    (void)sqlite3_close(std::exchange(target_, nullptr));
    auto synced = sync(file_, 0);
    if (synced) synced = sync(file_.parent_path(), O_DIRECTORY);
    if (!synced) {
        discard();
        return synced.error();
    }
    file_.clear(); // it stays
    return true;
}

} // namespace stillwatch::store
