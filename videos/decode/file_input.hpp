#pragma once

#include "videos/decode/ffmpeg.hpp"
#include "videos/decode/processor_time.hpp"
#include "videos/file_bytes.hpp"

#include <cstdint>
#include <optional>

namespace stillwatch::videos {

// What libavformat reads a file through. A read of what is not there fails and is remembered; so does every
// read after the budget is spent, since a reader of containers may search a file for long without giving
// anything back.
class FileInput {
public:
    // Both must outlive it.
    FileInput(FileBytes& file, const ProcessorBudget& budget);
    FileInput(const FileInput&) = delete;
    FileInput& operator=(const FileInput&) = delete;

    AVIOContext* context() noexcept { return context_.get(); }
    // The first byte that was asked for in vain.
    std::optional<std::uint64_t> missing_at() const noexcept { return missing_at_; }
    bool is_whole() const noexcept { return file_.has({0, file_.size()}); }
    void forget_missing() noexcept { missing_at_.reset(); }

private:
    static int read(void* self, std::uint8_t* out, int bytes);
    static std::int64_t seek(void* self, std::int64_t offset, int whence);

    FileBytes& file_;
    const ProcessorBudget& budget_;
    std::uint64_t at_ = 0;
    std::optional<std::uint64_t> missing_at_;
    Owned<AVIOContext> context_;
};

} // namespace stillwatch::videos
