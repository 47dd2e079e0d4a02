#pragma once

#include "core/result.hpp"

#include <filesystem>

struct sqlite3;
struct sqlite3_backup;

namespace stillwatch::store {

class Connection;

// A copy of an open database, made step by step (https://www.sqlite.org/backup.html). Between two steps the
// database goes on being used; what its own connection changes meanwhile is in the copy, too. On the
// connection's thread only, destruction included, and it must end before the connection does. An unfinished
// copy is removed.
class DatabaseCopy {
public:
    // `file` must not exist; it is made with mode 0600. Errors: exists, io.
    static Result<DatabaseCopy> begin(Connection& source, std::filesystem::path file);
    ~DatabaseCopy();
    DatabaseCopy(DatabaseCopy&& other) noexcept;
    DatabaseCopy& operator=(DatabaseCopy&&) = delete;

    // Copies up to so many pages of 4 096 bytes. True: the copy is whole and on the disk. Errors: io; then it
    // is given up.
    Result<bool> step(int pages);

private:
    DatabaseCopy(std::filesystem::path file, sqlite3* target, sqlite3_backup* raw)
        : file_(std::move(file)), target_(target), raw_(raw)
    {
    }
    void discard() noexcept;

    std::filesystem::path file_;
    sqlite3* target_ = nullptr;
    sqlite3_backup* raw_ = nullptr;
};

} // namespace stillwatch::store
