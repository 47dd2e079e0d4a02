#include "videos/decode/file_input.hpp"

#include <cerrno>
#include <span>

namespace stillwatch::videos {

namespace {

// Small, so that little is copied in vain where a reader jumps from key frame to key frame.
constexpr int buffer_bytes = 32 * 1024;

} // namespace

FileInput::FileInput(FileBytes& file, const ProcessorBudget& budget) : file_(file), budget_(budget)
{
    auto* buffer = static_cast<unsigned char*>(av_malloc(buffer_bytes));
    if (buffer == nullptr) throw std::bad_alloc();
    auto* context =
        avio_alloc_context(buffer, buffer_bytes, 0, this, &FileInput::read, nullptr, &FileInput::seek);
    if (context == nullptr) {
        av_free(buffer);
        throw std::bad_alloc();
    }
    context_.reset(context);
}

int FileInput::read(void* self, std::uint8_t* out, int bytes)
{
    auto& input = *static_cast<FileInput*>(self);
    if (input.budget_.is_spent()) return AVERROR_EXIT;
    if (bytes <= 0 || input.at_ >= input.file_.size()) return AVERROR_EOF;
    const std::span room(reinterpret_cast<std::byte*>(out), static_cast<std::size_t>(bytes));
    const auto count = input.file_.read(input.at_, room);
    if (count == 0) {
        if (!input.missing_at_) input.missing_at_ = input.at_;
        return AVERROR(EIO);
    }
    input.at_ += count;
    return static_cast<int>(count);
}

std::int64_t FileInput::seek(void* self, std::int64_t offset, int whence)
{
    auto& input = *static_cast<FileInput*>(self);
    const auto size = static_cast<std::int64_t>(input.file_.size());
    if (whence == AVSEEK_SIZE) return size;
    std::int64_t base = 0;
    if (whence == SEEK_CUR) base = static_cast<std::int64_t>(input.at_);
    if (whence == SEEK_END) base = size;
    std::int64_t target = 0;
    if (__builtin_add_overflow(base, offset, &target) || target < 0) return AVERROR(EINVAL);
    input.at_ = static_cast<std::uint64_t>(target);
    return target;
}

} // namespace stillwatch::videos
