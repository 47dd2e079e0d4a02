#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "sandbox/descriptor.hpp"
#include "videos/file_bytes.hpp"
#include "videos/range_set.hpp"

#include <cstdint>
#include <memory>

// A large file on its way to a worker of which only parts are there. Memory is taken for these parts only.
namespace stillwatch::sandbox {

constexpr std::uint64_t max_sparse_bytes = std::uint64_t{1} << 40U; // of the file, not of what is there

// The daemon's end: a memfd that keeps its size.
class SparseMemory {
public:
    // Errors: invalid_argument (no bytes, or more than max_sparse_bytes), io.
    static Result<SparseMemory> make(std::uint64_t file_bytes);

    // Errors: invalid_argument (outside the file), io (no memory).
    Result<void> put(std::uint64_t from, ByteView bytes);
    const videos::RangeSet& there() const noexcept { return there_; }
    std::uint64_t file_bytes() const noexcept { return file_bytes_; }
    // For the worker: it can read, and nothing else.
    const Descriptor& for_reading() const noexcept { return reading_; }

private:
    SparseMemory(Descriptor writing, Descriptor reading, std::uint64_t file_bytes) noexcept
        : writing_(std::move(writing)), reading_(std::move(reading)), file_bytes_(file_bytes)
    {
    }

    Descriptor writing_;
    Descriptor reading_;
    std::uint64_t file_bytes_;
    videos::RangeSet there_;
};

// The worker's end. It reads only where it was told that something is.
class SparseFile final : public videos::FileBytes {
public:
    // Errors: refused (not a memfd that keeps its size, or of another size than announced).
    static Result<std::unique_ptr<SparseFile>> open(Descriptor memory, std::uint64_t file_bytes);
    SparseFile(const SparseFile&) = delete;
    SparseFile& operator=(const SparseFile&) = delete;
    ~SparseFile() override;

    void tell(videos::RangeSet there) { there_ = std::move(there); }

    std::uint64_t size() const noexcept override { return file_bytes_; }
    std::size_t read(std::uint64_t at, std::span<std::byte> out) override;
    bool has(ByteRange range) const noexcept override { return there_.has(range); }
    std::vector<ByteRange> missing_of(ByteRange range) const override { return there_.missing_of(range); }

private:
    SparseFile(Descriptor memory, std::uint64_t file_bytes) noexcept
        : memory_(std::move(memory)), file_bytes_(file_bytes)
    {
    }
    ByteView window_at(std::uint64_t at);
    void close_window() noexcept;

    // Of the file; the address space that a worker may use is bounded.
    static constexpr std::uint64_t window_bytes = 16U << 20U;
    Descriptor memory_;
    std::uint64_t file_bytes_;
    videos::RangeSet there_;
    std::uint64_t window_from_ = 0;
    ByteView window_;
};

} // namespace stillwatch::sandbox
