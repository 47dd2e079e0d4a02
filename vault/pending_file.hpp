#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <filesystem>

namespace stillwatch::vault {

// A new file that appears whole or not at all. It is written as `<path>.tmp` (mode 0600) and takes its name
// in commit(), after its bytes have reached the disk; destroyed before that, it is removed. A leftover `.tmp`
// of an earlier run is replaced, a finished file never.
class PendingFile {
public:
    // Errors: exists (a file has that name already), io.
    static Result<PendingFile> create(std::filesystem::path path);

    PendingFile(PendingFile&& other) noexcept;
    PendingFile& operator=(PendingFile&&) = delete;
    ~PendingFile();

    // Errors: io (disk full and the like).
    Result<void> append(ByteView bytes);
    // Syncs and renames: the name is durable with the next sync_directory(). Errors as commit().
    Result<void> put_in_place();
    // Syncs, renames, syncs the directory. Errors: exists, io; then nothing of that name is new.
    Result<void> commit();

private:
    PendingFile(std::filesystem::path path, int descriptor);
    void discard() noexcept;

    std::filesystem::path path_;
    std::filesystem::path temporary_;
    int descriptor_ = -1;
};

// Makes creations, renames and removals in `directory` durable. Errors: io.
Result<void> sync_directory(const std::filesystem::path& directory);

} // namespace stillwatch::vault
