#pragma once

#include "core/result.hpp"

#include <filesystem>

namespace stillwatch::store {

// The right to open the databases of one storage directory. It is held until the object ends, also when the
// process is killed, and children of the process do not take it over by exec.
class StoreLock {
public:
    // Takes the lock file "lock" in `directory`. Errors: refused (another process holds it: the detail names
    // its number), io.
    static Result<StoreLock> acquire(const std::filesystem::path& directory);
    ~StoreLock();
    StoreLock(StoreLock&& other) noexcept;
    StoreLock& operator=(StoreLock&& other) noexcept;

private:
    explicit StoreLock(int descriptor) noexcept : descriptor_(descriptor) {}
    int descriptor_;
};

} // namespace stillwatch::store
